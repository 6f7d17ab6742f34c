import type { Instant, OAuthError, Result } from '@stile/core';
import { oauthError, ok, refused } from '@stile/core';
import { auditRecord } from '../audit/audit.ts';
import type { RegisteredClient } from '../config/config.ts';
import type { Deps } from '../deps.ts';
import type { Grant } from '../store/records.ts';
import type { TokenResponse } from './issue-tokens.ts';
import { issueTokens } from './issue-tokens.ts';

/** What was granted in the transaction that is now durable. */
export interface Granted {
  readonly client: RegisteredClient;
  readonly grant: Grant;
  readonly scopes: readonly string[];
  readonly scopesGrantedAt: Instant;
  readonly nonce: string | null;
}

/**
 * Signs what was granted to a person. A person who was blocked meanwhile gets nothing, and the grant ends; so does one whose
 * API was taken out of the configuration.
 */
export const finishIssuance = async (
  { client, grant, scopes, scopesGrantedAt, nonce }: Granted,
  refreshToken: string | undefined,
  deps: Deps,
): Promise<Result<TokenResponse, OAuthError>> => {
  const user = grant.userId === null ? undefined : await deps.store.users.find(grant.userId);
  if (!user || user.blockedAt !== null) {
    await deps.store.grants.revoke(grant.id, deps.now(), 'user_blocked', [
      auditRecord(deps, 'grant.revoked', {
        clientId: client.id,
        userId: grant.userId,
        sessionId: grant.sessionId,
        grantId: grant.id,
        details: { reason: 'user_blocked' },
      }),
    ]);
    return refused(oauthError('invalid_grant', 'user_blocked', 'user is blocked'));
  }
  const api = grant.audience === null ? undefined : deps.config.apis.get(grant.audience);
  if (grant.audience !== null && !api)
    return refused(oauthError('invalid_target', 'api_gone', 'The API does not exist any more'));
  const person = { user, grant, scopesGrantedAt, nonce };
  return ok(issueTokens({ client, api, scopes, person, ...(refreshToken !== undefined && { refreshToken }) }, deps));
};
