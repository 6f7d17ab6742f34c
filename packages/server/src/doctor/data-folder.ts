/** The data folder: can it be written, can others read it, is there room, does its clock agree? */
import { randomUUID } from 'node:crypto';
import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Config } from '../config/config.ts';
import type { Complaint, Finding } from './finding.ts';
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

const OTHERS_READ = 0o004;
const GROUP_READS = 0o040;
const [OTHERS_ENTER, GROUP_ENTERS] = [0o001, 0o010];

/** Whether others on this machine can read what is kept: signing keys are in it. */
export const checkPrivate = ({ dataFolder }: Pick<Config, 'dataFolder'>): Finding => {
  const path = resolve(dataFolder);
  const folder = statSync(path, { throwIfNoEntry: false });
  if (process.platform === 'win32' || !folder?.isDirectory())
    return fine('permissions', 'There is nothing to read yet');
  // A folder that others may not enter protects what is in it.
  const readers = (folder.mode & OTHERS_ENTER ? OTHERS_READ : 0) | (folder.mode & GROUP_ENTERS ? GROUP_READS : 0);
  const readable = filesIn(path).filter(({ mode }) => (mode & readers) !== 0);
  const databases = readable.filter(({ name }) => isDatabase(path, name));
  const forAll = (files: readonly KeptFile[]) => files.filter(({ mode }) => (mode & readers & OTHERS_READ) !== 0);
  const everybody = 'everybody on this machine';
  if (forAll(databases).length > 0) return error('permissions', exposed(path, forAll(databases), everybody));
  if (databases.length > 0) return warning('permissions', exposed(path, databases, 'the group of the folder'));
  if (forAll(readable).length > 0) return warning('permissions', misplaced(path, forAll(readable), everybody));
  return fine('permissions', 'Only its owner can read what is kept');
};

interface KeptFile {
  readonly name: string;
  readonly mode: number;
}

/** What lies in the folder. Files come and go while servers run and start, and one that is gone is no concern. */
const filesIn = (folder: string): readonly KeptFile[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .flatMap(({ name }) => {
      const mode = statSync(join(folder, name), { throwIfNoEntry: false })?.mode;
      return mode === undefined ? [] : [{ name, mode }];
    });

const BEGINNING = Buffer.from('SQLite format 3\0');

/** The database, what belongs to it, and every other one: a backup that lies beside it, whatever its name. */
const isDatabase = (folder: string, name: string): boolean =>
  /^stile\.db|\.db$/.test(name) || beginningOf(join(folder, name)).equals(BEGINNING);

const beginningOf = (path: string): Buffer => {
  const beginning = Buffer.alloc(BEGINNING.length);
  try {
    const handle = openSync(path, 'r');
    try {
      readSync(handle, beginning);
    } finally {
      closeSync(handle);
    }
  } catch {
    // Gone meanwhile, or not for this user.
  }
  return beginning;
};

const whatIs = (folder: string, files: readonly KeptFile[], whom: string): string =>
  `${files.map(({ name }) => name).join(', ')} in ${folder} can be read by ${whom}.`;

const exposed = (folder: string, files: readonly KeptFile[], whom: string): Complaint => ({
  what: whatIs(folder, files, whom),
  why: 'The database holds the signing keys and the secrets of authenticator apps: who reads it can be anybody.',
  todo: `chmod 700 ${folder}; chmod 600 on the files in it. If somebody may have read them: the checklist "The database is in the wrong hands" in docs/guides/operating.md.`,
});

const misplaced = (folder: string, files: readonly KeptFile[], whom: string): Complaint => ({
  what: whatIs(folder, files, whom),
  why: 'It is not a database, so it may be harmless; but what lies here is mostly secret, such as a packed backup.',
  todo: `chmod 700 ${folder}, or keep such files elsewhere.`,
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
