/** Token revocation (RFC 7009). */
import { oauthError, single } from '@stile/core';
import { auditRecord } from '../audit/audit.ts';
import { authenticateClient, clientRefused } from '../client/authenticate-client.ts';
import type { RegisteredClient } from '../config/config.ts';
import type { Caller, Deps, Handler } from '../deps.ts';
import { sha256 } from '../digest.ts';
import { formOrJsonParameters } from '../http/body.ts';
import { errorJson } from '../http/responses.ts';
import { liveAccessToken } from '../token/own-access-token.ts';

export const revoke: Handler = async (request, deps, caller) => {
  const parameters = await formOrJsonParameters(request);
  if (!parameters.ok) return errorJson(parameters.error);
  const authenticated = await authenticateClient(request, parameters.value, deps, caller);
  if (!authenticated.ok) return clientRefused(authenticated.error);
  const token = single(parameters.value, 'token');
  if (!token.ok) return errorJson(token.error);
  if (token.value === undefined) return errorJson(oauthError('invalid_request', 'token_missing', 'token is missing'));
  await revokeToken(token.value, authenticated.value.client, deps, caller);
  // RFC 7009, section 2.2: an unknown token, or one of somebody else, is answered alike.
  return new Response(null, { status: 200, headers: { 'cache-control': 'no-store' } });
};

const revokeToken = async (token: string, client: RegisteredClient, deps: Deps, caller: Caller): Promise<void> => {
  const record = (grantId: string | null): ReturnType<typeof auditRecord> =>
    auditRecord(deps, 'token.revoked', { clientId: client.id, grantId, requestId: caller.requestId });
  const refreshToken = await deps.store.grants.findRefreshToken(sha256(token));
  if (refreshToken) {
    // A refresh token stands for its grant; revoking it ends every token of the grant (RFC 7009, section 2.1).
    if (refreshToken.clientId !== client.id) return;
    await deps.store.grants.revoke(refreshToken.grantId, deps.now(), 'revoked_by_client', [
      record(refreshToken.grantId),
    ]);
    return;
  }
  const access = await liveAccessToken(token, deps);
  if (access?.clientId !== client.id) return;
  await deps.store.once.consume({ kind: 'single-use-token', key: access.jti, expiresAt: access.expiresAt }, [
    record(access.grantId ?? null),
  ]);
};
