import { closeSync, openSync, renameSync, rmSync } from 'node:fs';
import Database from 'better-sqlite3';
import { StoreError } from '../store-error.ts';
import { inspectSqlite } from './inspect.ts';

/**
 * Copies a database that may be in use to a new file, as it is at one moment, and reads the copy once through. The copy is for the
 * eyes of its owner alone. Nothing is brought up to date, so that a newer program can make the backup before an upgrade.
 *
 * @throws StoreError when there is no such database, when the file exists already, or when the copy is damaged
 */
export const backUpSqlite = async (path: string, file: string): Promise<void> => {
  const partial = `${file}.part`;
  makeEmpty(file);
  try {
    await copy(path, partial);
    const { damage } = inspectSqlite(partial, { thorough: true });
    if (damage.length > 0) throw new StoreError('not-a-database', `The database is damaged: ${damage.join('; ')}`);
    renameSync(partial, file);
  } catch (error) {
    for (const left of [partial, file]) rmSync(left, { force: true });
    throw error instanceof StoreError
      ? error
      : new StoreError('inaccessible', `The database ${path} cannot be copied to ${file}.`, { cause: error });
  } finally {
    for (const beside of ['-wal', '-shm']) rmSync(`${partial}${beside}`, { force: true });
  }
};

/** Holds the name, so that no backup is ever written over. */
const makeEmpty = (file: string): void => {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    throw new StoreError('inaccessible', `${file} exists already, or cannot be made. Nothing was written.`, {
      cause: error,
    });
  }
};

const copy = async (path: string, to: string): Promise<void> => {
  closeSync(openSync(to, 'w', 0o600));
  const database = new Database(path, { readonly: true, fileMustExist: true });
  try {
    await database.backup(to);
  } finally {
    database.close();
  }
};
