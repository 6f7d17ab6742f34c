import type { Instant, OAuthError, Result } from '@stile/core';
import { oauthError, ok, refused, secondsAfter, singles, words } from '@stile/core';
import type { OpenCache } from '../actions/cache.ts';
import { effectsOf } from '../actions/effects-of.ts';
import type { ActionRun } from '../actions/run-state.ts';
import { auditRecord } from '../audit/audit.ts';
import { askActionsAtRefresh } from '../authorization/ask-actions-at-refresh.ts';
import { reportsOf } from '../authorization/decide-with-actions.ts';
import { changedMetadata, customClaimsOf, performEffects } from '../authorization/perform-effects.ts';
import { wantedBy } from '../authorization/wanted-by-actions.ts';
import { policyOf } from '../decision/policy.ts';
import { madeOf } from '../decision/record.ts';
import type { TokenFacts } from '../decision/token-facts.ts';
import { tokenDecisionOf } from '../decision/token-facts.ts';
import type { Deps } from '../deps.ts';
import { hmacSha256, sha256 } from '../digest.ts';
import type { Judgement, Standing } from '../store/ports.ts';
import type { AuditRecord, RefreshToken } from '../store/records.ts';
import { isReused } from '../store/refresh-reuse.ts';
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
  const asked = await askedActions(presented.value, sha256(successor), now, request, deps);
  const outcome = await deps.store.grants.rotateRefreshToken<Verdict>(
    sha256(presented.value.token),
    sha256(successor),
    now,
    deps.config.lifetimes.refreshTokenGrace,
    (found) => judge(found, presented.value, asked, sha256(successor), now, request, deps),
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
      const { run, about, cache } = asked;
      await cache?.close();
      // Of a refresh that is refused for something else nothing is kept.
      if (run && about && (outcome.value.ok || run.state.is === 'denied')) await performEffects(run, about, deps);
      if (!outcome.value.ok) return outcome.value;
      const { standing, scopes } = outcome.value.value;
      const customClaims = run && customClaimsOf(run);
      const person = { ...standing, scopesGrantedAt: now, nonce: null, ...(customClaims && { customClaims }) };
      return ok(
        issueTokens({ client: request.client, api: standing.api, scopes, person, refreshToken: successor }, deps),
      );
    }
  }
};

type Found = { readonly refreshToken: RefreshToken } & Standing;

const factsOf = (
  found: Found,
  { scopes: asked, audience }: Presented,
  run: ActionRun | undefined,
  now: Instant,
  request: GrantRequest,
  deps: Deps,
): TokenFacts => {
  const { clientId, idleExpiresAt, expiresAt } = found.refreshToken;
  return {
    at: now,
    grantType: 'refresh_token',
    clientId: request.client.id,
    ...standingFacts(found, deps),
    refreshToken: { clientId, idleExpiresAt, expiresAt },
    ...(audience !== undefined && { audience }),
    ...(asked && { askedScopes: asked }),
    ...(run && { actions: wantedBy(run) }),
  };
};

/** What became of asking the bound Actions. */
interface AskedActions {
  /** Whether any is bound that has to agree. */
  readonly areBound: boolean;
  readonly run?: ActionRun;
  readonly cache?: OpenCache;
  readonly about?: Parameters<typeof performEffects>[1];
}

/**
 * Asks the Actions about a token that would be refreshed if it were not for them; about any other they are not asked, nor about one that was
 * used up, whose grant is about to be revoked.
 */
