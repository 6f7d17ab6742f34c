import type { Deps } from '../deps.ts';
import type { ThrottleLimit, ThrottleStore } from '../store/ports.ts';
import type { Limit } from './limits.ts';

/** A limit with the numbers of the table in the configuration. */
const counted = ({ kind, key }: Limit, { config }: Pick<Deps, 'config'>): ThrottleLimit => ({
  key,
  burst: config.limits[kind].burst,
  intervalSeconds: config.limits[kind].every,
});

/** Takes one try from each of these limits, or from none when one of them is exhausted: before anything is judged. */
export const takeTry = (
  limits: readonly Limit[],
  deps: Pick<Deps, 'config' | 'store' | 'now'>,
): ReturnType<ThrottleStore['take']> =>
  deps.store.throttles.take(
    // Several acts at once may name the same one: the address, above all.
    [...new Map(limits.map((limit) => [limit.key, counted(limit, deps)])).values()],
    deps.now(),
  );
