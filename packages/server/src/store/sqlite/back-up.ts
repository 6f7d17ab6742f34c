import { closeSync, linkSync, lstatSync, mkdtempSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { StoreError } from '../store-error.ts';
import { inspectSqlite } from './inspect.ts';
import { sync, syncFolder } from './sync.ts';

/**
 * Copies a database that may be in use to a new file, as it is at one moment, and reads the copy once through. The copy is for the
 * eyes of its owner alone, and has its name when it is whole and on the disk. Nothing is brought up to date, so that a newer program
 * can make the backup before an upgrade.
 *
 * It grows in a folder of its own beside the file, `.stile-backup-` and six random characters: nobody can have prepared anything
 * there. A process that is killed leaves that folder behind, and it is in nobody's way.
 *
 * @throws StoreError when there is no such database or nothing in it, when the file exists already, or when the copy is damaged
 */
export const backUpSqlite = async (path: string, file: string): Promise<void> => {
  if (lstatSync(file, { throwIfNoEntry: false }) !== undefined) throw taken(file);
  const folder = privateFolderBeside(file);
  try {
    const copy = join(folder, 'stile.db');
    await copyTo(copy, path);
    const { damage, schemaVersion } = inspectSqlite(copy, { thorough: true });
    if (damage.length > 0) throw new StoreError('not-a-database', `The database is damaged: ${damage.join('; ')}`);
    if (schemaVersion === 0) throw new StoreError('not-a-database', `There is nothing in ${path} yet.`);
    sync(copy);
    giveName(copy, file);
    orNothing(file, () => syncFolder(dirname(file)));
  } catch (error) {
    throw error instanceof StoreError
      ? error
      : new StoreError('inaccessible', `The database ${path} cannot be copied to ${file}.`, { cause: error });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const taken = (file: string, cause?: unknown): StoreError =>
  new StoreError('inaccessible', `${file} exists already, or cannot be made. Nothing was written.`, { cause });

/** The system gives it a new name and lets its owner alone enter. */
const privateFolderBeside = (file: string): string => {
  try {
    return mkdtempSync(join(dirname(file), '.stile-backup-'));
  } catch (error) {
    throw taken(file, error);
  }
};

/** More pages than a database can have fit into one step. Writers need not wait: it reads a snapshot of the write-ahead log. */
const ALL_PAGES = 0x7fff_ffff;

const copyTo = async (copy: string, path: string): Promise<void> => {
  closeSync(openSync(copy, 'wx', 0o600));
  const database = new Database(path, { readonly: true, fileMustExist: true });
  try {
    // All at once: a copy in steps begins anew whenever another process commits in between, and beside a busy server never ends.
    await database.backup(copy, { progress: () => ALL_PAGES });
  } finally {
    database.close();
  }
};

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

/** What file systems without hard links say: those of memory sticks, and some of networks. */
const NO_LINKS: readonly unknown[] = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'];

/** A link is never made over what exists. Where there are no links, an empty file holds the name for the moment it takes. */
const giveName = (copy: string, file: string): void => {
  try {
    linkSync(copy, file);
  } catch (error) {
    if (!NO_LINKS.includes(codeOf(error))) throw codeOf(error) === 'EEXIST' ? taken(file, error) : error;
    try {
      closeSync(openSync(file, 'wx', 0o600));
    } catch (reason) {
      throw taken(file, reason);
    }
    orNothing(file, () => renameSync(copy, file));
  }
};

/** What was given a name here loses it again when the rest fails, so that the next try can have it. */
const orNothing = (file: string, rest: () => void): void => {
  try {
    rest();
  } catch (error) {
    rmSync(file, { force: true });
    throw error;
  }
};
