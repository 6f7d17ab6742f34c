/** Token introspection (RFC 7662), with the members of RFC 9470, section 6.2. */
import { contextThatMeets, oauthError, single } from '@stile/core';
import { authenticateConfidentialClient, clientRefused } from '../client/authenticate-client.ts';
import type { RegisteredClient } from '../config/config.ts';
import type { Deps, Handler } from '../deps.ts';
import { sha256 } from '../digest.ts';
import { formParameters } from '../http/body.ts';
import { errorJson, json } from '../http/responses.ts';
import { isAlive } from '../session/current-session.ts';
import type { LiveAccessToken } from '../token/own-access-token.ts';
import { liveAccessToken } from '../token/own-access-token.ts';

/** Says nothing about why (RFC 7662, section 2.2). */
const INACTIVE = { active: false };

export const introspect: Handler = async (request, deps, caller) => {
  const parameters = await formParameters(request);
  if (!parameters.ok) return errorJson(parameters.error);
  const authenticated = await authenticateConfidentialClient(request, parameters.value, deps, caller);
  if (!authenticated.ok) return clientRefused(authenticated.error);
  const { client } = authenticated.value;
  const token = single(parameters.value, 'token');
  if (!token.ok) return errorJson(token.error);
  if (token.value === undefined) return errorJson(oauthError('invalid_request', 'token_missing', 'token is missing'));
  const access = await liveAccessToken(token.value, deps);
  if (access)
    return json(mayKnow(access, client, deps) ? { active: true, ...access.claims, token_type: 'Bearer' } : INACTIVE);
  return json((await aboutRefreshToken(token.value, client, deps)) ?? INACTIVE);
};

/** The client it was issued to, and those that speak for its API; to anybody else every token is inactive. */
const mayKnow = (token: LiveAccessToken, client: RegisteredClient, deps: Deps): boolean =>
  token.clientId === client.id ||
  token.audience.some((audience) => deps.config.apis.get(audience)?.resourceServerClients.includes(client.id) === true);

const aboutRefreshToken = async (
  token: string,
  client: RegisteredClient,
  deps: Deps,
): Promise<Readonly<Record<string, unknown>> | undefined> => {
  const found = await deps.store.grants.findRefreshToken(sha256(token));
  const now = deps.now();
  if (!found || found.clientId !== client.id || found.rotatedAt !== null) return undefined;
  if (now >= found.expiresAt || now >= found.idleExpiresAt) return undefined;
  const grant = await deps.store.grants.find(found.grantId);
  if (!grant || grant.revokedAt !== null) return undefined;
  const session = grant.sessionId === null ? undefined : await deps.store.sessions.find(grant.sessionId);
  const sessionStands = session !== undefined && isAlive(session, now, deps.config);
  if (!sessionStands && !grant.scopes.includes('offline_access')) return undefined;
  const context = contextThatMeets(grant.events, grant.requirements, deps.config.levels);
  return {
    active: true,
    iss: deps.config.issuer,
    sub: grant.userId,
    client_id: found.clientId,
    scope: grant.scopes.join(' '),
    iat: found.createdAt,
    exp: Math.min(found.expiresAt, found.idleExpiresAt),
    ...(context && { acr: context.acr, auth_time: context.authTime }),
  };
};
