/** The token endpoint (RFC 6749, section 3.2): authenticate the client, find the grant, answer. */
import type { GrantType } from '@stile/core';
import { oauthError, single } from '@stile/core';
import { authenticateClient, clientRefused } from '../client/authenticate-client.ts';
import type { Handler } from '../deps.ts';
import { authorizationCode } from '../grant/authorization-code.ts';
import { clientCredentials } from '../grant/client-credentials.ts';
import type { GrantHandler } from '../grant/grant-request.ts';
import { refreshToken } from '../grant/refresh-token.ts';
import { formOrJsonParameters } from '../http/body.ts';
import { errorJson, json } from '../http/responses.ts';

const GRANTS: Readonly<Record<GrantType, GrantHandler>> = {
  authorization_code: authorizationCode,
  refresh_token: refreshToken,
  client_credentials: clientCredentials,
};

const isGrantType = (name: string): name is GrantType => Object.hasOwn(GRANTS, name);

export const token: Handler = async (request, deps, caller) => {
  const parameters = await formOrJsonParameters(request);
  if (!parameters.ok) return errorJson(parameters.error);
  const grantType = single(parameters.value, 'grant_type');
  if (!grantType.ok) return errorJson(grantType.error);
  const authenticated = await authenticateClient(request, parameters.value, deps, caller);
  if (!authenticated.ok) {
    deps.metrics.decided('token', 'refused', authenticated.error.error.reason);
    deps.log.warn(
      { requestId: caller.requestId, reason: authenticated.error.error.reason },
      'client authentication failed',
    );
    return clientRefused(authenticated.error);
  }
  const { client } = authenticated.value;
  if (grantType.value === undefined) {
    return errorJson(oauthError('invalid_request', 'grant_type_missing', 'grant_type is missing'));
  }
  if (!isGrantType(grantType.value)) {
    return errorJson(oauthError('unsupported_grant_type', 'grant_type_unknown', 'The grant type is not supported'));
  }
  if (!client.grantTypes.includes(grantType.value)) {
    return errorJson(
      oauthError('unauthorized_client', 'grant_type_not_registered', 'The client may not use this grant type'),
    );
  }
  const answer = await GRANTS[grantType.value]({ client, parameters: parameters.value, caller, request }, deps);
  if (answer.ok) {
    deps.metrics.decided('token', 'granted', 'all_met');
    deps.metrics.issued(grantType.value, client.id);
    return json(answer.value);
  }
  deps.metrics.decided('token', 'refused', answer.error.reason);
  deps.log.info(
    { requestId: caller.requestId, clientId: client.id, reason: answer.error.reason },
    'token request refused',
  );
  return errorJson(answer.error);
};
