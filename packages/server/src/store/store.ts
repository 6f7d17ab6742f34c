import type { Instant } from '@stile/core';
import { instant } from '@stile/core';
import type { Store } from './ports.ts';
import { sqlStore } from './sql/store.ts';
import { openSqlite } from './sqlite/engine.ts';

interface SqliteOptions {
  /** The file, made if need be; `:memory:` for a store that is gone when it is closed. */
  readonly path: string;
  /** The clock, asked once: to note when the schema was brought up to date. */
  readonly now?: () => Instant;
}

/**
 * Opens the store in a SQLite file. Any number of processes on one machine may have the same file open.
 *
 * @throws StoreError when the file cannot be used: not a database, another program's, a newer schema, no permission
 */
export const createSqliteStore = ({ path, now = systemClock }: SqliteOptions): Store =>
  sqlStore(openSqlite(path, now()));

const systemClock = (): Instant => instant(Math.floor(Date.now() / 1000));
