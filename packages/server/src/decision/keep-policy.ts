/** Keeps the policy that a server decides by, so that its decisions can be made again when the configuration has long changed. */
import type { Deps } from '../deps.ts';
import { keptPolicy, policyOf } from './policy.ts';

/** Keeps it, if it is not kept yet: before the first decision. */
export const keepPolicy = async ({ store, config, now }: Pick<Deps, 'store' | 'config' | 'now'>): Promise<void> => {
  await store.policies.keep({ ...keptPolicy(policyOf(config)), firstAt: now() });
};
