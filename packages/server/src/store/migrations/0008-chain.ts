import { sql } from 'kysely';
import type { Migration } from './migration.ts';

/** The chain over the audit records, and the checkpoints that vouch for it. Records from before are sealed like new ones. */
export const chain: Migration = {
  version: 8,
  name: 'chain',
  statements: (schema, { seconds, tableOptions }) => {
    const table = (name: string) => {
      const created = schema.createTable(name);
      return tableOptions === null ? created : created.modifyEnd(tableOptions);
    };
    return [
      schema.alterTable('audit_record').addColumn('sealed', 'integer', (column) => column.notNull().defaultTo(0)),
      // Holds what waits to be sealed, which is what the last second brought.
      schema
        .createIndex('audit_record_waiting')
        .on('audit_record')
        .columns(['at', 'id'])
        .where(sql.ref('sealed'), '=', sql.lit(0)),
      table('chain')
        .addColumn('seq', 'integer', (column) => column.notNull().primaryKey())
        .addColumn('record_id', 'text', (column) => column.notNull().unique())
        .addColumn('hash', 'text', (column) => column.notNull()),
      table('checkpoint')
        .addColumn('seq', 'integer', (column) => column.notNull())
        .addColumn('first', 'integer', (column) => column.notNull())
        .addColumn('at', seconds, (column) => column.notNull())
        .addColumn('jws', 'text', (column) => column.notNull())
        .addColumn('jwk', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('checkpoint_of', ['seq', 'first']),
    ];
  },
};
