import Database from 'better-sqlite3';
import type { StoreTrouble } from '../store-error.ts';
import { StoreUnavailable } from '../store-error.ts';

/** What SQLite says (its extended result codes begin with these) when the operation itself is not to blame. */
const TROUBLES: readonly (readonly [code: RegExp, trouble: StoreTrouble])[] = [
  [/^SQLITE_(BUSY|LOCKED|PROTOCOL)/, 'busy'],
  [/^SQLITE_FULL/, 'full'],
  [/^SQLITE_READONLY/, 'read-only'],
  [/^SQLITE_(IOERR|CANTOPEN)/, 'failing'],
];

const troubleIn = (error: unknown): StoreTrouble | undefined =>
  error instanceof Database.SqliteError ? TROUBLES.find(([code]) => code.test(error.code))?.[1] : undefined;

/** The same error, or, where the file or its disk is in trouble, the one that says so. */
export const explained = (error: unknown): unknown => {
  const trouble = troubleIn(error);
  return trouble === undefined ? error : new StoreUnavailable(trouble, { cause: error });
};

/** Whether another process is in the way: it will be gone in a moment. */
export const isBusy = (error: unknown): boolean => troubleIn(error) === 'busy';
