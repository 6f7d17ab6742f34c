import type { ColumnDefinitionBuilder, SchemaModule } from 'kysely';
import { sql } from 'kysely';
import type { Migration, TableDialect } from './migration.ts';

/*
 * Text keys, made by Stile; no sequences, no triggers, no types beyond text and integers: every SQL database can do that.
 * Nothing refers to a session or an interaction by a foreign key, because these are forgotten on their own schedule.
 */
export const first: Migration = {
  version: 1,
  name: 'first',
  statements: (schema, dialect) => [
    ...people(schema, dialect),
    ...sessions(schema, dialect),
    ...grants(schema, dialect),
    ...upkeep(schema, dialect),
  ],
};

type Column = ColumnDefinitionBuilder;
const key = (column: Column) => column.notNull().primaryKey();
const required = (column: Column) => column.notNull();
const unique = (column: Column) => column.notNull().unique();
/** Goes when its owner goes. */
const ownedBy = (owner: string) => (column: Column) => column.notNull().references(owner).onDelete('cascade');

const table = (schema: SchemaModule, { tableOptions }: TableDialect, name: string) => {
  const created = schema.createTable(name);
  return tableOptions === null ? created : created.modifyEnd(tableOptions);
};

const index = (schema: SchemaModule, on: string, ...columns: string[]) =>
  schema
    .createIndex(`${on}_by_${columns.join('_')}`)
    .on(on)
    .columns(columns);

const people = (schema: SchemaModule, dialect: TableDialect) => [
  table(schema, dialect, 'user')
    .addColumn('id', 'text', key)
    .addColumn('username', 'text', unique)
    .addColumn('claims', 'text', required)
    .addColumn('created_at', dialect.seconds, required)
    .addColumn('blocked_at', dialect.seconds),
  table(schema, dialect, 'authenticator')
    .addColumn('id', 'text', key)
    .addColumn('user_id', 'text', ownedBy('user.id'))
    .addColumn('factor', 'text', required)
    .addColumn('name', 'text', required)
    .addColumn('material', 'text', required)
    .addColumn('created_at', dialect.seconds, required)
    .addColumn('last_used_at', dialect.seconds),
  index(schema, 'authenticator', 'user_id'),
  table(schema, dialect, 'enrolment_ticket')
    .addColumn('ticket_hash', 'text', key)
    .addColumn('user_id', 'text', ownedBy('user.id'))
    .addColumn('created_at', dialect.seconds, required)
    .addColumn('expires_at', dialect.seconds, required),
  index(schema, 'enrolment_ticket', 'user_id'),
  index(schema, 'enrolment_ticket', 'expires_at'),
  table(schema, dialect, 'consent')
    .addColumn('user_id', 'text', ownedBy('user.id'))
    .addColumn('client_id', 'text', required)
    .addColumn('audience', 'text', required)
    .addColumn('scope', 'text', required)
    .addColumn('granted_at', dialect.seconds, required)
    .addPrimaryKeyConstraint('consent_key', ['user_id', 'client_id', 'audience', 'scope']),
];

const sessions = (schema: SchemaModule, dialect: TableDialect) => [
  table(schema, dialect, 'session')
    .addColumn('id', 'text', key)
    .addColumn('secret_hash', 'text', unique)
    .addColumn('rotated_at', dialect.seconds, required)
    .addColumn('user_id', 'text', ownedBy('user.id'))
    .addColumn('events', 'text', required)
    .addColumn('created_at', dialect.seconds, required)
    .addColumn('last_seen_at', dialect.seconds, required)
    .addColumn('ended_at', dialect.seconds),
  index(schema, 'session', 'user_id'),
  index(schema, 'session', 'created_at'),
  index(schema, 'session', 'ended_at'),
  table(schema, dialect, 'interaction')
    .addColumn('id', 'text', key)
    .addColumn('browser_hash', 'text')
    .addColumn('client_id', 'text', required)
    .addColumn('request', 'text', required)
    .addColumn('requested_at', dialect.seconds, required)
    .addColumn('expires_at', dialect.seconds, required)
    .addColumn('user_id', 'text')
    .addColumn('account_selected_at', dialect.seconds)
    .addColumn('consented_at', dialect.seconds)
    .addColumn('progress', 'text', required)
    .addColumn('finished_at', dialect.seconds),
  index(schema, 'interaction', 'expires_at'),
];

