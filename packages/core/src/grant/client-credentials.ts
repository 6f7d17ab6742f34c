import type { Client } from '../client/client.ts';
import type { OAuthError } from '../error.ts';
import { oauthError } from '../error.ts';
import type { Api } from '../policy/api.ts';
import { isOpenidScope } from '../policy/api.ts';
import { grantableScopes, isElevated, mayHave } from '../policy/scopes.ts';
import type { Result } from '../result.ts';
import { ok, refused } from '../result.ts';

/**
 * The scopes a client gets for itself (RFC 6749, section 4.4): never one that demands a person's proof, for there is no person,
 * and none of OpenID Connect's. Asking for nothing gives all it may have.
 */
export const machineScopes = (
  requested: readonly string[],
  client: Client,
  api: Api,
): Result<readonly string[], OAuthError> => {
  const permitted = Object.keys(api.scopes).filter(
    (scope) => mayHave(client, api, scope) && !isOpenidScope(scope) && !isElevated(scope, api),
  );
  if (requested.length === 0) return ok(permitted);
  const grantable = grantableScopes(requested, client, api);
  if (!grantable.ok) return grantable;
  const scopes = grantable.value.filter((scope) => permitted.includes(scope));
  return scopes.length > 0
    ? ok(scopes)
    : refused(
        oauthError(
          'invalid_scope',
          'scope_needs_a_person',
          'The requested scopes are not open to a client without a person',
        ),
      );
};
