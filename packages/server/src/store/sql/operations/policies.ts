import type { Instant } from '@stile/core';
import type { PolicyRecord } from '../../decision-ports.ts';
import { build } from '../build.ts';
import type { Operation } from '../operation.ts';
import { first, run } from '../operation.ts';
import { policies } from '../tables/policies.ts';

export function* keepPolicy(policy: Omit<PolicyRecord, 'lastAt'>): Operation<void> {
  const lastAt = policy.firstAt;
  yield* run(
    build
      .insertInto('policy')
      .values(policies.row({ ...policy, lastAt }))
      .onConflict((conflict) =>
        conflict.column('digest').doUpdateSet({ last_at: lastAt }).where('policy.last_at', '<', lastAt),
      ),
  );
}

export const forgetPolicies = (unusedSince: Instant, except: string): Operation<number> =>
  run(build.deleteFrom('policy').where('last_at', '<', unusedSince).where('digest', '!=', except));

export function* policyBefore(digest: string): Operation<PolicyRecord | undefined> {
  const policy = yield* findPolicy(digest);
  return policy
    ? yield* first(
        build
          .selectFrom('policy')
          .selectAll()
          .where('first_at', '<', policy.firstAt)
          .orderBy('first_at', 'desc')
          .limit(1),
        policies,
      )
    : undefined;
}

export const findPolicy = (digest: string): Operation<PolicyRecord | undefined> =>
  first(build.selectFrom('policy').selectAll().where('digest', '=', digest), policies);
