import type { Expression, OperationNode, RootOperationNode } from 'kysely';
import { ValueNode } from 'kysely';
import type { Query } from './operation.ts';
import type { SqlValue } from './tables/table.ts';

/** What a query is asked with, by the names of its holes. */
export type Values = Readonly<Record<string, SqlValue>>;

/** A place in a query where a value goes each time it is asked. */
export class Hole<V> implements Expression<V> {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  /** Only ever a type: kysely wants it so. */
  get expressionType(): V | undefined {
    return undefined;
  }

  toOperationNode(): OperationNode {
    return ValueNode.create(this);
  }
}

/** A hole for every column of a row. */
export type Holes<Row> = { readonly [Column in keyof Row]: Hole<Row[Column]> };

type MakeHole<V> = <Name extends keyof V & string>(name: Name) => Hole<V[Name]>;

/** A query with values in its holes. */
interface Filled extends Query {
  readonly filling: Values;
}

/**
 * A query that is written once and asked many times, each time with other values. Building and compiling a query costs more
 * than running it; of a template both are done once.
 *
 * @param make builds the query, given what makes holes
 */
export const template = <V extends Values>(make: (hole: MakeHole<V>) => Query): ((values: V) => Filled) => {
  const node: RootOperationNode = make((name) => new Hole(name)).toOperationNode();
  return (filling) => ({ filling, toOperationNode: () => node });
};
