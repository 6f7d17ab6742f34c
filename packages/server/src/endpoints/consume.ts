/**
 * Token consumption: an API asks whether it may accept a token that is good for one use. The answer is yes exactly once,
 * whoever asks and on however many replicas. Stile's own endpoint; its address stands in the metadata.
 */
import { oauthError, single } from '@stile/core';
import { auditRecord } from '../audit/audit.ts';
import { authenticateConfidentialClient, clientRefused } from '../client/authenticate-client.ts';
import type { Handler } from '../deps.ts';
import { formParameters } from '../http/body.ts';
import { errorJson, json } from '../http/responses.ts';
import { liveAccessToken } from '../token/own-access-token.ts';

export const consumeToken: Handler = async (request, deps, caller) => {
  const parameters = await formParameters(request);
  if (!parameters.ok) return errorJson(parameters.error);
  const authenticated = await authenticateConfidentialClient(request, parameters.value, deps, caller);
  if (!authenticated.ok) return clientRefused(authenticated.error);
  const { client } = authenticated.value;
  const token = single(parameters.value, 'token');
  if (!token.ok) return errorJson(token.error);
  if (token.value === undefined) return errorJson(oauthError('invalid_request', 'token_missing', 'token is missing'));
  const live = await liveAccessToken(token.value, deps);
  const speaksForApi =
    live?.audience.some((audience) => deps.config.apis.get(audience)?.resourceServerClients.includes(client.id)) ??
    false;
  // A token that is dead, of another API, or used before: one answer for all.
  if (!live || !speaksForApi) {
    deps.metrics.singleUse('refused');
    return json({ consumed: false });
  }
  const consumed = await deps.store.once.consume(
    { kind: 'single-use-token', key: live.jti, expiresAt: live.expiresAt },
    [
      auditRecord(deps, 'token.consumed', {
        clientId: live.clientId,
        userId: live.subject,
        grantId: live.grantId ?? null,
        requestId: caller.requestId,
        details: { by: client.id, scopes: live.scopes, jti: live.jti },
      }),
    ],
  );
  deps.metrics.singleUse(consumed ? 'consumed' : 'refused');
  return json({ consumed });
};
