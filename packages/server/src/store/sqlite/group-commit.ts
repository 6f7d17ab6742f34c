import type { Operation } from '../sql/operation.ts';
import { StoreError } from '../store-error.ts';
import type { Connection } from './connection.ts';

/** What of a connection it takes to commit. */
type Transactions = Pick<Connection, 'execute' | 'perform' | 'inTransaction'>;

/** A write that waits for the next commit. */
interface Waiting {
  /** Runs it in its own savepoint. What it returns tells the caller, and is called only when the commit is durable. */
  readonly perform: () => () => void;
  readonly fail: (error: unknown) => void;
}

/**
 * Writes that arrive in one turn of the event loop share one transaction, and so one wait for the disk, which costs more than
 * everything else together. Each runs in a savepoint of its own: one that throws is undone alone. Nobody is answered
 * before the commit, and when the commit fails everybody is refused.
 */
export class GroupCommit {
  readonly #connection: Transactions;
  #waiting: Waiting[] = [];
  #committing = false;
  #closed = false;

  constructor(connection: Transactions) {
    this.#connection = connection;
  }

  /** True while writes are made that are not committed, so that a read would see them. */
  get committing(): boolean {
    return this.#committing;
  }

  write<T>(operation: () => Operation<T>, keeps: (answer: T) => boolean): Promise<T> {
    if (this.#closed) return Promise.reject(new StoreError('closed', 'The store is closed.'));
    return new Promise((resolve, reject) => {
      const perform = () => this.#inSavepoint(operation, keeps, resolve, reject);
      this.#waiting.push({ perform, fail: reject });
      if (this.#waiting.length === 1) setImmediate(() => this.flush());
    });
  }

  /** Commits what waits and takes no more. */
  close(): void {
    this.#closed = true;
    this.flush();
  }

  flush(): void {
    const group = this.#waiting;
    if (group.length === 0) return;
    this.#waiting = [];
    this.#committing = true;
    let answers: readonly (() => void)[];
    try {
      answers = this.#commit(group);
    } catch (error) {
      for (const { fail } of group) fail(error);
      return;
    } finally {
      this.#committing = false;
    }
    for (const answer of answers) answer();
  }

  #commit(group: readonly Waiting[]): readonly (() => void)[] {
    this.#connection.execute('BEGIN IMMEDIATE');
    try {
      const answers = group.map(({ perform }) => perform());
      this.#connection.execute('COMMIT');
      return answers;
    } catch (error) {
      if (this.#connection.inTransaction) this.#connection.execute('ROLLBACK');
      throw error;
    }
  }

  #inSavepoint<T>(
    operation: () => Operation<T>,
    keeps: (answer: T) => boolean,
    resolve: (answer: T) => void,
    reject: (error: unknown) => void,
  ): () => void {
    this.#connection.execute('SAVEPOINT operation');
    try {
      const answer = this.#connection.perform(operation());
      if (!keeps(answer)) this.#connection.execute('ROLLBACK TO operation');
      this.#connection.execute('RELEASE operation');
      return () => resolve(answer);
    } catch (error) {
      // A full disk and its like undo the whole transaction, the other writes with it: then nobody may be told that they succeeded.
      if (!this.#connection.inTransaction) throw error;
      this.#connection.execute('ROLLBACK TO operation');
      this.#connection.execute('RELEASE operation');
      return () => reject(error);
    }
  }
}