const grants = (schema: SchemaModule, dialect: TableDialect) => [
  table(schema, dialect, 'grant')
    .addColumn('id', 'text', key)
    .addColumn('client_id', 'text', required)
    .addColumn('user_id', 'text', (column) => column.references('user.id').onDelete('cascade'))
    .addColumn('session_id', 'text')
    .addColumn('audience', 'text')
    .addColumn('scopes', 'text', required)
    .addColumn('events', 'text', required)
    .addColumn('requirements', 'text', required)
    .addColumn('nonce', 'text')
    .addColumn('ages_from', dialect.seconds, required)
    .addColumn('created_at', dialect.seconds, required)
    .addColumn('revoked_at', dialect.seconds)
    .addColumn('revoked_reason', 'text'),
  index(schema, 'grant', 'user_id'),
  index(schema, 'grant', 'session_id'),
  table(schema, dialect, 'code')
    .addColumn('code_hash', 'text', key)
    .addColumn('grant_id', 'text', ownedBy('grant.id'))
    .addColumn('client_id', 'text', required)
    .addColumn('redirect_uri', 'text', required)
    .addColumn('redirect_uri_sent', 'integer', required)
    .addColumn('code_challenge', 'text')
    .addColumn('created_at', dialect.seconds, required)
    .addColumn('expires_at', dialect.seconds, required),
  index(schema, 'code', 'grant_id'),
  index(schema, 'code', 'expires_at'),
  table(schema, dialect, 'refresh_token')
    .addColumn('token_hash', 'text', key)
    .addColumn('grant_id', 'text', ownedBy('grant.id'))
    .addColumn('client_id', 'text', required)
    .addColumn('created_at', dialect.seconds, required)
    .addColumn('idle_expires_at', dialect.seconds, required)
    .addColumn('expires_at', dialect.seconds, required)
    .addColumn('rotated_at', dialect.seconds)
    .addColumn('successor_hash', 'text'),
  index(schema, 'refresh_token', 'grant_id'),
  index(schema, 'refresh_token', 'expires_at'),
];

const upkeep = (schema: SchemaModule, dialect: TableDialect) => [
  table(schema, dialect, 'consumption')
    .addColumn('kind', 'text', required)
    .addColumn('key', 'text', required)
    .addColumn('expires_at', dialect.seconds)
    .addPrimaryKeyConstraint('consumption_key', ['kind', 'key']),
  index(schema, 'consumption', 'expires_at'),
  table(schema, dialect, 'throttle').addColumn('key', 'text', key).addColumn('free_at', dialect.seconds, required),
  index(schema, 'throttle', 'free_at'),
  table(schema, dialect, 'signing_key')
    .addColumn('kid', 'text', key)
    .addColumn('alg', 'text', required)
    .addColumn('private_jwk', 'text', required)
    .addColumn('state', 'text', required)
    .addColumn('created_at', dialect.seconds, required)
    .addColumn('retires_at', dialect.seconds),
  // One key signs and one is next, for each algorithm: the database itself refuses a second.
  index(schema, 'signing_key', 'alg', 'state').unique().where(sql.ref('state'), '<>', sql.lit('retired')),
  table(schema, dialect, 'server_secret').addColumn('name', 'text', key).addColumn('value', 'text', required),
  table(schema, dialect, 'audit_record')
    .addColumn('id', 'text', key)
    .addColumn('at', dialect.seconds, required)
    .addColumn('type', 'text', required)
    .addColumn('user_id', 'text')
    .addColumn('client_id', 'text')
    .addColumn('session_id', 'text')
    .addColumn('grant_id', 'text')
    .addColumn('request_id', 'text')
    .addColumn('details', 'text', required),
  index(schema, 'audit_record', 'at', 'id'),
];
