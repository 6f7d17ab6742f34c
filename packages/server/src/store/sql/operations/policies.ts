import type { PolicyRecord } from '../../decision-ports.ts';
import { build } from '../build.ts';
import type { Operation } from '../operation.ts';
import { first, run } from '../operation.ts';
import { policies } from '../tables/policies.ts';

export function* keepPolicy(policy: PolicyRecord): Operation<void> {
  yield* run(
    build
      .insertInto('policy')
      .values(policies.row(policy))
      .onConflict((conflict) => conflict.column('digest').doNothing()),
  );
}

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
