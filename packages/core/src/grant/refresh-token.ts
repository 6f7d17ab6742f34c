import type { AuthenticationEvent } from '../authentication-event.ts';
import type { Client } from '../client/client.ts';
import type { OAuthError } from '../error.ts';
import { oauthError } from '../error.ts';
import type { Instant } from '../instant.ts';
import type { Api } from '../policy/api.ts';
import { isOpenidScope } from '../policy/api.ts';
import type { Level } from '../policy/levels.ts';
import { isElevated, mayHave, standingScopes } from '../policy/scopes.ts';
import type { Result } from '../result.ts';
import { ok, refused } from '../result.ts';

/** A presented refresh token with the grant it belongs to. */
export interface PresentedRefreshToken {
  readonly clientId: string;
  readonly idleExpiresAt: Instant;
  readonly expiresAt: Instant;
  readonly grantRevoked: boolean;
  readonly grantScopes: readonly string[];
  readonly grantEvents: readonly AuthenticationEvent[];
  readonly sessionAlive: boolean;
}

export interface RefreshPresentation {
  /** The client that authenticated, as it is registered today. */
  readonly client: Client;
  /** The scopes asked for; absent: all that still stand. */
  readonly scopes?: readonly string[];
  readonly api: Api | undefined;
  readonly levels: readonly Level[];
  readonly now: Instant;
}

/** Auth0's SDKs look for these words to begin a new login. */
const invalidGrant = (reason: string): Result<never, OAuthError> =>
  refused(oauthError('invalid_grant', reason, 'Unknown or invalid refresh token.'));

/**
 * Judges a refresh (RFC 6749, section 6): which scopes does the new access token get? Those of the grant that still stand,
 * so that a background refresh is narrowed and never broken by a requirement that has lapsed, or by what the client may no
 * longer have. Nothing is ever added.
 *
 * A grant lives as long as its session. With `offline_access` it outlives it, but then only what demanded no proof does.
 */
export const judgeRefresh = (
  token: PresentedRefreshToken,
  presented: RefreshPresentation,
): Result<{ readonly scopes: readonly string[] }, OAuthError> => {
  const { api, levels, now } = presented;
  if (token.clientId !== presented.client.id) return invalidGrant('refresh_token_of_another_client');
  if (token.grantRevoked) return invalidGrant('grant_revoked');
  if (now >= token.expiresAt || now >= token.idleExpiresAt) return invalidGrant('refresh_token_expired');
  if (!token.sessionAlive && !token.grantScopes.includes('offline_access')) return invalidGrant('session_ended');
  const asked = presented.scopes ?? token.grantScopes;
  // RFC 6749, section 6: the request must not include any scope that was not originally granted.
  if (asked.some((scope) => !token.grantScopes.includes(scope))) {
    return refused(oauthError('invalid_scope', 'scope_not_granted', 'A refresh cannot ask for more than was granted'));
  }
  const standing = standingScopes(asked, api, token.grantEvents, levels, now).filter(
    (scope) => isOpenidScope(scope) || mayHave(presented.client, api, scope),
  );
  return ok({ scopes: token.sessionAlive ? standing : standing.filter((scope) => !isElevated(scope, api)) });
};
