/** Whether somebody who signs in is somewhere where this person was never seen: worth a word to them, whatever is demanded. */
import { instant } from '@stile/core';
import type { Deps } from '../deps.ts';
import { sha256 } from '../digest.ts';
import type { Somebody } from '../factors/factor.ts';
import { knownBrowser } from '../session/known-browser.ts';
import { browserHashOf, isOn, placeOf } from './circumstances.ts';
import { UNKNOWN } from './signals.ts';

type Arriving = Pick<Somebody, 'user' | 'request' | 'caller'>;

/**
 * Asked before the sign-in is recorded, which makes the browser known. A person who never proved anything before is nowhere for the first
 * time. A store that cannot say keeps the sign-in from being recorded as well (T16).
 */
export const isNewcomer = async (arriving: Arriving, deps: Deps): Promise<boolean> => {
  const theirs = await deps.store.authenticators.ofUser(arriving.user.id);
  if (theirs.every(({ lastUsedAt }) => lastUsedAt === null)) return false;
  return (await isUnseen(arriving, deps)) && mayTellOfNewcomer(arriving.user.id, deps);
};

const isUnseen = async ({ user, request, caller }: Arriving, deps: Deps): Promise<boolean> => {
  const isKnown = (await knownBrowser(user.id, request, deps)) !== undefined;
  // Where people were accepted is only kept where signs of risk are asked about.
  if (!isOn(deps.config.risk)) return !isKnown;
  const [arrivals, place] = await Promise.all([deps.store.arrivals.ofUser(user.id, instant(0)), placeOf(caller, deps)]);
  const browserHash = browserHashOf(user.id, request, deps);
  if (!isKnown && !arrivals.some((arrival) => arrival.browserHash === browserHash)) return true;
  if (place === undefined || place === UNKNOWN || arrivals.length === 0) return false;
  return !arrivals.some(({ country }) => country === place.country);
};

/** So many at once, then one an hour: whoever knows a password must not be able to bury its owner in mail. */
const NOTICES = { burst: 5, intervalSeconds: 3600 };

/** Whether one more notice of this may go to a person. */
const mayTellOfNewcomer = async (userId: string, { store, now }: Pick<Deps, 'store' | 'now'>) =>
  (await store.throttles.take([{ ...NOTICES, key: `new-device-notice:${sha256(userId)}` }], now())).allowed;
