import type { Deps } from '../deps.ts';
import type { Arrival } from '../store/records.ts';
import type { Circumstances } from './signals.ts';
import { UNKNOWN } from './signals.ts';

/** So long an arrival need not be written again: it is exact enough for how fast somebody travels. */
const AGE_SECONDS = 300;

/** The arrival that is worth keeping; nothing when it would say what is known. */
const arrivalOf = (userId: string, circumstances: Circumstances, deps: Pick<Deps, 'now'>): Arrival | undefined => {
  const { browserHash, place, arrivals, sessionId } = circumstances;
  if (browserHash === undefined || place === UNKNOWN || arrivals === UNKNOWN) return undefined;
  const country = place?.country ?? '';
  const known = arrivals.find((arrival) => arrival.browserHash === browserHash && arrival.country === country);
  const now = deps.now();
  if (known?.sessionId === sessionId && known.lastAt > now - AGE_SECONDS) return undefined;
  const coordinates = place?.coordinates ?? null;
  return { userId, browserHash, country, coordinates, sessionId, firstAt: now, lastAt: now };
};

/**
 * Whoever has met every demand under these circumstances is expected under them from then on. Only then: a place or a browser that
 * became known by a password alone would be known to whoever learned the password. That it cannot be kept costs one more question.
 */
export const acceptArrival = async (
  userId: string,
  circumstances: Circumstances | undefined,
  deps: Deps,
): Promise<void> => {
  const arrival = circumstances && arrivalOf(userId, circumstances, deps);
  if (!arrival) return;
  try {
    await deps.store.arrivals.accept(arrival);
  } catch (error) {
    deps.log.warn({ err: error }, 'where somebody was accepted could not be kept');
  }
};
