/** The facts of a token decision, and the decision over them and the policy. Pure; production and replay ask the same function. */
import type { Api, Instant, OAuthError, Result } from '@stile/core';
import {
  clientRequirements,
  contextThatMeets,
  countingProofs,
  inTodaysNames,
  judgeRefresh,
  oauthError,
  ok,
  refused,
  targetApi,
} from '@stile/core';
import type { Grant } from '../store/records.ts';
import type { WantedByActions } from './facts.ts';
import type { Policy } from './policy.ts';
import { notSpared } from './spared-demands.ts';

/** What of a grant a token decision rests on. */
interface GrantFacts extends Pick<Grant, 'userId' | 'clientId' | 'audience' | 'scopes' | 'events' | 'requirements'> {
  /** When it was asked for: what was proven since then, Actions count as proven for it. Absent where nobody kept it. */
  readonly requestedAt?: Instant;
}

export interface TokenFacts {
  readonly at: Instant;
  readonly grantType: 'authorization_code' | 'refresh_token';
  /** The client that asks. */
  readonly clientId: string;
  /** The API that the request names, if it names one. */
  readonly audience?: string;
  /** The scopes that it names; absent: all that there are. */
  readonly askedScopes?: readonly string[];
  readonly grant: GrantFacts;
  readonly grantRevoked: boolean;
  readonly user: 'active' | 'blocked' | 'gone';
  readonly sessionAlive: boolean;
  readonly refreshToken?: { readonly clientId: string; readonly idleExpiresAt: Instant; readonly expiresAt: Instant };
  readonly actions?: WantedByActions;
}

export interface TokenVerdict {
  readonly api: Api | undefined;
  readonly scopes: readonly string[];
}

/** Auth0's SDKs look for these words to begin a new login. */
const DESCRIPTIONS = {
  authorization_code: 'The authorization code is not valid',
  refresh_token: 'Unknown or invalid refresh token.',
} as const;

/**
 * Whether a grant may still give tokens, by the person and the configuration of today: what was taken away since is gone. A refreshed
 * token is narrowed to what still stands.
 */
export const tokenDecisionOf = (facts: TokenFacts, policy: Policy): Result<TokenVerdict, OAuthError> => {
  const client = policy.clients.get(facts.clientId);
  if (!client) return refused(oauthError('invalid_client', 'client_unknown', 'There is no such client'));
  const api = standing(facts, policy);
  if (!api.ok) return api;
  const scopes = facts.refreshToken
    ? judgeRefresh(
        {
          ...facts.refreshToken,
          grantRevoked: facts.grantRevoked,
          grantScopes: facts.grant.scopes,
          grantEvents: facts.grant.events,
          sessionAlive: facts.sessionAlive,
        },
        {
          client,
          api: api.value,
          levels: policy.levels,
          now: facts.at,
          ...(facts.askedScopes && { scopes: facts.askedScopes }),
        },
      )
    : ok({ scopes: facts.grant.scopes });
  if (!scopes.ok) return scopes;
  const wanted = facts.actions;
  if (wanted?.refusal) return refused(refusalOf(wanted.refusal));
  const demands = wanted ? [...wanted.requirements, ...notSpared(wanted.spareable ?? [], facts.grant)] : [];
  const met = contextThatMeets(facts.grant.events, demands, policy.levels) !== undefined;
  // Nobody is there to be asked.
  if (wanted && !met)
    return refused(oauthError('login_required', 'challenge_needs_page', 'Multifactor authentication required'));
  // What an Action adds was not granted, and a refresh never gives more than was.
  return ok({ api: api.value, scopes: scopes.value.scopes.filter((scope) => !wanted?.removeScopes.includes(scope)) });
};

const refusalOf = ({ error, reason, description }: NonNullable<WantedByActions['refusal']>): OAuthError =>
  oauthError(error, reason, description);

const standing = (
  { grantType, grant, user, audience, at, clientId }: TokenFacts,
  { apis, levels, clients }: Policy,
): Result<Api | undefined, OAuthError> => {
  const invalid = (reason: string, description: string = DESCRIPTIONS[grantType]): Result<never, OAuthError> =>
    refused(oauthError('invalid_grant', reason, description));
  // Auth0's SDKs look for these words.
  if (user !== 'active') return invalid('user_blocked', 'user is blocked');
  // They were dated by a clock that has been set back since. Nothing is issued for them, and signing in again helps.
  if (countingProofs(grant.events, at).length < grant.events.length) return invalid('proofs_from_the_future');
  // RFC 8707, section 2.2: a client that names an API here gets a token for that one or none.
  if (audience !== undefined && audience !== grant.audience) {
    return refused(oauthError('invalid_target', 'audience_not_granted', 'The grant is for another API'));
  }
  const client = clients.get(clientId);
  const api = client && targetApi(apis, grant.audience ?? undefined, client);
  if (!client || !api?.ok) return invalid('api_taken_away');
  const demands = [...inTodaysNames(grant.requirements, levels), ...clientRequirements(client, levels)];
  return contextThatMeets(grant.events, demands, levels) ? api : invalid('requirements_unmet');
};

const REQUIRED = ['at', 'grantType', 'clientId', 'grant', 'grantRevoked', 'user', 'sessionAlive'] as const;

/** Whether this is what a token decision was made of. */
export const isTokenFacts = (value: unknown): value is TokenFacts =>
  typeof value === 'object' && value !== null && REQUIRED.every((name) => Object.hasOwn(value, name));
