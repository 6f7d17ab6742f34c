/** Disks that run full and have room again, by what this machine allows. */
import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** A folder whose disk can be filled. */
export interface Disk {
  readonly name: string;
  readonly folder: string;
  /** From now on nothing more can be written there by this process. */
  fill(pid: number): void;
  makeRoom(pid: number): void;
  remove(): void;
}

const bytesOf = (path: string): number => statSync(path).size;

/**
 * The system refuses to let any file of one process grow (`RLIMIT_FSIZE`): writing fails like on a disk with a fault.
 * It is allowed to everybody.
 */
const limited = (folder: string): Disk => {
  const limit = (pid: number, bytes: number | 'unlimited'): void => {
    execFileSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:unlimited`]);
  };
  return {
    name: 'a disk that fails',
    folder,
    fill: (pid) => limit(pid, bytesOf(join(folder, 'stile.db-wal'))),
    makeRoom: (pid) => limit(pid, 'unlimited'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
};

/** A small file system of its own, which is filled to the last byte. Only root may make one, and not everywhere. */
const small = (folder: string): Disk | undefined => {
  mkdirSync(folder, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=128m,mode=700', 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  const filler = join(folder, 'filler');
  return {
    name: 'a disk that is full',
    folder,
    fill: () => {
      const file = openSync(filler, 'w');
      try {
        for (let size = 65_536; size >= 1; size /= 16) while (couldWrite(file, size));
      } finally {
        closeSync(file);
      }
    },
    makeRoom: () => rmSync(filler),
    remove: () => {
      execFileSync('umount', ['--lazy', folder]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

const couldWrite = (file: number, bytes: number): boolean => {
  try {
    return writeSync(file, Buffer.alloc(bytes)) === bytes;
  } catch {
    return false;
  }
};

/** The disks that can be had here: one at least. */
export const disksIn = (folder: string): readonly Disk[] => {
  const mounted = small(join(folder, 'small'));
  return [limited(join(folder, 'limited')), ...(mounted ? [mounted] : [])];
};

/** Makes a folder read-only, by a mount of its own where that is allowed (root may write in spite of modes), else by its modes. */
export const makeReadOnly = (folder: string): (() => void) => {
  try {
    execFileSync('mount', ['--bind', folder, folder], { stdio: 'ignore' });
  } catch {
    execFileSync('chmod', ['-R', 'a-w', folder]);
    return () => execFileSync('chmod', ['-R', 'u+w', folder]);
  }
  execFileSync('mount', ['-o', 'remount,bind,ro', folder]);
  return () => execFileSync('umount', ['--lazy', folder]);
};
