import type { RawBuilder, SchemaModule } from 'kysely';
import type { Query } from '../sql/operation.ts';

/** What differs between databases when tables are made. */
export interface TableDialect {
  /** The type of a column that holds seconds; it must reach beyond the year 2038. */
  readonly seconds: 'integer' | 'bigint';
  /** What follows the list of columns, if anything. */
  readonly tableOptions: RawBuilder<unknown> | null;
}

/** One step of the schema, forward only. A migration that has been released is never edited: the next one is added. */
export interface Migration {
  /** Counts from 1, without gaps. */
  readonly version: number;
  readonly name: string;
  /** The statements, in order; they run in one transaction together with the note that they ran. */
  statements(schema: SchemaModule, dialect: TableDialect): readonly Query[];
}
