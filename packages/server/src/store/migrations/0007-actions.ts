import type { SchemaModule } from 'kysely';
import type { Migration, TableDialect } from './migration.ts';

/** Actions: what was deployed, what is bound, what came of it; and what applications and Actions keep about a person. */
export const actions: Migration = {
  version: 7,
  name: 'actions',
  statements: (schema, dialect) => [
    ...people(schema, dialect),
    ...deployed(schema, dialect),
    ...bound(schema, dialect),
    ...kept(schema, dialect),
  ],
};

const table = (schema: SchemaModule, { tableOptions }: TableDialect, name: string) => {
  const created = schema.createTable(name);
  return tableOptions === null ? created : created.modifyEnd(tableOptions);
};

const people = (schema: SchemaModule, { seconds }: TableDialect) => [
  schema.alterTable('user').addColumn('user_metadata', 'text', (column) => column.notNull().defaultTo('{}')),
  schema.alterTable('user').addColumn('app_metadata', 'text', (column) => column.notNull().defaultTo('{}')),
  schema.alterTable('user').addColumn('logins', 'integer', (column) => column.notNull().defaultTo(0)),
  schema.alterTable('user').addColumn('last_login_at', seconds),
];

const deployed = (schema: SchemaModule, dialect: TableDialect) => [
  table(schema, dialect, 'action')
    .addColumn('id', 'text', (column) => column.notNull().primaryKey())
    .addColumn('name', 'text', (column) => column.notNull().unique())
    .addColumn('created_at', dialect.seconds, (column) => column.notNull()),
  table(schema, dialect, 'action_version')
    .addColumn('id', 'text', (column) => column.notNull().primaryKey())
    .addColumn('action_id', 'text', (column) => column.notNull().references('action.id'))
    .addColumn('number', 'integer', (column) => column.notNull())
    .addColumn('checksum', 'text', (column) => column.notNull())
    .addColumn('code', 'text', (column) => column.notNull())
    .addColumn('dependencies', 'text', (column) => column.notNull())
    .addColumn('secret_names', 'text', (column) => column.notNull())
    .addColumn('sealed_secrets', 'text')
    .addColumn('secrets_digest', 'text', (column) => column.notNull())
    .addColumn('created_at', dialect.seconds, (column) => column.notNull())
    .addUniqueConstraint('action_version_by_number', ['action_id', 'number']),
];

const bound = (schema: SchemaModule, dialect: TableDialect) => [
  table(schema, dialect, 'action_trigger')
    .addColumn('trigger', 'text', (column) => column.notNull().primaryKey())
    .addColumn('revision', 'integer', (column) => column.notNull())
    .addColumn('off_since', dialect.seconds),
  table(schema, dialect, 'action_binding')
    .addColumn('trigger', 'text', (column) => column.notNull())
    .addColumn('action_id', 'text', (column) => column.notNull().references('action.id'))
    .addColumn('mode', 'text', (column) => column.notNull())
    .addColumn('version_id', 'text', (column) => column.notNull().references('action_version.id'))
    .addColumn('enabled', 'integer', (column) => column.notNull())
    .addColumn('position', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('action_binding_once', ['trigger', 'action_id', 'mode']),
  schema.createIndex('action_binding_by_action_id').on('action_binding').column('action_id'),
  schema.createIndex('action_binding_by_version_id').on('action_binding').column('version_id'),
];

const kept = (schema: SchemaModule, dialect: TableDialect) => [
  table(schema, dialect, 'action_execution')
    .addColumn('id', 'text', (column) => column.notNull().primaryKey())
    .addColumn('at', dialect.seconds, (column) => column.notNull())
    .addColumn('trigger', 'text', (column) => column.notNull())
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('version_id', 'text', (column) => column.notNull())
    .addColumn('number', 'integer', (column) => column.notNull())
    .addColumn('mode', 'text', (column) => column.notNull())
    .addColumn('user_id', 'text')
    .addColumn('client_id', 'text')
    .addColumn('request_id', 'text')
    .addColumn('outcome', 'text', (column) => column.notNull())
    .addColumn('details', 'text', (column) => column.notNull()),
  schema.createIndex('action_execution_by_at').on('action_execution').columns(['at', 'id']),
  schema.createIndex('action_execution_by_action').on('action_execution').columns(['action', 'at']),
  table(schema, dialect, 'action_cache')
    .addColumn('trigger', 'text', (column) => column.notNull())
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('value', 'text', (column) => column.notNull())
    .addColumn('expires_at', dialect.seconds, (column) => column.notNull())
    .addPrimaryKeyConstraint('action_cache_by_key', ['trigger', 'key']),
  schema.createIndex('action_cache_by_expires_at').on('action_cache').column('expires_at'),
];
