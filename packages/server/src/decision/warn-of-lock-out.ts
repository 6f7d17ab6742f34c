/** Tells the log of a server that starts with a policy it never had before, whom that locks out. */
import { secondsBefore } from '@stile/core';
import type { Deps } from '../deps.ts';
import { previewLockOut } from './lock-out.ts';
import { keptPolicy, parsePolicy, policyOf } from './policy.ts';

/** A policy that was kept so lately is new. */
const NEW_SECONDS = 60;

/** More people are not looked through beside the requests; the command line does. */
const MOST_PEOPLE = 20_000;

/** Goes on beside the requests, a page of people at a time. Of a server that never had another policy nothing is told. */
export const warnOfLockOut = async ({ store, config, log, now }: Deps, signal: AbortSignal): Promise<void> => {
  const { digest } = keptPolicy(policyOf(config));
  const [kept, before] = await Promise.all([store.policies.find(digest), store.policies.before(digest)]);
  const inForce = before && parsePolicy(before);
  if (!kept || kept.firstAt < secondsBefore(now(), NEW_SECONDS) || !inForce) return;
  const { people, clients } = await previewLockOut(store, config, { inForce, atMost: MOST_PEOPLE, signal });
  const counts = { people: people.newly, of: people.read, clients: clients.filter(({ newly }) => newly).length };
  if (signal.aborted || (counts.people === 0 && counts.clients === 0)) return;
  log.warn(
    { policy: digest, before: before.digest, ...counts, refused: people.refused, isCut: people.isCut },
    'the policy is new, and there are people or clients that cannot meet it any more; whom, says: stile lock-out --list',
  );
};
