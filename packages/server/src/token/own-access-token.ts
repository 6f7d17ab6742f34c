import type { Api, Instant } from '@stile/core';
import { isElevated, isInstant, secondsAfter, words } from '@stile/core';
import type { Deps } from '../deps.ts';
import { isAlive } from '../session/current-session.ts';
import type { Grant } from '../store/records.ts';

interface AccessToken {
  readonly claims: Readonly<Record<string, unknown>>;
  readonly jti: string;
  readonly subject: string;
  readonly clientId: string;
  readonly audience: readonly string[];
  readonly scopes: readonly string[];
  readonly expiresAt: Instant;
  readonly grantId: string | undefined;
  readonly singleUse: boolean;
}

/** An access token of this server that is still good: signed by us, not expired, not revoked, not used up. */
export interface LiveAccessToken extends AccessToken {
  /** What the person granted; absent when a client acts for itself. */
  readonly grant: Grant | undefined;
}

/** By so much may a clock be corrected without harm to what was signed meanwhile. */
const SKEW_SECONDS = 60;

/** What a token says, by its signature alone. */
const parse = (token: string, deps: Deps): AccessToken | undefined => {
  const verified = deps.keys.verify(token);
  // RFC 9068, section 4: the type tells an access token from an ID token, which must not be taken for one.
  if (verified?.header.typ !== 'at+jwt') return undefined;
  const { iss, sub, client_id, jti, iat, exp, aud, scope, grant_id, single_use } = verified.claims;
  if (iss !== deps.config.issuer || !isInstant(iat) || !isInstant(exp)) return undefined;
  // Signed by a clock that has been set back since: it would be good for longer than any token may be.
  if (iat > secondsAfter(deps.now(), SKEW_SECONDS)) return undefined;
  if (typeof sub !== 'string' || typeof client_id !== 'string' || typeof jti !== 'string') return undefined;
  const audience: readonly unknown[] = [aud].flat();
  if (!audience.every((name) => typeof name === 'string')) return undefined;
  return {
    claims: verified.claims,
    jti,
    subject: sub,
    clientId: client_id,
    audience,
    scopes: words(typeof scope === 'string' ? scope : undefined),
    expiresAt: exp,
    grantId: typeof grant_id === 'string' ? grant_id : undefined,
    singleUse: single_use === true,
  };
};

/**
 * The token if it is still good. It dies with its grant; what demanded a proof, and everything granted without
 * `offline_access`, dies with the session too.
 */
export const liveAccessToken = async (token: string, deps: Deps): Promise<LiveAccessToken | undefined> => {
  const parsed = parse(token, deps);
  if (!parsed || parsed.expiresAt <= deps.now()) return undefined;
  const used = await deps.store.authenticators.usedOf('single-use-token', [parsed.jti]);
  if (used.length > 0) return undefined;
  const grant = parsed.grantId === undefined ? undefined : await deps.store.grants.find(parsed.grantId);
  return (await grantStands(parsed, grant, deps)) ? { ...parsed, grant } : undefined;
};

const grantStands = async (
  { grantId, subject, clientId, scopes, audience }: AccessToken,
  grant: Grant | undefined,
  deps: Deps,
): Promise<boolean> => {
  if (grantId === undefined) return deps.config.clients.has(clientId);
  if (!grant || grant.revokedAt !== null || grant.clientId !== clientId || grant.userId !== subject) return false;
  const user = await deps.store.users.find(subject);
  if (!user || user.blockedAt !== null) return false;
  const session = grant.sessionId === null ? undefined : await deps.store.sessions.find(grant.sessionId);
  if (session && isAlive(session, deps.now(), deps.config)) return true;
  const api: Api | undefined = audience.map((name) => deps.config.apis.get(name)).find((found) => found !== undefined);
  return grant.scopes.includes('offline_access') && !scopes.some((scope) => isElevated(scope, api));
};
