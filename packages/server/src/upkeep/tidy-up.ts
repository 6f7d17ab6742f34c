/** What is done every minute beside the requests. */
import { secondsBefore } from '@stile/core';
import type { Deps } from '../deps.ts';

/** Few enough at once that no request notices. */
const AT_ONCE = 100;

/**
 * The clock must have gone on steadily for longer than any token lives that can be used up or revoked: if it was wrong by then,
 * what is forgotten is truly over. No process forgets anything before it has run for as long.
 */
const steadyEnough = ({ apis, lifetimes }: Deps['config']): number =>
  Math.max(
    3600,
    lifetimes.singleUseToken,
    ...[...apis.values()].map(({ tokenLifetimeSeconds }) => tokenLifetimeSeconds),
  );

/**
 * Counts the requests that nobody answered in time, and forgets what has expired: audit records only when they are to be.
 *
 * @param steadySeconds for how long the clock has gone on as time does
 */
export const tidyUp = async ({ store, config, metrics, now }: Deps, steadySeconds: number): Promise<void> => {
  await countAbandoned({ store, metrics, now });
  if (steadySeconds < steadyEnough(config)) return;
  const { retention } = config.audit;
  await store.sweep(now(), retention === 0 ? undefined : secondsBefore(now(), retention));
};

const countAbandoned = async ({ store, metrics, now }: Pick<Deps, 'store' | 'metrics' | 'now'>): Promise<void> => {
  let found: number;
  do {
    const abandoned = await store.interactions.abandon(now(), AT_ONCE);
    for (const asked of abandoned) if (asked) metrics.abandoned(asked);
    found = abandoned.length;
  } while (found === AT_ONCE);
};
