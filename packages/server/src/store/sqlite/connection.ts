import type Database from 'better-sqlite3';
import type { RootOperationNode } from 'kysely';
import { createQueryId, SqliteQueryCompiler } from 'kysely';
import type { Operation, QueryResult } from '../sql/operation.ts';

/** Some queries have as many placeholders as they are given keys, so that there is no end to their texts. */
const MOST_STATEMENTS = 500;

/**
 * One connection to one SQLite file: compiles the queries of an operation and runs them, synchronously.
 * Knows nothing of transactions beyond their statements.
 */
export class Connection {
  readonly #database: Database.Database;
  readonly #compiler = new SqliteQueryCompiler();
  readonly #statements = new Map<string, Database.Statement>();

  constructor(database: Database.Database) {
    this.#database = database;
  }

  /** Runs an operation from its first query to its answer. */
  perform<T>(operation: Operation<T>): T {
    let step = operation.next();
    while (!step.done) step = this.#answer(operation, step.value);
    return step.value;
  }

  get inTransaction(): boolean {
    return this.#database.inTransaction;
  }

  /** Runs a statement without parameters or rows: the brackets of a transaction. */
  execute(sql: string): void {
    this.#statement(sql).run();
  }

  close(): void {
    this.#database.close();
  }

  #answer<T>(operation: Operation<T>, query: RootOperationNode): IteratorResult<RootOperationNode, T> {
    let result: QueryResult;
    try {
      result = this.#query(query);
    } catch (error) {
      // Thrown where the query was asked, so that the trace of the error leads there.
      return operation.throw(error);
    }
    return operation.next(result);
  }

  #query(query: RootOperationNode): QueryResult {
    const { sql, parameters } = this.#compiler.compileQuery(query, createQueryId());
    const statement = this.#statement(sql);
    if (statement.reader) {
      const rows = statement.all(...parameters);
      return { rows, affected: rows.length };
    }
    return { rows: [], affected: statement.run(...parameters).changes };
  }

  #statement(sql: string): Database.Statement {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const prepared = this.#database.prepare(sql);
    if (this.#statements.size >= MOST_STATEMENTS) this.#statements.clear();
    this.#statements.set(sql, prepared);
    return prepared;
  }
}
