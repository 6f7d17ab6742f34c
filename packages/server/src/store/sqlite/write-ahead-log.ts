import { closeSync, fdatasync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { sql } from 'kysely';
import { first } from '../sql/operation.ts';
import { cells } from '../sql/tables/table.ts';
import { StoreUnavailable } from '../store-error.ts';
import type { Connection } from './connection.ts';
import type { Disk } from './durability.ts';
import { syncFolder } from './sync.ts';

const syncDescriptor = promisify(fdatasync);

/** The file that SQLite writes every commit to before anything else. */
export interface WriteAheadLog extends Disk {
  close(): void;
}

/** That of a database in memory, which is durable as it is. */
export const NO_LOG: WriteAheadLog = {
  sync: () => Promise.resolve(),
  rewrite: () => Promise.resolve(),
  close: () => undefined,
};

/**
 * Opens the log beside a database, so that it can be synced off the event loop. SQLite itself syncs it before it moves anything
 * from it into the database, and keeps the file as long as the connection is open.
 *
 * @param connection to the same database, from which something was read already: then the log is there
 */
export const openWriteAheadLog = (path: string, connection: Connection): WriteAheadLog => {
  // Windows only syncs what is open for writing.
  const descriptor = openSync(`${path}-wal`, 'r+');
  // A log that was made just now must also be found after the loss of power.
  syncFolder(dirname(path));
  return {
    sync: async () => {
      try {
        await syncDescriptor(descriptor);
      } catch (error) {
        throw new StoreUnavailable('failing', { cause: error });
      }
    },
    rewrite: async () => {
      const outcome = connection.perform(first(sql`pragma wal_checkpoint(truncate)`, { parse: cells }));
      if (outcome?.get('busy') !== 0) throw new StoreUnavailable('failing');
    },
    close: () => closeSync(descriptor),
  };
};
