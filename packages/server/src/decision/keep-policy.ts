/** Keeps the policy that a server decides by, so that its decisions can be made again when the configuration has long changed. */
import type { Instant } from '@stile/core';
import { instant, secondsBefore } from '@stile/core';
import type { Deps } from '../deps.ts';
import { keptPolicy, policyOf } from './policy.ts';
import { DECISION_TYPES } from './recorded.ts';

type Keeping = Pick<Deps, 'store' | 'config' | 'now'>;

/** Keeps it, or notes that it is still decided by: before the first decision, and from time to time after it. */
export const keepPolicy = async ({ store, config, now }: Keeping): Promise<void> => {
  await store.policies.keep({ ...keptPolicy(policyOf(config)), firstAt: now() });
};

/** So often a server notes that it still decides by its policy. */
const NOTED_EVERY_SECONDS = 3600;

/** Longer than a server decides without noting it, by far, and than clocks of several are apart. */
const SLACK_SECONDS = 86_400;

/** Notes that this server still decides by its policy, if that was not noted lately. */
export const notePolicy = async (deps: Keeping): Promise<void> => {
  const kept = await deps.store.policies.find(keptPolicy(policyOf(deps.config)).digest);
  if (!kept || kept.lastAt < secondsBefore(deps.now(), NOTED_EVERY_SECONDS)) await keepPolicy(deps);
};

/**
 * Forgets the policies that no decision on record names any more: those by which nobody has decided since before the oldest of them. The
 * log need not be read for that.
 *
 * @param latest what it can be by now at most
 * @returns how many went
 */
export const forgetPolicies = async ({ store, config, now }: Keeping, latest: Instant): Promise<number> => {
  const [oldest] = await store.audit.after({ at: instant(0), id: '' }, DECISION_TYPES, 1);
  const since = instant(Math.min(now(), latest, oldest?.at ?? latest));
  return store.policies.forget(secondsBefore(since, SLACK_SECONDS), keptPolicy(policyOf(config)).digest);
};
