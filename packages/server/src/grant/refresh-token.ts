import type { Instant, OAuthError, Result } from '@stile/core';
import { oauthError, ok, refused, secondsAfter, singles, words } from '@stile/core';
import { auditRecord } from '../audit/audit.ts';
import { policyOf } from '../decision/policy.ts';
import { madeOf } from '../decision/record.ts';
import type { TokenFacts } from '../decision/token-facts.ts';
import { tokenDecisionOf } from '../decision/token-facts.ts';
import type { Deps } from '../deps.ts';
import { hmacSha256, sha256 } from '../digest.ts';
import type { Judgement, Standing } from '../store/ports.ts';
import type { AuditRecord, RefreshToken } from '../store/records.ts';
import type { GrantHandler, GrantRequest } from './grant-request.ts';
import { issueTokens } from './issue-tokens.ts';
import { requestedAudience } from './requested-audience.ts';
import type { StandingGrant } from './standing.ts';
import { standingFacts } from './standing.ts';

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

type Verdict = Result<{ readonly standing: StandingGrant; readonly scopes: readonly string[] }, OAuthError>;

/** Auth0's SDKs look for these words to begin a new login. */
const DESCRIPTION = 'Unknown or invalid refresh token.';

/** `refresh_token` (RFC 6749, section 6) with rotation and reuse detection (RFC 9700, section 4.14). */
export const refreshToken: GrantHandler = async (request, deps) => {
  const presented = parse(request);
  if (!presented.ok) return presented;
  const [now, successor] = [deps.now(), successorOf(presented.value.token, deps)];
  const outcome = await deps.store.grants.rotateRefreshToken<Verdict>(
    sha256(presented.value.token),
    sha256(successor),
    now,
    deps.config.lifetimes.refreshTokenGrace,
    (found) => judge(found, presented.value, sha256(successor), now, request, deps),
  );
  switch (outcome.outcome) {
    case 'unknown':
      return refused(oauthError('invalid_grant', 'refresh_token_unknown', DESCRIPTION));
    case 'reused':
      await deps.store.audit.append([
        auditRecord(deps, 'refresh_token.reused', {
          clientId: request.client.id,
          requestId: request.caller.requestId,
          grantId: outcome.grantId,
          details: { revoked: true },
        }),
      ]);
      return refused(oauthError('invalid_grant', 'refresh_token_reused', DESCRIPTION));
    case 'judged': {
      if (!outcome.value.ok) return outcome.value;
      const { standing, scopes } = outcome.value.value;
      const person = { ...standing, scopesGrantedAt: now, nonce: null };
      return ok(
        issueTokens({ client: request.client, api: standing.api, scopes, person, refreshToken: successor }, deps),
      );
    }
  }
};

const judge = (
  found: { readonly refreshToken: RefreshToken } & Standing,
  { scopes: asked, audience }: Presented,
  successorHash: string,
  now: Instant,
  request: GrantRequest,
  deps: Deps,
): Judgement<Verdict> => {
  const { refreshToken: token, grant } = found;
  const about = {
    clientId: request.client.id,
    requestId: request.caller.requestId,
    userId: grant.userId,
    sessionId: grant.sessionId,
    grantId: grant.id,
  };
  const { clientId, idleExpiresAt, expiresAt } = token;
  const facts: TokenFacts = {
    at: now,
    grantType: 'refresh_token',
    clientId: request.client.id,
    ...standingFacts(found, deps),
    refreshToken: { clientId, idleExpiresAt, expiresAt },
    ...(audience !== undefined && { audience }),
    ...(asked && { askedScopes: asked }),
  };
  const record = (type: string, details: AuditRecord['details']): AuditRecord =>
    auditRecord(deps, type, { ...about, details: { grantType: 'refresh_token', ...details, ...madeOf(facts, deps) } });
  const verdict = tokenDecisionOf(facts, policyOf(deps.config));
  if (!verdict.ok) {
    return {
      value: refused(verdict.error),
      refreshToken: null,
      audit: [record('token.refused', { reason: verdict.error.reason })],
    };
  }
  if (!found.user) throw new Error('Nobody is given tokens who is not there.');
  const { scopes, api } = verdict.value;
  const leftOut = grant.scopes.filter((scope) => !scopes.includes(scope));
  // A token that is fetched a second time within the grace is worth a look: an honest client whose answer was lost, or a thief.
  const repeated = token.rotatedAt !== null;
  return {
    value: ok({ standing: { grant, user: found.user, api }, scopes }),
    refreshToken: successorRecord(token, successorHash, now, deps),
    audit: [record('token.granted', { scopes, leftOut, ...(repeated && { repeated }) })],
  };
};

const successorRecord = (token: RefreshToken, tokenHash: string, now: Instant, deps: Deps): RefreshToken => ({
  ...token,
  tokenHash,
  createdAt: now,
  idleExpiresAt: secondsAfter(now, deps.config.lifetimes.refreshTokenIdle),
  rotatedAt: null,
  successorHash: null,
});
