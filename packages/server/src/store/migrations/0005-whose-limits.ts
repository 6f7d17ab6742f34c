import { sql } from 'kysely';
import type { Migration } from './migration.ts';

/** What is spent of somebody's limits can be found and told from the rest; what was spent before fills up again unseen. */
export const whoseLimits: Migration = {
  version: 5,
  name: 'whose-limits',
  statements: (schema) => [
    schema.alterTable('throttle').addColumn('whose', 'text'),
    schema.alterTable('throttle').addColumn('label', 'text'),
    schema.createIndex('throttle_by_whose').on('throttle').column('whose').where(sql.ref('whose'), 'is not', null),
  ],
};
