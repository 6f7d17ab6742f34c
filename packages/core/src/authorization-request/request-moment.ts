import type { AuthenticationEvent } from '../authentication-event.ts';
import type { Instant } from '../instant.ts';
import { latest, secondsAfter } from '../instant.ts';

/**
 * The moment a request counts as made. One that arrives in the very second of the last proof is dated a second later,
 * so that `prompt=login` and `max_age=0` never take a proof given before the request for one given in answer to it.
 */
export const requestMoment = (now: Instant, events: readonly AuthenticationEvent[]): Instant => {
  const [first, ...rest] = events.map(({ at }) => at);
  return first === undefined ? now : latest(now, secondsAfter(latest(first, ...rest), 1));
};