const askedActions = async (
  presented: Presented,
  successorHash: string,
  now: Instant,
  request: GrantRequest,
  deps: Deps,
): Promise<AskedActions> => {
  const active = await deps.actions.bound();
  if (active.length === 0) return { areBound: false };
  const areBound = active.some(({ mode }) => mode === 'live');
  const token = await deps.store.grants.findRefreshToken(sha256(presented.token));
  const wasRotated = token !== undefined && token.rotatedAt !== null;
  const successor = wasRotated ? await deps.store.grants.findRefreshToken(successorHash) : undefined;
  if (token && isReused(token, successor, now, deps.config.lifetimes.refreshTokenGrace)) return { areBound };
  const grant = token && (await deps.store.grants.find(token.grantId));
  if (!token || !grant?.userId) return { areBound };
  const user = await deps.store.users.find(grant.userId);
  const session = grant.sessionId === null ? undefined : await deps.store.sessions.find(grant.sessionId);
  const facts = factsOf({ refreshToken: token, grant, user, session }, presented, undefined, now, request, deps);
  if (!user || !tokenDecisionOf(facts, policyOf(deps.config)).ok) return { areBound };
  const { caller } = request;
  const advanced = await askActionsAtRefresh(
    { refreshToken: token, grant, user, session, facts, body: bodyOf(request) },
    { request: request.request, caller },
    deps,
  );
  const about = {
    userId: user.id,
    sessionId: grant.sessionId,
    clientId: request.client.id,
    requestId: caller.requestId,
  };
  return { areBound, about, ...advanced };
};

const bodyOf = ({ parameters }: GrantRequest): Readonly<Record<string, string>> =>
  Object.fromEntries([...parameters].flatMap(([name, [value]]) => (value === undefined ? [] : [[name, value]])));

const judge = (
  found: Found,
  presented: Presented,
  { areBound, run }: AskedActions,
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
  const facts = factsOf(found, presented, run, now, request, deps);
  const record = (type: string, details: AuditRecord['details']): AuditRecord =>
    auditRecord(deps, type, {
      ...about,
      details: { grantType: 'refresh_token', ...details, ...madeOf(facts, deps), ...reportsOf(run) },
    });
  const verdict = tokenDecisionOf(facts, policyOf(deps.config));
  const revoke = run && effectsOf(run).refreshToken.revoke;
  if (!verdict.ok) {
    return {
      value: refused(verdict.error),
      refreshToken: null,
      audit: [record('token.refused', { reason: verdict.error.reason })],
      ...(revoke && { revoke: 'ended_by_action' }),
    };
  }
  if (!found.user) throw new Error('Nobody is given tokens who is not there.');
  // Law 6: what was in order before the Actions were asked, and is now, was asked about.
  if (areBound && !run) throw new Error('Nothing is refreshed before every Action was asked.');
  if (run && run.state.is !== 'done') throw new Error('Nothing is refreshed before every Action has come to its end.');
  const { scopes, api } = verdict.value;
  const leftOut = grant.scopes.filter((scope) => !scopes.includes(scope));
  // A token that is fetched a second time within the grace is worth a look: an honest client whose answer was lost, or a thief.
  const repeated = token.rotatedAt !== null;
  return {
    value: ok({ standing: { grant, user: found.user, api }, scopes }),
    refreshToken: successorRecord(token, run, successorHash, now, deps),
    audit: [record('token.granted', { scopes, leftOut, ...(repeated && { repeated }) })],
  };
};

/** An end can only come nearer. */
const nearer = (end: Instant, wanted: Instant | undefined): Instant =>
  wanted !== undefined && wanted < end ? wanted : end;

const successorRecord = (
  token: RefreshToken,
  run: ActionRun | undefined,
  tokenHash: string,
  now: Instant,
  { config: { lifetimes } }: Deps,
): RefreshToken => {
  const wanted = run && effectsOf(run).refreshToken;
  return {
    ...token,
    tokenHash,
    createdAt: now,
    expiresAt: nearer(token.expiresAt, wanted?.expiresAt),
    idleExpiresAt: nearer(secondsAfter(now, lifetimes.refreshTokenIdle), wanted?.idleExpiresAt),
    rotatedAt: null,
    successorHash: null,
    ...(wanted && { metadata: changedMetadata(token.metadata, wanted) }),
  };
};
