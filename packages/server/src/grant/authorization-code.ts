import type { Instant, OAuthError, Result } from '@stile/core';
import { judgeCode, latest, oauthError, ok, refused, secondsAfter, singles } from '@stile/core';
import { auditRecord } from '../audit/audit.ts';
import { policyOf } from '../decision/policy.ts';
import { madeOf } from '../decision/record.ts';
import type { TokenFacts } from '../decision/token-facts.ts';
import { tokenDecisionOf } from '../decision/token-facts.ts';
import type { Deps } from '../deps.ts';
import { randomToken } from '../deps.ts';
import { sha256 } from '../digest.ts';
import type { Judgement, Standing } from '../store/ports.ts';
import type { AuditRecord, Code, Grant, RefreshToken } from '../store/records.ts';
import type { GrantHandler, GrantRequest } from './grant-request.ts';
import { issueTokens } from './issue-tokens.ts';
import { requestedAudience } from './requested-audience.ts';
import type { StandingGrant } from './standing.ts';
import { standingFacts } from './standing.ts';

interface Presented {
  readonly code: string;
  readonly redirectUri: string | undefined;
  readonly challengeOfVerifier: string | undefined;
  readonly audience: string | undefined;
}

/** RFC 7636, section 4.1. */
const VERIFIER = /^[A-Za-z0-9._~-]{43,128}$/;

const parse = ({ parameters }: GrantRequest): Result<Presented, OAuthError> => {
  const sent = singles(parameters, ['code', 'redirect_uri', 'code_verifier', 'audience', 'resource']);
  if (!sent.ok) return sent;
  const { code, redirect_uri: redirectUri, code_verifier: verifier } = sent.value;
  if (code === undefined) return refused(oauthError('invalid_request', 'code_missing', 'code is missing'));
  if (verifier !== undefined && !VERIFIER.test(verifier)) {
    return refused(oauthError('invalid_request', 'verifier_malformed', 'code_verifier is malformed'));
  }
  const audience = requestedAudience(sent.value);
  if (!audience.ok) return audience;
  const challengeOfVerifier = verifier === undefined ? undefined : sha256(verifier);
  return ok({ code, redirectUri, challengeOfVerifier, audience: audience.value });
};

type Verdict = Result<{ readonly standing: StandingGrant; readonly refreshToken: string | undefined }, OAuthError>;

const DESCRIPTION = 'The authorization code is not valid';

/**
 * `authorization_code` (RFC 6749, section 4.1.3): the code is consumed first and judged afterwards, in one transaction,
 * so that whatever is wrong with the request, the code never comes back.
 */
export const authorizationCode: GrantHandler = async (request, deps) => {
  const presented = parse(request);
  if (!presented.ok) return presented;
  const [now, refreshToken] = [deps.now(), randomToken(deps)];
  const outcome = await deps.store.grants.redeemCode<Verdict>(sha256(presented.value.code), now, (found) =>
    judge(found, presented.value, refreshToken, now, request, deps),
  );
  switch (outcome.outcome) {
    case 'unknown':
      return refused(oauthError('invalid_grant', 'code_unknown', DESCRIPTION));
    case 'reused':
      await deps.store.audit.append([
        auditRecord(deps, 'code.reused', {
          ...aboutRequest(request),
          grantId: outcome.grantId,
          details: { revoked: true },
        }),
      ]);
      return refused(oauthError('invalid_grant', 'code_reused', DESCRIPTION));
    case 'judged': {
      if (!outcome.value.ok) return outcome.value;
      const { standing, refreshToken: granted } = outcome.value.value;
      const { grant } = standing;
      const person = { ...standing, scopesGrantedAt: grant.agesFrom, nonce: grant.nonce };
      const refreshing = granted === undefined ? {} : { refreshToken: granted };
      return ok(
        issueTokens({ client: request.client, api: standing.api, scopes: grant.scopes, person, ...refreshing }, deps),
      );
    }
  }
};

const aboutRequest = ({ client, caller }: GrantRequest): { readonly clientId: string; readonly requestId: string } => ({
  clientId: client.id,
  requestId: caller.requestId,
});

const judge = (
  found: { readonly code: Code } & Standing,
  { redirectUri, challengeOfVerifier, audience }: Presented,
  refreshToken: string,
  now: Instant,
  request: GrantRequest,
  deps: Deps,
): Judgement<Verdict> => {
  const { code, grant } = found;
  const facts: TokenFacts = {
    at: now,
    grantType: 'authorization_code',
    clientId: request.client.id,
    ...standingFacts(found, deps),
    ...(audience !== undefined && { audience }),
  };
  const verdict = judgeCode(
    { ...code, grantRevoked: facts.grantRevoked, sessionAlive: facts.sessionAlive },
    {
      clientId: request.client.id,
      now,
      ...(redirectUri !== undefined && { redirectUri }),
      ...(challengeOfVerifier !== undefined && { challengeOfVerifier }),
    },
  );
  const about = { ...aboutRequest(request), userId: grant.userId, sessionId: grant.sessionId, grantId: grant.id };
  const record = (type: string, details: AuditRecord['details']): AuditRecord =>
    auditRecord(deps, type, { ...about, details: { grantType: 'authorization_code', ...details } });
  const refuse = (error: OAuthError, details: AuditRecord['details']): Judgement<Verdict> => ({
    value: refused(error),
    refreshToken: null,
    audit: [record('token.refused', { reason: error.reason, ...details })],
  });
  // What is wrong with the code itself is no question of policy.
  if (!verdict.ok) return refuse(verdict.error, {});
  const decided = tokenDecisionOf(facts, policyOf(deps.config));
  const made = madeOf(facts, deps);
  if (!decided.ok) return refuse(decided.error, made);
  if (!found.user) throw new Error('Nobody is given tokens who is not there.');
  const standing: StandingGrant = { grant, user: found.user, api: decided.value.api };
  const refreshable = grant.scopes.includes('offline_access') && request.client.grantTypes.includes('refresh_token');
  return {
    value: ok({ standing, refreshToken: refreshable ? refreshToken : undefined }),
    refreshToken: refreshable ? firstRefreshToken(refreshToken, grant, now, deps) : null,
    audit: [record('token.granted', { scopes: grant.scopes, ...made })],
  };
};

const firstRefreshToken = (token: string, grant: Grant, at: Instant, deps: Deps): RefreshToken => {
  const { refreshTokenIdle, refreshTokenAbsolute } = deps.config.lifetimes;
  const now = latest(at, grant.createdAt);
  return {
    tokenHash: sha256(token),
    grantId: grant.id,
    clientId: grant.clientId,
    createdAt: now,
    idleExpiresAt: secondsAfter(now, refreshTokenIdle),
    expiresAt: secondsAfter(now, refreshTokenAbsolute),
    rotatedAt: null,
    successorHash: null,
    metadata: {},
  };
};
