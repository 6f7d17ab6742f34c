/** The data folder: can it be written, can others read it, is there room, does its clock agree? */
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Config } from '../config/config.ts';
import type { Finding } from './finding.ts';
import { error, fine, warning } from './finding.ts';

const MEBIBYTE = 1024 * 1024;
const NEARLY_FULL = 1024 * MEBIBYTE;
const FULL = 32 * MEBIBYTE;
const MOST_DIFFERENCE_MS = 60_000;

/** The folder, or the nearest one above it that exists: where it would be made. */
const existingFolder = (path: string): string => (existsSync(path) ? path : existingFolder(dirname(path)));

/** The time that the file system gives a new file, or why none can be made. */
const timeOfNewFile = (folder: string): number | Error => {
  const probe = join(folder, `.stile-${randomUUID()}`);
  try {
    writeFileSync(probe, '', { mode: 0o600, flag: 'wx' });
    const { mtimeMs } = statSync(probe);
    rmSync(probe);
    return mtimeMs;
  } catch (thrown) {
    return thrown instanceof Error ? thrown : new Error(String(thrown));
  }
};

/** Whether it can be written; and because that makes a file, whether the clock of its disk is the clock of this machine. */
export const checkWritable = ({ dataFolder }: Pick<Config, 'dataFolder'>, nowMs: number): readonly Finding[] => {
  const folder = existingFolder(resolve(dataFolder));
  const made = timeOfNewFile(folder);
  if (made instanceof Error) {
    const code = 'code' in made ? String(made.code) : made.name;
    return [
      error('data-folder', {
        what: `Nothing can be written to ${folder} (${code}).`,
        why: 'Stile answers only when what it promises is on the disk; without it nobody can sign in.',
        todo: 'Make the folder, give it to the user that Stile runs as, and mount it for writing.',
      }),
    ];
  }
  return [fine('data-folder', `${resolve(dataFolder)} can be written`), clockOfDisk(made - nowMs)];
};

const clockOfDisk = (differenceMs: number): Finding =>
  Math.abs(differenceMs) <= MOST_DIFFERENCE_MS
    ? fine('disk-clock', 'The file system and this machine agree about the time')
    : warning('disk-clock', {
        what: `The file system is ${Math.round(Math.abs(differenceMs) / 1000)} seconds ${differenceMs > 0 ? 'ahead of' : 'behind'} this machine.`,
        why: 'One of the two clocks is wrong. Codes, tokens and the age of proofs are judged by the one of this machine.',
        todo: 'Let both keep their clocks by NTP.',
      });

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

const OTHERS_READ = 0o004;
const GROUP_READS = 0o040;

/** Whether others on this machine can read what is kept: signing keys are in it. */
export const checkPrivate = ({ dataFolder }: Pick<Config, 'dataFolder'>): Finding => {
  const folder = resolve(dataFolder);
  if (process.platform === 'win32' || !isFolder(folder)) return fine('permissions', 'There is nothing to read yet');
  const modes = readableFiles(folder);
  const readableBy = (bit: number): readonly string[] =>
    modes.filter(({ mode }) => (mode & bit) !== 0).map(({ name }) => name);
  const [others, group] = [readableBy(OTHERS_READ), readableBy(GROUP_READS)];
  // A folder that others may not enter protects what is in it.
  const isClosed = (statSync(folder).mode & 0o001) === 0;
  if (others.length > 0 && !isClosed) return error('permissions', exposed(folder, others, 'everybody on this machine'));
  if (group.length > 0 && (statSync(folder).mode & 0o010) !== 0) {
    return warning('permissions', exposed(folder, group, 'the group of the folder'));
  }
  return fine('permissions', 'Only its owner can read what is kept');
};

/** The database and what belongs to it; a backup that lies beside it counts. */
const readableFiles = (folder: string): readonly { readonly name: string; readonly mode: number }[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => ({ name, mode: statSync(join(folder, name)).mode }));

const exposed = (folder: string, names: readonly string[], whom: string) => ({
  what: `${names.join(', ')} in ${folder} can be read by ${whom}.`,
  why: 'The database holds the signing keys and the secrets of authenticator apps: who reads it can be anybody.',
  todo: `chmod 700 ${folder}; chmod 600 on the files in it. If somebody may have read them: the checklist "The database is in the wrong hands" in docs/guides/operating.md.`,
});

/** Bytes that are free for whoever may use them. */
const freeBytes = (folder: string): number => {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
};

export const checkRoom = (
  { dataFolder }: Pick<Config, 'dataFolder'>,
  free: (folder: string) => number = freeBytes,
): Finding => {
  const folder = existingFolder(resolve(dataFolder));
  const bytes = free(folder);
  const what = `${Math.round(bytes / MEBIBYTE)} MiB are free for ${folder}`;
  if (bytes >= NEARLY_FULL) return fine('disk-space', what);
  const complaint = {
    what: `${what}.`,
    why: 'When the disk is full nothing can be kept, and so every sign-in and every token is refused.',
    todo: 'Make room. Audit records are the most of it: audit.retention says how long they are kept.',
  };
  return bytes < FULL ? error('disk-space', complaint) : warning('disk-space', complaint);
};
