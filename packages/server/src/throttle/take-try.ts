import type { Deps } from '../deps.ts';
import type { ThrottleLimit, ThrottleOutcome } from '../store/ports.ts';
import type { Limit } from './limits.ts';

type Counting = Pick<Deps, 'config' | 'store' | 'now'>;

/** Limits with the numbers of the table in the configuration. Several acts at once may name the same one: the address, above all. */
const counted = (limits: readonly Limit[], { config }: Counting): readonly ThrottleLimit[] => [
  ...new Map(
    limits.map(({ kind, key, whose, label }): [string, ThrottleLimit] => [
      key,
      {
        key,
        burst: config.limits[kind].burst,
        intervalSeconds: config.limits[kind].every,
        whose,
        label: `${kind} ${label}`,
      },
    ]),
  ).values(),
];

/** Takes one try from each of these limits, or from none when one of them is exhausted: before anything is judged. */
export const takeTry = (limits: readonly Limit[], deps: Counting): Promise<ThrottleOutcome> =>
  deps.store.throttles.take(counted(limits, deps), deps.now());

/** What taking one would say. */
export const lookAtTry = (limits: readonly Limit[], deps: Counting): Promise<ThrottleOutcome> =>
  deps.store.throttles.look(counted(limits, deps), deps.now());
