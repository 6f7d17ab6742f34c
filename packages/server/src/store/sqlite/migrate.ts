import type { Instant } from '@stile/core';
import { sql } from 'kysely';
import type { Migration } from '../migrations/migration.ts';
import { migrations } from '../migrations/migrations.ts';
import { build } from '../sql/build.ts';
import type { Operation } from '../sql/operation.ts';
import { first, run, runOnOne } from '../sql/operation.ts';
import { cells } from '../sql/tables/table.ts';
import { StoreError } from '../store-error.ts';
import type { Connection } from './connection.ts';

const dialect = { seconds: 'integer', tableOptions: sql`strict` } as const;

/**
 * Refuses a database that is not for this version of Stile, before anything is changed in it.
 *
 * @throws StoreError `newer-schema`, `foreign-database`
 */
export const checkSchema = (connection: Connection, known: readonly Migration[] = migrations): void => {
  const version = versionOf(connection);
  if (version <= known.length) return;
  throw new StoreError(
    'newer-schema',
    `The database was made by a newer version of Stile: its schema has version ${version}, this Stile knows up to ${known.length}. Install the newer version, or restore the backup from before the upgrade.`,
  );
};

/**
 * Brings the schema up to date, one transaction for each step; other processes that start at the same moment wait their turn.
 *
 * @throws StoreError `newer-schema`, when another process was quicker and newer
 */
export const migrate = (connection: Connection, now: Instant, known: readonly Migration[] = migrations): void => {
  while (versionOf(connection) < known.length) {
    inTransaction(connection, () => {
      // Read again now that nobody else can write: another process may have been quicker.
      const next = known[versionOf(connection)];
      if (next !== undefined) connection.perform(apply(next, now));
    });
  }
  checkSchema(connection, known);
};

const versionOf = (connection: Connection): number => connection.perform(readVersion());

function* readVersion(): Operation<number> {
  const tables = yield* first(
    sql`select count(*) as "all", count(*) filter (where name = 'schema_migration') as "ours" from sqlite_master`,
    { parse: (row) => ({ all: numberIn(row, 'all'), ours: numberIn(row, 'ours') }) },
  );
  if (tables === undefined || tables.all === 0) return 0;
  if (tables.ours === 0) {
    throw new StoreError('foreign-database', 'The database belongs to another program. Give Stile a file of its own.');
  }
  const version = yield* first(
    build.selectFrom('schema_migration').select((expression) => expression.fn.max('version').as('version')),
    { parse: (row) => numberIn(row, 'version') },
  );
  return version ?? 0;
}

function* apply(migration: Migration, now: Instant): Operation<void> {
  if (migration.version === 1) yield* run(schemaMigration());
  for (const statement of migration.statements(build.schema, dialect)) yield* run(statement);
  const { version, name } = migration;
  yield* runOnOne(build.insertInto('schema_migration').values({ version, name, applied_at: now }));
}

const schemaMigration = () =>
  build.schema
    .createTable('schema_migration')
    .addColumn('version', 'integer', (column) => column.notNull().primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('applied_at', dialect.seconds, (column) => column.notNull())
    .modifyEnd(dialect.tableOptions);

const numberIn = (row: unknown, column: string): number => {
  const value = cells(row).get(column);
  return typeof value === 'number' ? value : 0;
};

const inTransaction = (connection: Connection, work: () => void): void => {
  connection.execute('BEGIN IMMEDIATE');
  try {
    work();
    connection.execute('COMMIT');
  } catch (error) {
    if (connection.inTransaction) connection.execute('ROLLBACK');
    throw error;
  }
};
