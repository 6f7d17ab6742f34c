import type { Migration } from './migration.ts';

/** Where people have been accepted: in which browser, and from which country. */
export const arrivals: Migration = {
  version: 6,
  name: 'arrivals',
  statements: (schema, { seconds, tableOptions }) => {
    const created = schema.createTable('arrival');
    const table = tableOptions === null ? created : created.modifyEnd(tableOptions);
    return [
      table
        .addColumn('user_id', 'text', (column) => column.notNull().references('user.id').onDelete('cascade'))
        .addColumn('browser_hash', 'text', (column) => column.notNull())
        .addColumn('country', 'text', (column) => column.notNull())
        .addColumn('coordinates', 'text')
        .addColumn('session_id', 'text', (column) => column.notNull())
        .addColumn('first_at', seconds, (column) => column.notNull())
        .addColumn('last_at', seconds, (column) => column.notNull())
        .addPrimaryKeyConstraint('arrival_by_circumstances', ['user_id', 'browser_hash', 'country']),
      schema.createIndex('arrival_by_last_at').on('arrival').column('last_at'),
    ];
  },
};
