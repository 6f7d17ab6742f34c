import { sql } from 'kysely';
import type { Migration } from './migration.ts';

/** Requests of before do not say what they asked last. Those that wait are found without a look at those that are finished. */
export const whatWasAsked: Migration = {
  version: 3,
  name: 'what-was-asked',
  statements: (schema) => [
    schema.alterTable('interaction').addColumn('asked', 'text'),
    schema
      .createIndex('interaction_unfinished_by_expires_at')
      .on('interaction')
      .column('expires_at')
      .where(sql.ref('finished_at'), 'is', null),
  ],
};
