import type { Instant } from '@stile/core';
import { secondsAfter } from '@stile/core';
import type { Config } from '../config/config.ts';
import type { Deps } from '../deps.ts';
import { hmacSha256, sha256 } from '../digest.ts';
import { readCookie } from '../http/cookies.ts';
import type { Session, User } from '../store/records.ts';

/** A session that stands, with its person. */
export interface CurrentSession {
  readonly session: Session;
  readonly user: User;
}

/**
 * Whether a session stands: not ended, not idle for too long, not too old. One that begins later than now was dated by a clock that
 * has been set back since; none of its proofs counts, and it would stand for longer than any session may.
 */
export const isAlive = (session: Session, now: Instant, { sessions }: Pick<Config, 'sessions'>): boolean =>
  session.endedAt === null &&
  session.createdAt <= secondsAfter(now, 1) &&
  now < secondsAfter(session.lastSeenAt, sessions.idle) &&
  now < secondsAfter(session.createdAt, sessions.absolute) &&
  (session.expiresAt === null || now < session.expiresAt) &&
  (session.idleExpiresAt === null || now < session.idleExpiresAt);

/** The session of the request's cookie, if it stands and its person may sign in. A former cookie value opens nothing. */
export const currentSession = async (request: Request, deps: Deps): Promise<CurrentSession | undefined> => {
  const secret = readCookie(request, 'session', deps.config);
  if (secret === undefined) return undefined;
  const session = await deps.store.sessions.findBySecret(sha256(secret));
  if (!session || !isAlive(session, deps.now(), deps.config)) return undefined;
  const user = await deps.store.users.find(session.userId);
  return user && user.blockedAt === null ? { session, user } : undefined;
};

/** For so long after a step the second click of the form that made it is recognised. */
const DOUBLE_CLICK_SECONDS = 10;

/**
 * The cookie value that a proof gives the session in place of the one the form was sent with. It is made of both under a key of
 * the server, so that the two clicks of a double click are given the same one, whichever of their answers the browser keeps.
 *
 * @param submission digest of the value that only that form sends
 */
export const successorSecret = (former: string, submission: string, deps: Pick<Deps, 'secrets'>): string =>
  hmacSha256(deps.secrets.csrf, `session\n${former}\n${submission}`);

/**
 * The cookie value that the first click of this very form has just given the session: the browser sent both clicks with the old
 * value and shows only the second answer. What is returned opens the session, so the old value alone must not do: the one that
 * only that form holds must come along.
 */
export const secretOfFirstClick = async (
  request: Request,
  submission: string,
  deps: Deps,
): Promise<{ readonly secret: string; readonly session: Session } | undefined> => {
  const former = readCookie(request, 'session', deps.config);
  if (former === undefined) return undefined;
  const secret = successorSecret(former, submission, deps);
  const session = await deps.store.sessions.findBySecret(sha256(secret));
  if (!session || !isAlive(session, deps.now(), deps.config)) return undefined;
  if (deps.now() > secondsAfter(session.rotatedAt, DOUBLE_CLICK_SECONDS)) return undefined;
  const user = await deps.store.users.find(session.userId);
  return user && user.blockedAt === null ? { secret, session } : undefined;
};
