/** Browsers in which a person would rather not be asked again whether they want a passkey. It changes nothing else. */
import type { Deps } from '../deps.ts';
import { equalInConstantTime, hmacSha256 } from '../digest.ts';
import { cookie, readCookie } from '../http/cookies.ts';

const LATER_SECONDS = 90 * 86_400;

const mark = (userId: string, request: Request, deps: Pick<Deps, 'secrets' | 'config'>): string =>
  hmacSha256(deps.secrets.csrf, `passkey later\n${userId}\n${readCookie(request, 'browser', deps.config) ?? ''}`);

/** The cookie that remembers it, for this person in this browser. */
export const passkeyLaterCookie = (userId: string, request: Request, deps: Deps): string =>
  cookie('later', mark(userId, request, deps), LATER_SECONDS, deps.config);

export const saidLater = (userId: string, request: Request, deps: Deps): boolean => {
  const sent = readCookie(request, 'later', deps.config);
  return sent !== undefined && equalInConstantTime(sent, mark(userId, request, deps));
};
