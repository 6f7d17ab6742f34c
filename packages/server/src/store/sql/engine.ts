import type { Commit } from '../../metrics/recorder.ts';
import type { Operation } from './operation.ts';

/** Runs operations on one database. Operations are given as functions, because an engine may have to run one again. */
export interface Engine {
  /** Runs an operation that only reads. It sees what is committed, and nothing else. */
  readonly read: <T>(operation: () => Operation<T>) => Promise<T>;
  /**
   * Runs an operation that writes, atomically, and answers when its effect is durable. An operation that throws leaves nothing behind.
   *
   * @param keeps looks at the answer; when it says false the answer is given all the same, but nothing that was written is kept
   */
  readonly write: <T>(operation: () => Operation<T>, keeps?: (answer: T) => boolean) => Promise<T>;
  /** Tells of every commit from now on. */
  readonly onCommit: (listener: (commit: Commit) => void) => void;
  /** Finishes what was begun and closes the database. */
  readonly close: () => Promise<void>;
}
