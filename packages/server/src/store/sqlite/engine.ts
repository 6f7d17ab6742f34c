import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Instant } from '@stile/core';
import Database from 'better-sqlite3';
import type { Engine } from '../sql/engine.ts';
import { StoreError } from '../store-error.ts';
import { Connection } from './connection.ts';
import { GroupCommit } from './group-commit.ts';
import { checkSchema, migrate } from './migrate.ts';

/** How long another process may hold the file before a write gives up. */
const BUSY_TIMEOUT_MS = 5000;

const keepsAll = () => true;

/**
 * Opens a SQLite file, made if need be and readable by its owner alone, and brings its schema up to date.
 *
 * @param path of the file, or `:memory:` for a database that is gone when it is closed
 * @throws StoreError when the file cannot be used
 */
export const openSqlite = (path: string, now: Instant): Engine => {
  const connection = open(path, now);
  const writes = new GroupCommit(connection);
  return {
    // Not in a transaction, and synchronous, so that it cannot come between the writes of one.
    read: async (operation) => {
      if (writes.committing) throw new Error('A judge must not read from the store: what it needs is handed to it.');
      return connection.perform(operation());
    },
    write: (operation, keeps = keepsAll) => writes.write(operation, keeps),
    close: async () => {
      writes.close();
      connection.close();
    },
  };
};

const open = (path: string, now: Instant): Connection => {
  const database = openFile(path);
  try {
    const connection = new Connection(database);
    checkSchema(connection);
    configure(database);
    migrate(connection, now);
    return connection;
  } catch (error) {
    database.close();
    if (isSqliteError(error) && (error.code === 'SQLITE_NOTADB' || error.code.startsWith('SQLITE_CORRUPT'))) {
      throw new StoreError('not-a-database', `${path} is not a database, or is damaged.`, { cause: error });
    }
    throw error;
  }
};

const openFile = (path: string): Database.Database => {
  try {
    if (path !== ':memory:') {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      // SQLite would make the file readable by everybody; what it adds beside it takes the mode from the file.
      closeSync(openSync(path, 'a', 0o600));
    }
    return new Database(path, { timeout: BUSY_TIMEOUT_MS });
  } catch (error) {
    throw new StoreError('inaccessible', `The database ${path} cannot be opened for writing.`, { cause: error });
  }
};

const configure = (database: Database.Database): void => {
  database.pragma('journal_mode = WAL');
  // An acknowledged write survives the loss of power: in WAL, the lesser setting would only survive the loss of the process.
  database.pragma('synchronous = FULL');
  // The same on a Mac, where an ordinary sync stops at the disk's own cache.
  database.pragma('fullfsync = ON');
  database.pragma('foreign_keys = ON');
  database.pragma('trusted_schema = OFF');
};

const isSqliteError = (error: unknown): error is InstanceType<typeof Database.SqliteError> =>
  error instanceof Database.SqliteError;
