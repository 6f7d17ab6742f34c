import type { Instant } from '@stile/core';
import { isInstant, isJsonObject } from '@stile/core';
import type { z } from 'zod';
import type { Holes } from '../template.ts';
import { Hole } from '../template.ts';

/** What is in a row, by the name of its column. */
export const cells = (row: unknown): ReadonlyMap<string, unknown> =>
  new Map<string, unknown>(typeof row === 'object' && row !== null ? Object.entries(row) : []);

/** The same by a name at a time, for what is read often. */
const membersOf = (row: unknown): Readonly<Record<string, unknown>> => (isJsonObject(row) ? row : {});

/** What a column can hold: the types that every database of Stile has. Instants are whole seconds, truth is 0 or 1. */
export type SqlValue = string | number | null;

/** A row holds something that Stile never writes. The message names the column, never the value: it may be a secret. */
class CorruptRowError extends Error {
  override readonly name = 'CorruptRowError';
  constructor(column: string) {
    super(`The column "${column}" of the database holds a value that Stile did not write.`);
  }
}

/** How one field of a record is kept in one column. */
interface Column<Name extends string, Value, Stored extends SqlValue> {
  readonly name: Name;
  read(stored: unknown): Value;
  write(value: Value): Stored;
}

type ColumnsOf<Record> = { readonly [Field in keyof Record]-?: Column<string, Record[Field], SqlValue> };

type RowOf<Columns> = {
  [Field in keyof Columns as NameOf<Columns[Field]>]: StoredIn<Columns[Field]>;
};
type NameOf<C> = C extends { readonly name: infer Name extends string } ? Name : never;
type StoredIn<C> = C extends { write(value: never): infer Stored } ? Stored : never;

/** The one place where a record and its row meet. */
export interface Table<Record, Row> {
  /** @throws CorruptRowError */
  parse(row: unknown): Record;
  row(record: Record): Row;
  /** A hole for every column, for a template that writes whole rows. */
  readonly holes: Holes<Row>;
}

/** The type of a table's row, for the query builder. */
export type RowIn<T> = T extends { row(record: never): infer Row } ? Row : never;

/**
 * Declares how a record is kept, a column for every field: the compiler refuses a table that forgets one.
 *
 * The assertions are the only ones of the store: an object is built field by field from a description, which is exactly
 * the description that its type is derived from.
 */
export const table =
  <R extends object>() =>
  <const Columns extends ColumnsOf<R>>(columns: Columns): Table<R, RowOf<Columns>> => {
    const entries = Object.entries<Column<string, unknown, SqlValue>>(columns);
    return {
      parse(row) {
        const stored = membersOf(row);
        const record: Record<string, unknown> = {};
        for (const [field, column] of entries) record[field] = column.read(stored[column.name]);
        return record as R;
      },
      row(record) {
        const values = membersOf(record);
        const row: Record<string, SqlValue> = {};
        for (const [field, column] of entries) row[column.name] = column.write(values[field]);
        return row as RowOf<Columns>;
      },
      holes: Object.fromEntries(entries.map(([, { name }]) => [name, new Hole(name)])) as Holes<RowOf<Columns>>,
    };
  };

const corrupt = (column: string): never => {
  throw new CorruptRowError(column);
};

const column = <const Name extends string, Value extends SqlValue>(
  name: Name,
  is: (stored: unknown) => stored is Value,
): Column<Name, Value, Value> => ({
  name,
  read: (stored) => (is(stored) ? stored : corrupt(name)),
  write: (value) => value,
});

const isText = (stored: unknown): stored is string => typeof stored === 'string';

export const text = <const Name extends string>(name: Name) => column(name, isText);

/** A whole number, not negative. */
export const whole = <const Name extends string>(name: Name) =>
  column(name, (stored): stored is number => Number.isSafeInteger(stored) && Number(stored) >= 0);

export const seconds = <const Name extends string>(name: Name) => column<Name, Instant>(name, isInstant);

export const oneOf = <const Name extends string, const Value extends string>(name: Name, values: readonly Value[]) =>
  column(name, (stored): stored is Value => values.some((value) => value === stored));

export const nullable = <const Name extends string, Value, Stored extends SqlValue>(
  inner: Column<Name, Value, Stored>,
): Column<Name, Value | null, Stored | null> => ({
  name: inner.name,
  read: (stored) => (stored === null ? null : inner.read(stored)),
  write: (value) => (value === null ? null : inner.write(value)),
});

export const truth = <const Name extends string>(name: Name): Column<Name, boolean, number> => ({
  name,
  read: (stored) => (stored === 1 || stored === 0 ? stored === 1 : corrupt(name)),
  write: (value) => (value ? 1 : 0),
});

/** Bytes, as base64url. */
export const bytes = <const Name extends string>(name: Name): Column<Name, Uint8Array, string> => ({
  name,
  read: (stored) => (isText(stored) ? new Uint8Array(Buffer.from(stored, 'base64url')) : corrupt(name)),
  write: (value) => Buffer.from(value).toString('base64url'),
});

/** A value of a known shape, as JSON. */
export const json = <const Name extends string, Value>(
  name: Name,
  shape: z.ZodType<Value>,
): Column<Name, Value, string> => ({
  name,
  read(stored) {
    const parsed = shape.safeParse(isText(stored) ? parseJson(name, stored) : corrupt(name));
    return parsed.success ? parsed.data : corrupt(name);
  },
  write: (value) => JSON.stringify(value),
});

/** Any object, as JSON: for what is read by the thousand and looked at by its reader. */
export const jsonObject = <const Name extends string>(
  name: Name,
): Column<Name, Readonly<Record<string, unknown>>, string> => ({
  name,
  read(stored) {
    const parsed = isText(stored) ? parseJson(name, stored) : corrupt(name);
    return isJsonObject(parsed) ? parsed : corrupt(name);
  },
  write: (value) => JSON.stringify(value),
});

const parseJson = (name: string, stored: string): unknown => {
  try {
    return JSON.parse(stored);
  } catch {
    // The parser's own message quotes the text, which may be a secret.
    return corrupt(name);
  }
};
