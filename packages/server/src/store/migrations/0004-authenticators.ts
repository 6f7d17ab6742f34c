import { sql } from 'kysely';
import type { Migration } from './migration.ts';

/** Authenticators that the server speaks to first, that are found by what they say, and that their owners look after. */
export const authenticatorsOfEveryKind: Migration = {
  version: 4,
  name: 'authenticators-of-every-kind',
  statements: (schema, { seconds, tableOptions }) => {
    const table = (name: string) => {
      const created = schema.createTable(name);
      return tableOptions === null ? created : created.modifyEnd(tableOptions);
    };
    return [
      schema.alterTable('authenticator').addColumn('lookup', 'text'),
      schema.alterTable('authenticator').addColumn('preferred_at', seconds),
      schema.createIndex('authenticator_by_lookup').on('authenticator').column('lookup').unique(),
      schema.alterTable('session').addColumn('user_agent', 'text', (column) => column.notNull().defaultTo('')),
      schema.alterTable('session').addColumn('address', 'text', (column) => column.notNull().defaultTo('')),
      schema.createIndex('audit_record_by_user_id').on('audit_record').columns(['user_id', 'at']),
      table('ceremony')
        .addColumn('id', 'text', (column) => column.notNull().primaryKey())
        .addColumn('purpose', 'text', (column) => column.notNull())
        .addColumn('factor', 'text', (column) => column.notNull())
        .addColumn('user_id', 'text', (column) => column.references('user.id').onDelete('cascade'))
        .addColumn('authenticator_id', 'text')
        .addColumn('bound_to', 'text', (column) => column.notNull())
        .addColumn('data', 'text', (column) => column.notNull())
        .addColumn('answer', 'text')
        .addColumn('created_at', seconds, (column) => column.notNull())
        .addColumn('expires_at', seconds, (column) => column.notNull()),
      schema.createIndex('ceremony_by_bound_to').on('ceremony').column('bound_to'),
      schema
        .createIndex('ceremony_by_authenticator_id')
        .on('ceremony')
        .column('authenticator_id')
        .where(sql.ref('authenticator_id'), 'is not', null),
      schema.createIndex('ceremony_by_expires_at').on('ceremony').column('expires_at'),
      table('remembered_device')
        .addColumn('id', 'text', (column) => column.notNull().primaryKey())
        .addColumn('user_id', 'text', (column) => column.notNull().references('user.id').onDelete('cascade'))
        .addColumn('secret_hash', 'text', (column) => column.notNull().unique())
        .addColumn('user_agent', 'text', (column) => column.notNull())
        .addColumn('acrs', 'text', (column) => column.notNull())
        .addColumn('created_at', seconds, (column) => column.notNull())
        .addColumn('last_used_at', seconds, (column) => column.notNull())
        .addColumn('expires_at', seconds, (column) => column.notNull())
        .addColumn('revoked_at', seconds),
      schema.createIndex('remembered_device_by_user_id').on('remembered_device').column('user_id'),
      schema.createIndex('remembered_device_by_expires_at').on('remembered_device').column('expires_at'),
    ];
  },
};
