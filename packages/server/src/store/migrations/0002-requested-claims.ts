import type { Migration } from './migration.ts';

/** Grants of before asked for no claim by name. */
export const requestedClaims: Migration = {
  version: 2,
  name: 'requested-claims',
  statements: (schema) => [
    schema
      .alterTable('grant')
      .addColumn('requested_claims', 'text', (column) =>
        column.notNull().defaultTo(JSON.stringify({ idToken: [], userinfo: [] })),
      ),
  ],
};
