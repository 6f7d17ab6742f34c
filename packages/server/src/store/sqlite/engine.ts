import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Instant } from '@stile/core';
import Database from 'better-sqlite3';
import type { Engine } from '../sql/engine.ts';
import type { Operation } from '../sql/operation.ts';
import { StoreError, StoreUnavailable } from '../store-error.ts';
import { Connection } from './connection.ts';
import { Durability } from './durability.ts';
import { GroupCommit } from './group-commit.ts';
import { checkSchema, migrate } from './migrate.ts';
import { PATIENCE_MS, pauseBefore } from './patience.ts';
import { explained, isBusy } from './trouble.ts';
import { NO_LOG, openWriteAheadLog } from './write-ahead-log.ts';

/**
 * How long SQLite itself may wait for another process, once requests are served: as long as a commit takes, for the whole
 * process waits with it. Beyond that the waiting is done where it holds up nobody else.
 */
const BUSY_TIMEOUT_MS = 15;

/** How much of the file is kept in memory at most. SQLite's own 2 MB are less than the people of a small company. */
const CACHE_KIB = 32_768;

const keepsAll = () => true;

/**
 * Opens a SQLite file, made if need be and readable by its owner alone, and brings its schema up to date.
 *
 * @param path of the file, or `:memory:` for a database that is gone when it is closed
 * @throws StoreError when the file cannot be used
 */
export const openSqlite = (path: string, now: Instant): Engine => {
  const connection = open(path, now);
  const log = path === ':memory:' ? NO_LOG : openWriteAheadLog(path, connection);
  const durability = new Durability(log);
  const writes = new GroupCommit(connection, durability);
  let closed: Promise<void> | undefined;
  return {
    read: async (operation) => {
      const answer = await read(connection, writes, operation);
      // What is seen may be a commit that the disk does not have yet, and nobody may be answered with that.
      await durability.settle();
      return answer;
    },
    write: (operation, keeps = keepsAll) => writes.write(operation, keeps),
    onCommit: (listener) => writes.onCommit(listener),
    close: () => {
      closed ??= writes.close().then(() => {
        connection.close();
        log.close();
      });
      return closed;
    },
  };
};

/** Not in a transaction, and synchronous, so that it cannot come between the writes of one. */
const read = async <T>(connection: Connection, writes: GroupCommit, operation: () => Operation<T>): Promise<T> => {
  const begun = performance.now();
  for (let tries = 1; ; tries += 1) {
    if (writes.committing) throw new Error('A judge must not read from the store: what it needs is handed to it.');
    try {
      return connection.perform(operation());
    } catch (error) {
      // Readers are held up for a moment alone: while another process mends the file after a third was killed.
      if (!isBusy(error) || performance.now() - begun > PATIENCE_MS) throw explained(error);
      await pause(pauseBefore(tries));
    }
  }
};

const open = (path: string, now: Instant): Connection => {
  const database = openFile(path);
  try {
    const connection = new Connection(database);
    checkSchema(connection);
    configure(database);
    migrate(connection, now);
    serve(database);
    return connection;
  } catch (error) {
    database.close();
    if (isSqliteError(error) && (error.code === 'SQLITE_NOTADB' || error.code.startsWith('SQLITE_CORRUPT'))) {
      throw new StoreError('not-a-database', `${path} is not a database, or is damaged.`, { cause: error });
    }
    const named = explained(error);
    if (!(named instanceof StoreUnavailable)) throw error;
    throw new StoreError('inaccessible', `The database ${path} cannot be opened for writing. ${named.message}`, {
      cause: error,
    });
  }
};

const openFile = (path: string): Database.Database => {
  try {
    if (path !== ':memory:') {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      // SQLite would make the file readable by everybody; what it adds beside it takes the mode from the file.
      closeSync(openSync(path, 'a', 0o600));
    }
    // Nothing is served yet, so that all may wait.
    return new Database(path, { timeout: PATIENCE_MS });
  } catch (error) {
    throw new StoreError('inaccessible', `The database ${path} cannot be opened for writing.`, { cause: error });
  }
};

const configure = (database: Database.Database): void => {
  database.pragma('journal_mode = WAL');
  // What is made at the opening is on the disk before anything is served.
  database.pragma('synchronous = FULL');
  // The same on a Mac, where an ordinary sync stops at the disk's own cache.
  database.pragma('fullfsync = ON');
  database.pragma(`cache_size = -${CACHE_KIB}`);
  // What a savepoint puts by is of no use after a crash, so it need not be a file.
  database.pragma('temp_store = MEMORY');
  database.pragma('foreign_keys = ON');
  database.pragma('trusted_schema = OFF');
};

const serve = (database: Database.Database): void => {
  database.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
  // A commit does not wait for the disk, because whoever is answered does: with FULL the whole process would wait with it.
  database.pragma('synchronous = NORMAL');
};

const isSqliteError = (error: unknown): error is InstanceType<typeof Database.SqliteError> =>
  error instanceof Database.SqliteError;
