/** What a clock that is wrong from the start cannot be ahead of. */
import type { Instant } from '@stile/core';
import { secondsAfter } from '@stile/core';
import type { Deps } from '../deps.ts';

/**
 * The latest moment that it can be by now, by what a server found on record when it started: its newest record, and so many seconds
 * as have passed since. Records that are forgotten for their age are forgotten for good, and a machine that wakes up with a clock
 * years ahead would forget them all; so their age is counted from this moment where the clock is ahead of it. After a long pause it
 * is behind, and records are kept for longer, until the next start.
 *
 * @param steady counts the seconds that pass, whatever the clock shows
 */
export const latestMoment = async (
  { store, now }: Pick<Deps, 'store' | 'now'>,
  steady: () => number,
): Promise<() => Instant> => {
  const [newest] = await store.audit.recent(1);
  const [known, since] = [newest?.at ?? now(), steady()];
  return () => secondsAfter(known, Math.floor(steady() - since));
};
