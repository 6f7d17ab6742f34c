import type { AuthenticationEvent } from '../authentication-event.ts';
import type { Instant } from '../instant.ts';
import { latest, secondsAfter, secondsBefore } from '../instant.ts';

/**
 * The proofs that count at a moment. A proof lies at most a second ahead (see {@link requestMoment}); one that lies further
 * ahead was dated by a clock that has been set back since, and counts for nothing until its moment has come.
 */
export const countingProofs = (events: readonly AuthenticationEvent[], now: Instant): readonly AuthenticationEvent[] =>
  events.filter(({ at }) => at <= secondsAfter(now, 1));

/**
 * The moment a request counts as made. One that arrives in the very second of the last proof is dated a second later,
 * so that `prompt=login` and `max_age=0` do not take a proof given before the request for one given in answer to it.
 * Never more than a second: what is dated ahead of its time stays fresh for too long.
 */
export const requestMoment = (now: Instant, events: readonly AuthenticationEvent[]): Instant =>
  events.some(({ at }) => at >= now) ? secondsAfter(now, 1) : now;

/** So long may answering take before it counts as time that passed: pages, redirects, a look at the phone. */
const ANSWER_SECONDS = 120;

/**
 * The moment that ages are counted back from: the request, so that answering it quickly never makes a proof too old; but
 * never more than two minutes ago, so that a request which was left lying does not keep old proofs fresh.
 */
export const agesFrom = (requestedAt: Instant, now: Instant): Instant =>
  latest(requestedAt, secondsBefore(now, ANSWER_SECONDS));
