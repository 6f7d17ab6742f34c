import type { Commit } from '../../metrics/recorder.ts';
import type { Operation } from '../sql/operation.ts';
import { StoreError } from '../store-error.ts';
import type { Connection } from './connection.ts';
import type { Durability } from './durability.ts';
import { PATIENCE_MS, pauseBefore } from './patience.ts';
import { explained, isBusy } from './trouble.ts';

/** What of a connection it takes to commit. */
type Transactions = Pick<Connection, 'execute' | 'perform' | 'inTransaction'>;

/** A write that waits for the next commit. */
interface Waiting {
  /** Runs it. What it returns tells the caller, and is called only when the commit is durable; nothing if it must not be kept. */
  readonly attempt: () => (() => void) | undefined;
  /** Runs it in its own savepoint, so that what must not be kept is undone alone. */
  readonly perform: () => () => void;
  readonly fail: (error: unknown) => void;
  /** When it came, by the steady clock, in milliseconds. */
  readonly since: number;
}

/**
 * Writes that arrive in one turn of the event loop share one transaction. Mostly all of them are kept, so they are run as they are; when
 * one throws or must not be kept, all are undone and run again, except the one that threw, each in a savepoint of its own, for which
 * every page has to be put by before it is changed.
 *
 * Nobody is answered before the commit is durable, and when the commit fails, or the disk does not get it, everybody is refused. While
 * another process holds the file the writes wait, and the process goes on with what needs no writing.
 */
export class GroupCommit {
  readonly #connection: Transactions;
  readonly #durability: Durability;
  readonly #patienceMs: number;
  #waiting: Waiting[] = [];
  #listener: ((commit: Commit) => void) | undefined;
  #committing = false;
  /** How often in a row another process was in the way. */
  #refusals = 0;
  #scheduled = false;
  /** How many groups are committed and wait for the disk. */
  #settling = 0;
  #closed: PromiseWithResolvers<void> | undefined;

  constructor(connection: Transactions, durability: Durability, patienceMs = PATIENCE_MS) {
    this.#connection = connection;
    this.#durability = durability;
    this.#patienceMs = patienceMs;
  }

  /** True while writes are made that are not committed, so that a read would see them. */
  get committing(): boolean {
    return this.#committing;
  }

  /** Tells of every commit from now on. */
  onCommit(listener: (commit: Commit) => void): void {
    this.#listener = listener;
  }

  write<T>(operation: () => Operation<T>, keeps: (answer: T) => boolean): Promise<T> {
    if (this.#closed !== undefined) return Promise.reject(new StoreError('closed', 'The store is closed.'));
    return new Promise((resolve, reject) => {
      const attempt = () => {
        const answer = this.#connection.perform(operation());
        return keeps(answer) ? () => resolve(answer) : undefined;
      };
      const perform = () => this.#inSavepoint(operation, keeps, resolve, reject);
      this.#waiting.push({ attempt, perform, fail: reject, since: performance.now() });
      if (this.#scheduled) return;
      this.#scheduled = true;
      setImmediate(() => this.#flush());
    });
  }

  /** Commits what waits and takes no more. */
  close(): Promise<void> {
    if (this.#closed === undefined) {
      this.#closed = Promise.withResolvers();
      this.#flush();
    }
    return this.#closed.promise;
  }

  #flush(): void {
    const group = this.#waiting;
    this.#waiting = [];
    this.#scheduled = false;
    const answers = group.length > 0 ? this.#committed(group) : undefined;
    if (answers) void this.#answer(group, answers);
    this.#endIfDone();
  }

  #endIfDone(): void {
    if (this.#waiting.length === 0 && this.#settling === 0) this.#closed?.resolve();
  }

  #committed(group: readonly Waiting[]): readonly (() => void)[] | undefined {
    this.#committing = true;
    try {
      const answers = this.#commit(group);
      this.#refusals = 0;
      this.#durability.committed();
      return answers;
    } catch (error) {
      this.#refuse(group, error);
      return undefined;
    } finally {
      this.#committing = false;
    }
  }

  async #answer(group: readonly Waiting[], answers: readonly (() => void)[]): Promise<void> {
    this.#settling += 1;
    try {
      await this.#durability.settle();
      this.#tell(group, false);
      for (const answer of answers) answer();
    } catch (error) {
      this.#tell(group, true);
      for (const each of group) each.fail(explained(error));
    } finally {
      this.#settling -= 1;
      this.#endIfDone();
    }
  }

  #tell(group: readonly Waiting[], failed: boolean): void {
    const [first] = group;
    if (!first || !this.#listener) return;
    this.#listener({ writes: group.length, seconds: (performance.now() - first.since) / 1000, failed });
  }

  /** Whoever waits for another process may wait on, but not for ever; everybody else is told. */
  #refuse(group: readonly Waiting[], error: unknown): void {
    const waited = performance.now() - this.#patienceMs;
    const goOn = isBusy(error) ? group.filter(({ since }) => since > waited) : [];
    const given = group.filter((each) => !goOn.includes(each));
    this.#tell(given, true);
    for (const each of given) each.fail(explained(error));
    if (goOn.length === 0) return;
    this.#refusals += 1;
    this.#waiting = [...goOn];
    this.#scheduled = true;
    setTimeout(() => this.#flush(), pauseBefore(this.#refusals));
  }

  #commit(group: readonly Waiting[]): readonly (() => void)[] {
    this.#connection.execute('BEGIN IMMEDIATE');
    try {
      const thrown = new Map<Waiting, unknown>();
      const answers = this.#together(group, thrown) ?? this.#apart(group, thrown);
      this.#connection.execute('COMMIT');
      return answers;
    } catch (error) {
      if (this.#connection.inTransaction) this.#connection.execute('ROLLBACK');
      throw error;
    }
  }

  /** Runs all of them, if all can be kept, and notes what the one that spoilt it has thrown. */
  #together(group: readonly Waiting[], thrown: Map<Waiting, unknown>): readonly (() => void)[] | undefined {
    const answers: (() => void)[] = [];
    for (const each of group) {
      const answer = this.#attempted(each, thrown);
      if (!answer) return undefined;
      answers.push(answer);
    }
    return answers;
  }

  #attempted(each: Waiting, thrown: Map<Waiting, unknown>): (() => void) | undefined {
    try {
      return each.attempt();
    } catch (error) {
      // A full disk and its like have undone the transaction: there is nothing to go on with.
      if (!this.#connection.inTransaction) throw error;
      thrown.set(each, error);
      return undefined;
    }
  }

  /** Begins anew, and keeps of each what can be kept. What has failed has failed: it is not given a second try. */
  #apart(group: readonly Waiting[], thrown: ReadonlyMap<Waiting, unknown>): readonly (() => void)[] {
    this.#connection.execute('ROLLBACK');
    this.#connection.execute('BEGIN IMMEDIATE');
    return group.map((each) => (thrown.has(each) ? () => each.fail(explained(thrown.get(each))) : each.perform()));
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
      return () => reject(explained(error));
    }
  }
}
