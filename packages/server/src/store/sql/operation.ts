import type { RootOperationNode } from 'kysely';
import type { Values } from './template.ts';

/** What the database said to one query. */
export interface QueryResult {
  readonly rows: readonly unknown[];
  /** How many rows the query inserted, changed or deleted. */
  readonly affected: number;
}

/**
 * A piece of work on the database that is done all at once or not at all, written once for every database: it yields queries as
 * trees and is handed their results. An engine compiles the trees in its own dialect and decides how to wait: SQLite runs the
 * whole operation synchronously inside a shared commit, another database may wait for the network between two queries.
 *
 * An operation may rely on nobody else writing meanwhile (one writer, or serializable transactions that an engine tries again),
 * so it must not do anything but yield queries: it may be run more than once.
 */
export type Operation<T> = Generator<Query, T, QueryResult>;

/** Anything that kysely can build a query with, or a template that is filled. */
export interface Query {
  toOperationNode(): RootOperationNode;
  /** What goes into the holes of a template, whose tree is the same each time. */
  readonly filling?: Values;
}

/** Makes a record of a row, or throws. */
export interface RowParser<R> {
  parse(row: unknown): R;
}

/** The rows that a query finds. */
export function* rows<R>(query: Query, parser: RowParser<R>): Operation<readonly R[]> {
  const result = yield query;
  return result.rows.map((row) => parser.parse(row));
}

/** The first row that a query finds. */
export function* first<R>(query: Query, parser: RowParser<R>): Operation<R | undefined> {
  const [row] = (yield query).rows;
  return row === undefined ? undefined : parser.parse(row);
}

/** Runs a query for its effect. The answer is how many rows it affected. */
export function* run(query: Query): Operation<number> {
  return (yield query).affected;
}

/** Runs a query for its effect, and throws unless it affected exactly one row: the operation relied on it. */
export function* runOnOne(query: Query): Operation<void> {
  const affected = yield* run(query);
  if (affected !== 1) throw new Error(`A write that must change one row changed ${affected}.`);
}
