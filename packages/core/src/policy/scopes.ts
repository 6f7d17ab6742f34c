import type { AuthenticationEvent } from '../authentication-event.ts';
import type { Client } from '../client/client.ts';
import type { OAuthError } from '../error.ts';
import { oauthError } from '../error.ts';
import type { Instant } from '../instant.ts';
import { instant, secondsAfter } from '../instant.ts';
import type { Result } from '../result.ts';
import { ok, refused } from '../result.ts';
import { areMet, contextThatMeets } from '../step-up.ts';
import type { Api } from './api.ts';
import { isOpenidScope, scopePolicy } from './api.ts';
import { scopeRequirements } from './collect.ts';
import type { Level } from './levels.ts';

/** The scopes of an API that a client may have; own properties only, as for the scopes themselves. */
const scopesFor = (client: Client, api: Api | undefined): readonly string[] | undefined =>
  api && Object.hasOwn(client.apis, api.audience) ? client.apis[api.audience] : undefined;

/** Whether a client may have a scope of an API. */
export const mayHave = (client: Client, api: Api | undefined, scope: string): boolean =>
  scopesFor(client, api)?.includes(scope) === true;

/**
 * The scopes a person can give a client: OpenID Connect's own, and those of the API that it defines and the client may
 * have. Others are left out, and the token response says so (RFC 6749, section 3.3); when nothing is left the request is refused.
 */
export const grantableScopes = (
  requested: readonly string[],
  client: Client,
  api: Api | undefined,
): Result<readonly string[], OAuthError> => {
  const offline = client.grantTypes.includes('refresh_token');
  const granted = requested.filter((scope) => {
    if (scope === 'offline_access') return offline;
    if (isOpenidScope(scope)) return true;
    return scopePolicy(api, scope) !== undefined && mayHave(client, api, scope);
  });
  if (requested.length > 0 && granted.length === 0) {
    return refused(
      oauthError('invalid_scope', 'no_scope_left', 'None of the requested scopes exists and is allowed to this client'),
    );
  }
  return ok(granted);
};

/** The API a request is for; a client that is allowed nothing there may not name it (RFC 8707, section 2). */
export const targetApi = (
  apis: ReadonlyMap<string, Api>,
  audience: string | undefined,
  client: Client,
): Result<Api | undefined, OAuthError> => {
  if (audience === undefined) return ok(undefined);
  const api = apis.get(audience);
  return api && Object.hasOwn(client.apis, audience)
    ? ok(api)
    : refused(
        oauthError(
          'invalid_target',
          'audience_unknown',
          'The requested API does not exist or is not open to this client',
        ),
      );
};

/**
 * The scopes that still stand when a token is refreshed: those whose demand the facts of the grant meet at this moment,
 * without the ones that may be used once (law 1; RFC 9470, section 5).
 */
export const standingScopes = (
  scopes: readonly string[],
  api: Api | undefined,
  events: readonly AuthenticationEvent[],
  levels: readonly Level[],
  now: Instant,
): readonly string[] =>
  scopes.filter((scope) => {
    if (isOpenidScope(scope)) return true;
    const policy = scopePolicy(api, scope);
    if (policy === undefined || policy.singleUse) return false;
    return areMet(events, scopeRequirements(api, [scope], levels, now), levels);
  });

/**
 * Until when the proofs are fresh enough for every scope that demands an age; `undefined` when none does.
 *
 * @param at the moment the scopes are granted
 */
export const freshUntil = (
  scopes: readonly string[],
  api: Api | undefined,
  events: readonly AuthenticationEvent[],
  levels: readonly Level[],
  at: Instant,
): Instant | undefined => {
  const ends = scopes.flatMap((scope) => {
    const maxAge = scopePolicy(api, scope)?.requires.maxAgeSeconds;
    const context = contextThatMeets(events, scopeRequirements(api, [scope], levels, at), levels);
    return maxAge === undefined || !context ? [] : [secondsAfter(context.authTime, maxAge)];
  });
  return ends.length === 0 ? undefined : instant(Math.min(...ends));
};

/** Whether any of the scopes may be used only once; then the whole token may. */
export const isSingleUse = (scopes: readonly string[], api: Api | undefined): boolean =>
  scopes.some((scope) => scopePolicy(api, scope)?.singleUse === true);

/** Whether a scope demands any proof at all beyond the login itself, or may be used only once; one that nobody defined counts as such. */
export const isElevated = (scope: string, api: Api | undefined): boolean => {
  if (isOpenidScope(scope)) return false;
  const policy = scopePolicy(api, scope);
  if (!policy || policy.singleUse) return true;
  return policy.requires.acr !== undefined || policy.requires.maxAgeSeconds !== undefined;
};
