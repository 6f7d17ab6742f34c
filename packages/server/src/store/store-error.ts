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
