import { machineScopes, oauthError, ok, refused, singles, targetApi, words } from '@stile/core';
import { auditRecord } from '../audit/audit.ts';
import type { GrantHandler } from './grant-request.ts';
import { issueTokens } from './issue-tokens.ts';
import { requestedAudience } from './requested-audience.ts';

/** `client_credentials` (RFC 6749, section 4.4): a client acts for itself, so it gets nothing that demands a person's proof. */
export const clientCredentials: GrantHandler = async ({ client, parameters, caller }, deps) => {
  const sent = singles(parameters, ['scope', 'audience', 'resource']);
  if (!sent.ok) return sent;
  const audience = requestedAudience(sent.value);
  if (!audience.ok) return audience;
  const api = targetApi(deps.config.apis, audience.value ?? client.defaultAudience, client);
  if (!api.ok) return api;
  if (!api.value) return refused(oauthError('invalid_target', 'audience_missing', 'audience is missing'));
  const scopes = machineScopes(words(sent.value.scope), client, api.value);
  if (!scopes.ok) return scopes;
  const tokens = issueTokens({ client, api: api.value, scopes: scopes.value }, deps);
  await deps.store.audit.append([
    auditRecord(deps, 'token.granted', {
      clientId: client.id,
      requestId: caller.requestId,
      details: { grantType: 'client_credentials', audience: api.value.audience, scopes: scopes.value },
    }),
  ]);
  return ok(tokens);
};
