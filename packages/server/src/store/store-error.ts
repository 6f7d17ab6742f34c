/** Why a store cannot be used at all. */
export type StoreProblem =
  /** The file is not a database, or a damaged one. */
  | 'not-a-database'
  /** A database, but of another program. */
  | 'foreign-database'
  /** The schema was made by a newer version of Stile. */
  | 'newer-schema'
  /** The place where the database should be cannot be made, read or written. */
  | 'inaccessible'
  | 'closed';

/** The store cannot be used; the message says what to do about it. Not for a single operation that failed. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly problem: StoreProblem;

  constructor(problem: StoreProblem, message: string, options?: ErrorOptions) {
    super(message, options);
    this.problem = problem;
  }
}

/** What keeps an operation from being done just now, although nothing is wrong with it. */
export type StoreTrouble =
  /** Another process holds the database, and did so for longer than is waited. */
  | 'busy'
  /** There is no room for what was to be written. */
  | 'full'
  /** The place where the database is can be read but not written. */
  | 'read-only'
  /** The disk reports failures. */
  | 'failing';

const MESSAGES: Readonly<Record<StoreTrouble, string>> = {
  busy: 'Another process holds the database: the store can do nothing until it lets go.',
  full: 'The disk is full: the store can keep nothing until there is room again.',
  'read-only': 'The database is on a disk that is read-only: the store can keep nothing.',
  failing: 'The disk fails: the store cannot be read or written.',
};

/**
 * An operation was not done, and left nothing behind. It can be tried again when the trouble is over: no restart is needed.
 * Only when the disk fails while it takes a commit it is unknown whether the operation was done.
 */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
  readonly trouble: StoreTrouble;

  constructor(trouble: StoreTrouble, options?: ErrorOptions) {
    super(MESSAGES[trouble], options);
    this.trouble = trouble;
  }
}
