/**
 * Browsers in which a person has signed in before. Nothing is stored and nothing is proven by it: it only spares the person the
 * limits that strangers use up who try their name elsewhere.
 */
import type { Deps } from '../deps.ts';
import { equalInConstantTime, hmacSha256, sha256 } from '../digest.ts';
import { cookie, readCookie } from '../http/cookies.ts';

const KNOWN_SECONDS = 400 * 86_400;

const mark = (userId: string, browserSecret: string, deps: Pick<Deps, 'secrets'>): string =>
  hmacSha256(deps.secrets.csrf, `known browser\n${userId}\n${browserSecret}`);

/** The cookie that makes a browser known to a person who has just signed in. */
export const knownBrowserCookie = (userId: string, request: Request, deps: Deps): string =>
  cookie('known', mark(userId, readCookie(request, 'browser', deps.config) ?? '', deps), KNOWN_SECONDS, deps.config);

/** A name for the browser, if this person has signed in there before. */
export const knownBrowser = (userId: string | undefined, request: Request, deps: Deps): string | undefined => {
  const browserSecret = readCookie(request, 'browser', deps.config);
  const sent = readCookie(request, 'known', deps.config);
  if (userId === undefined || browserSecret === undefined || sent === undefined) return undefined;
  return equalInConstantTime(sent, mark(userId, browserSecret, deps)) ? sha256(browserSecret) : undefined;
};
