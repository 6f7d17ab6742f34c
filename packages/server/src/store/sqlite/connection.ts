import type Database from 'better-sqlite3';
import type { RootOperationNode } from 'kysely';
import { createQueryId, SqliteQueryCompiler } from 'kysely';
import type { Operation, Query, QueryResult } from '../sql/operation.ts';
import type { Values } from '../sql/template.ts';
import { Hole } from '../sql/template.ts';

/** Some queries have as many placeholders as they are given keys, so that there is no end to their texts. */
const MOST_STATEMENTS = 500;

/** A query that can be run: where its parameters come from values, there are holes. */
interface Compiled {
  readonly statement: Database.Statement;
  readonly parameters: readonly unknown[];
}

/**
 * One connection to one SQLite file: compiles the queries of an operation and runs them, synchronously.
 * Knows nothing of transactions beyond their statements.
 */
export class Connection {
  readonly #database: Database.Database;
  readonly #compiler = new SqliteQueryCompiler();
  readonly #statements = new Map<string, Database.Statement>();
  /** Templates have one tree as long as the program runs. */
  readonly #templates = new WeakMap<RootOperationNode, Compiled>();

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

  #answer<T>(operation: Operation<T>, query: Query): IteratorResult<Query, T> {
    let result: QueryResult;
    try {
      result = this.#query(query);
    } catch (error) {
      // Thrown where the query was asked, so that the trace of the error leads there.
      return operation.throw(error);
    }
    return operation.next(result);
  }

  #query(query: Query): QueryResult {
    const node = query.toOperationNode();
    const { filling } = query;
    const { statement, parameters } = filling === undefined ? this.#compile(node) : this.#template(node);
    const bound = filling === undefined ? parameters : filled(parameters, filling);
    if (statement.reader) {
      const rows = statement.all(...bound);
      return { rows, affected: rows.length };
    }
    return { rows: [], affected: statement.run(...bound).changes };
  }

  #template(node: RootOperationNode): Compiled {
    const known = this.#templates.get(node);
    if (known !== undefined) return known;
    const compiled = this.#compile(node);
    this.#templates.set(node, compiled);
    return compiled;
  }

  #compile(node: RootOperationNode): Compiled {
    const { sql, parameters } = this.#compiler.compileQuery(node, createQueryId());
    return { statement: this.#statement(sql), parameters };
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

/** A hole that nothing is given for stays undefined, which SQLite's binding refuses. */
const filled = (parameters: readonly unknown[], filling: Values): readonly unknown[] =>
  parameters.map((parameter) => (parameter instanceof Hole ? filling[parameter.name] : parameter));
