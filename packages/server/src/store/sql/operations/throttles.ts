import type { Instant } from '@stile/core';
import { secondsAfter } from '@stile/core';
import type { SpentThrottle, ThrottleLimit, ThrottleOutcome } from '../../ports.ts';
import type { AuditRecord } from '../../records.ts';
import { build } from '../build.ts';
import type { Operation } from '../operation.ts';
import { first, rows, run } from '../operation.ts';
import type { RowIn } from '../tables/table.ts';
import { throttles } from '../tables/upkeep.ts';
import { template } from '../template.ts';
import { appendAudit } from './audit.ts';

/**
 * Takes one try from each limit, or from none (generic cell rate algorithm): a limit is kept as the moment at which all of its
 * tries will be free again. Each try moves that moment by one interval; it may lie at most `burst` intervals ahead.
 *
 * @throws RangeError for a limit that makes no sense, or for the same one twice
 */
export function* takeTry(limits: readonly ThrottleLimit[], now: Instant): Operation<ThrottleOutcome> {
  checkLimits(limits);
  const outcome = yield* lookAt(limits, now);
  if (!outcome.allowed) return outcome;
  for (const limit of limits) {
    yield* spend(limit, secondsAfter(yield* freeAtOf(limit, now), limit.intervalSeconds));
  }
  return outcome;
}

/** What taking a try would say; the limit with the longest wait is named. */
export function* lookAt(limits: readonly ThrottleLimit[], now: Instant): Operation<ThrottleOutcome> {
  let longest: { retryAfterSeconds: number; key: string } | undefined;
  for (const limit of limits) {
    const retryAfterSeconds = (yield* freeAtOf(limit, now)) - now - (limit.burst - 1) * limit.intervalSeconds;
    if (retryAfterSeconds > (longest?.retryAfterSeconds ?? 0)) longest = { retryAfterSeconds, key: limit.key };
  }
  return longest === undefined ? { allowed: true } : { allowed: false, ...longest };
}

const checkLimits = (limits: readonly ThrottleLimit[]): void => {
  for (const { burst, intervalSeconds } of limits) {
    const whole = Number.isInteger(burst) && Number.isInteger(intervalSeconds);
    if (!whole || burst < 1 || intervalSeconds < 1) {
      throw new RangeError('A limit allows a whole number of tries, and one more after a whole number of seconds.');
    }
  }
  if (new Set(limits.map(({ key }) => key)).size < limits.length) throw new RangeError('A limit is named twice.');
};

/**
 * So much may lie between the moments of two tries of which the later comes first to the database: a write waits for its turn with the
 * moment that it was asked at, seconds at most, and the processes on one database read their clocks for themselves.
 */
const CLOCKS_APART_SECONDS = 120;

function* freeAtOf({ key, burst, intervalSeconds }: ThrottleLimit, now: Instant): Operation<Instant> {
  const found = yield* first(byKey({ key }), throttles);
  if (found === undefined || found.freeAt < now) return now;
  // Far further ahead than the limit allows was counted by a clock that has been set back since. It would refuse everybody until the
  // clock has come so far; beginning anew gives away one burst.
  return found.freeAt - now > burst * intervalSeconds + CLOCKS_APART_SECONDS ? now : found.freeAt;
}

const byKey = template<{ key: string }>((hole) =>
  build.selectFrom('throttle').selectAll().where('key', '=', hole('key')),
);

const upsert = template<RowIn<typeof throttles>>((hole) =>
  build
    .insertInto('throttle')
    .values(throttles.holes)
    .onConflict((conflict) =>
      conflict.column('key').doUpdateSet({ free_at: hole('free_at'), whose: hole('whose'), label: hole('label') }),
    ),
);

const spend = ({ key, whose = null, label = null }: SpendableLimit, freeAt: Instant): Operation<number> =>
  run(upsert(throttles.row({ key, freeAt, whose, label })));

type SpendableLimit = Pick<ThrottleLimit, 'key' | 'whose'> & { readonly label?: string | null };

export const spentOf = (whose: readonly string[], now: Instant): Operation<readonly SpentThrottle[]> =>
  rows(
    build
      .selectFrom('throttle')
      .selectAll()
      .where('whose', 'in', whose)
      .where('free_at', '>', now)
      .orderBy('free_at', 'desc')
      .orderBy('key'),
    throttles,
  );

export function* liftThrottles(whose: readonly string[], audit: readonly AuditRecord[]): Operation<number> {
  const lifted = yield* run(build.deleteFrom('throttle').where('whose', 'in', whose));
  if (lifted > 0) yield* appendAudit(audit);
  return lifted;
}

const clear = template<{ key: string }>((hole) => build.deleteFrom('throttle').where('key', '=', hole('key')));

/** Gives back every try of these limits. */
export function* clearThrottles(keys: readonly string[]): Operation<void> {
  for (const key of keys) yield* run(clear({ key }));
}
