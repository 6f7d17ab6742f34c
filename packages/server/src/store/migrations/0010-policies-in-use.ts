import { sql } from 'kysely';
import type { Migration } from './migration.ts';

/** Until when a server decided by a policy. Of those from before it is as late as the latest record can tell. */
export const policiesInUse: Migration = {
  version: 10,
  name: 'policies-in-use',
  statements: (schema, { seconds }) => {
    const latest = sql`(select max(at) from audit_record)`;
    return [
      schema.alterTable('policy').addColumn('last_at', seconds, (column) => column.notNull().defaultTo(0)),
      sql`update policy set last_at = first_at`,
      sql`update policy set last_at = ${latest} where last_at < ${latest}`,
    ];
  },
};
