/** What is done every minute beside the requests. */
import { secondsBefore } from '@stile/core';
import type { Deps } from '../deps.ts';

/** Few enough at once that no request notices. */
const AT_ONCE = 100;

/** Counts the requests that nobody answered in time, and forgets what has expired: audit records only when they are to be. */
export const tidyUp = async ({ store, config, metrics, now }: Deps): Promise<void> => {
  await countAbandoned({ store, metrics, now });
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
