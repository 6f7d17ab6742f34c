import type { OAuthError, Result } from '@stile/core';
import { judgeCode, latest, oauthError, ok, refused, secondsAfter, singles } from '@stile/core';
import { auditRecord } from '../audit/audit.ts';
import type { Deps } from '../deps.ts';
import { randomToken } from '../deps.ts';
import { sha256 } from '../digest.ts';
import { isAlive } from '../session/current-session.ts';
import type { Judgement } from '../store/ports.ts';
import type { Code, Grant, RefreshToken, Session } from '../store/records.ts';
import { finishIssuance } from './finish-issuance.ts';
import type { GrantHandler, GrantRequest } from './grant-request.ts';
import { requestedAudience } from './requested-audience.ts';

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

type Verdict = Result<{ readonly grant: Grant; readonly refreshToken: string | undefined }, OAuthError>;

/**
 * `authorization_code` (RFC 6749, section 4.1.3): the code is consumed first and judged afterwards, in one transaction,
 * so that whatever is wrong with the request, the code never comes back.
 */
export const authorizationCode: GrantHandler = async (request, deps) => {
  const presented = parse(request);
  if (!presented.ok) return presented;
  const refreshToken = randomToken(deps);
  const outcome = await deps.store.grants.redeemCode<Verdict>(sha256(presented.value.code), deps.now(), (found) =>
    judge(found, presented.value, refreshToken, request, deps),
  );
  switch (outcome.outcome) {
    case 'unknown':
      return refused(oauthError('invalid_grant', 'code_unknown', 'The authorization code is not valid'));
    case 'reused':
      await deps.store.audit.append([
        auditRecord(deps, 'code.reused', { ...about(request), grantId: outcome.grantId, details: { revoked: true } }),
      ]);
      return refused(oauthError('invalid_grant', 'code_reused', 'The authorization code is not valid'));
    case 'judged': {
      if (!outcome.value.ok) return outcome.value;
      const { grant } = outcome.value.value;
      return finishIssuance(
        { client: request.client, grant, scopes: grant.scopes, scopesGrantedAt: grant.requestedAt, nonce: grant.nonce },
        outcome.value.value.refreshToken,
        deps,
      );
    }
  }
};

const about = ({ client, caller }: GrantRequest): { readonly clientId: string; readonly requestId: string } => ({
  clientId: client.id,
  requestId: caller.requestId,
});

/** What was found behind a code. */
interface Found {
  readonly code: Code;
  readonly grant: Grant;
  readonly session: Session | undefined;
}

const mayRedeem = (
  { code, grant, session }: Found,
  { redirectUri, challengeOfVerifier, audience }: Presented,
  { client }: GrantRequest,
  deps: Deps,
): Result<undefined, OAuthError> => {
  const verdict = judgeCode(
    {
      ...code,
      grantRevoked: grant.revokedAt !== null,
      sessionAlive: session !== undefined && isAlive(session, deps.now(), deps.config),
    },
    {
      clientId: client.id,
      now: deps.now(),
      ...(redirectUri !== undefined && { redirectUri }),
      ...(challengeOfVerifier !== undefined && { challengeOfVerifier }),
    },
  );
  // RFC 8707, section 2.2: a client that names an API here gets a token for that one or none.
  return verdict.ok && audience !== undefined && audience !== grant.audience
    ? refused(oauthError('invalid_target', 'audience_not_granted', 'The authorization code is for another API'))
    : verdict;
};

const judge = (
  found: Found,
  presented: Presented,
  refreshToken: string,
  request: GrantRequest,
  deps: Deps,
): Judgement<Verdict> => {
  const { grant } = found;
  const verdict = mayRedeem(found, presented, request, deps);
  const facts = { ...about(request), userId: grant.userId, sessionId: grant.sessionId, grantId: grant.id };
  if (!verdict.ok) {
    const audit = [
      auditRecord(deps, 'token.refused', {
        ...facts,
        details: { grantType: 'authorization_code', reason: verdict.error.reason },
      }),
    ];
    return { value: verdict, refreshToken: null, audit };
  }
  const refreshable = grant.scopes.includes('offline_access') && request.client.grantTypes.includes('refresh_token');
  return {
    value: ok({ grant, refreshToken: refreshable ? refreshToken : undefined }),
    refreshToken: refreshable ? firstRefreshToken(refreshToken, grant, deps) : null,
    audit: [
      auditRecord(deps, 'token.granted', {
        ...facts,
        details: { grantType: 'authorization_code', scopes: grant.scopes },
      }),
    ],
  };
};

const firstRefreshToken = (token: string, grant: Grant, deps: Deps): RefreshToken => {
  const { refreshTokenIdle, refreshTokenAbsolute } = deps.config.lifetimes;
  const now = latest(deps.now(), grant.createdAt);
  return {
    tokenHash: sha256(token),
    grantId: grant.id,
    clientId: grant.clientId,
    scopes: grant.scopes,
    createdAt: now,
    idleExpiresAt: secondsAfter(now, refreshTokenIdle),
    expiresAt: secondsAfter(now, refreshTokenAbsolute),
    rotatedAt: null,
    successorHash: null,
  };
};
