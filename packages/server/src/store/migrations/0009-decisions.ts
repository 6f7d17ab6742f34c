import type { Migration } from './migration.ts';

/** What Actions decided of a request, a grant, a session and a refresh token; and by which policies was decided. */
export const decisions: Migration = {
  version: 9,
  name: 'decisions',
  statements: (schema, { seconds, tableOptions }) => {
    const created = schema.createTable('policy');
    const policy = tableOptions === null ? created : created.modifyEnd(tableOptions);
    return [
      schema.alterTable('interaction').addColumn('actions', 'text'),
      schema
        .alterTable('grant')
        .addColumn('custom_claims', 'text', (column) => column.notNull().defaultTo('{"accessToken":{},"idToken":{}}')),
      schema.alterTable('grant').addColumn('requested_at', seconds),
      schema.alterTable('session').addColumn('expires_at', seconds),
      schema.alterTable('session').addColumn('idle_expires_at', seconds),
      schema.alterTable('session').addColumn('metadata', 'text', (column) => column.notNull().defaultTo('{}')),
      schema.alterTable('session').addColumn('methods', 'text', (column) => column.notNull().defaultTo('[]')),
      schema
        .alterTable('session')
        .addColumn('cookie_mode', 'text', (column) => column.notNull().defaultTo('persistent')),
      schema.alterTable('refresh_token').addColumn('metadata', 'text', (column) => column.notNull().defaultTo('{}')),
      policy
        .addColumn('digest', 'text', (column) => column.notNull().primaryKey())
        .addColumn('text', 'text', (column) => column.notNull())
        .addColumn('first_at', seconds, (column) => column.notNull()),
    ];
  },
};
