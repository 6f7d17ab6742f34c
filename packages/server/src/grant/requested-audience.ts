import type { OAuthError, Result } from '@stile/core';
import { oauthError, ok, refused } from '@stile/core';

/** The API that a token request names: by `resource` (RFC 8707, section 2.2), by Auth0's `audience`, or by both if they agree. */
export const requestedAudience = ({
  audience,
  resource,
}: {
  readonly audience?: string;
  readonly resource?: string;
}): Result<string | undefined, OAuthError> =>
  audience !== undefined && resource !== undefined && audience !== resource
    ? refused(oauthError('invalid_target', 'several_targets', 'An access token is for one API'))
    : ok(audience ?? resource);
