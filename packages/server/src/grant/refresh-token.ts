import type { OAuthError, Result } from '@stile/core';
import { judgeRefresh, oauthError, ok, refused, secondsAfter, singles, words } from '@stile/core';
import { auditRecord } from '../audit/audit.ts';
import type { Deps } from '../deps.ts';
import { hmacSha256, sha256 } from '../digest.ts';
import { isAlive } from '../session/current-session.ts';
import type { Judgement } from '../store/ports.ts';
import type { Grant, RefreshToken, Session } from '../store/records.ts';
import { finishIssuance } from './finish-issuance.ts';
import type { GrantHandler, GrantRequest } from './grant-request.ts';
import { requestedAudience } from './requested-audience.ts';

interface Presented {
  readonly token: string;
  readonly scopes: readonly string[] | undefined;
  readonly audience: string | undefined;
}

const parse = ({ parameters }: GrantRequest): Result<Presented, OAuthError> => {
  const sent = singles(parameters, ['refresh_token', 'scope', 'audience', 'resource']);
  if (!sent.ok) return sent;
  const { refresh_token: token, scope } = sent.value;
  if (token === undefined)
    return refused(oauthError('invalid_request', 'refresh_token_missing', 'Missing Refresh Token'));
  const audience = requestedAudience(sent.value);
  if (!audience.ok) return audience;
  return ok({ token, scopes: scope === undefined ? undefined : words(scope), audience: audience.value });
};

/**
 * The successor of a refresh token is made of the token itself under a key of the server, so that a client whose answer was
 * lost gets the same successor when it asks again within the grace window, and two tabs that ask at once agree.
 */
const successorOf = (token: string, deps: Deps): string => hmacSha256(deps.secrets.refreshToken, token);

type Verdict = Result<{ readonly grant: Grant; readonly scopes: readonly string[] }, OAuthError>;

/** `refresh_token` (RFC 6749, section 6) with rotation and reuse detection (RFC 9700, section 4.14). */
export const refreshToken: GrantHandler = async (request, deps) => {
  const presented = parse(request);
  if (!presented.ok) return presented;
  const successor = successorOf(presented.value.token, deps);
  const outcome = await deps.store.grants.rotateRefreshToken<Verdict>(
    sha256(presented.value.token),
    sha256(successor),
    deps.now(),
    deps.config.lifetimes.refreshTokenGrace,
    (found) => judge(found, presented.value, sha256(successor), request, deps),
  );
  switch (outcome.outcome) {
    case 'unknown':
      return invalid('refresh_token_unknown');
    case 'reused':
      await deps.store.audit.append([
        auditRecord(deps, 'refresh_token.reused', {
          clientId: request.client.id,
          requestId: request.caller.requestId,
          grantId: outcome.grantId,
          details: { revoked: true },
        }),
      ]);
      return invalid('refresh_token_reused');
    case 'judged': {
      if (!outcome.value.ok) return outcome.value;
      const { grant, scopes } = outcome.value.value;
      const granted = { client: request.client, grant, scopes, scopesGrantedAt: deps.now(), nonce: null };
      return finishIssuance(granted, successor, deps);
    }
  }
};

const invalid = (reason: string): Result<never, OAuthError> =>
  refused(oauthError('invalid_grant', reason, 'Unknown or invalid refresh token.'));

const judge = (
  { refreshToken: token, grant, session }: { refreshToken: RefreshToken; grant: Grant; session: Session | undefined },
  { scopes: asked, audience }: Presented,
  successorHash: string,
  request: GrantRequest,
  deps: Deps,
): Judgement<Verdict> => {
  const facts = {
    clientId: request.client.id,
    requestId: request.caller.requestId,
    userId: grant.userId,
    sessionId: grant.sessionId,
    grantId: grant.id,
  };
  const refuse = (error: OAuthError): Judgement<Verdict> => ({
    value: refused(error),
    refreshToken: null,
    audit: [
      auditRecord(deps, 'token.refused', { ...facts, details: { grantType: 'refresh_token', reason: error.reason } }),
    ],
  });
  if (audience !== undefined && audience !== grant.audience) {
    return refuse(oauthError('invalid_target', 'audience_not_granted', 'The refresh token is for another API'));
  }
  const api = grant.audience === null ? undefined : deps.config.apis.get(grant.audience);
  const verdict = judgeRefresh(
    {
      ...token,
      grantRevoked: grant.revokedAt !== null,
      grantScopes: grant.scopes,
      grantEvents: grant.events,
      sessionAlive: session !== undefined && isAlive(session, deps.now(), deps.config),
    },
    { client: request.client, api, levels: deps.config.levels, now: deps.now(), ...(asked && { scopes: asked }) },
  );
  if (!verdict.ok) return refuse(verdict.error);
  const { scopes } = verdict.value;
  const leftOut = grant.scopes.filter((scope) => !scopes.includes(scope));
  return {
    value: ok({ grant, scopes }),
    refreshToken: successor(token, successorHash, deps),
    audit: [auditRecord(deps, 'token.granted', { ...facts, details: { grantType: 'refresh_token', scopes, leftOut } })],
  };
};

const successor = (token: RefreshToken, tokenHash: string, deps: Deps): RefreshToken => ({
  ...token,
  tokenHash,
  createdAt: deps.now(),
  idleExpiresAt: secondsAfter(deps.now(), deps.config.lifetimes.refreshTokenIdle),
  rotatedAt: null,
  successorHash: null,
});
