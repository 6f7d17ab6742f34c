import type { JsonObject } from '@stile/core';
import { isJsonObject } from '@stile/core';
import { StepUpError } from '../error.ts';
import { isSeconds } from '../json.ts';
import { serverTimeoutMilliseconds } from './metadata.ts';
import { oauthErrorOf } from './response.ts';

/** A token response (RFC 6749, section 5.1). */
export interface TokenResponse {
  readonly accessToken: string;
  readonly expiresInSeconds: number;
  /** `undefined` when it is the scope that was asked for. */
  readonly scope?: readonly string[];
  readonly refreshToken?: string;
  readonly idToken?: string;
}

/** Assumed when the server does not say, as RFC 6749 allows: short, so that a doubt ends soon. */
const assumedLifetimeSeconds = 60;

/**
 * Asks the token endpoint once. It is never asked again on its own account: codes and refresh tokens are single-use,
 * and an answer that was lost may have been a success.
 *
 * @throws {StepUpError} `token_request_refused`, `server_unusable`
 */
export async function requestTokens(
  endpoint: string,
  form: Readonly<Record<string, string>>,
  fetch: typeof globalThis.fetch,
): Promise<TokenResponse> {
  let response: Response;
  let body: unknown;
  try {
    response = await fetch(endpoint, {
      method: 'POST',
      body: new URLSearchParams(form),
      headers: { accept: 'application/json' },
      redirect: 'error',
      credentials: 'omit',
      cache: 'no-store',
      signal: AbortSignal.timeout(serverTimeoutMilliseconds),
    });
    body = await response.json();
  } catch (cause) {
    throw new StepUpError('server_unusable', 'The token endpoint gave no readable answer', { cause });
  }
  if (!isJsonObject(body)) throw new StepUpError('server_unusable', 'The token endpoint did not answer with an object');
  if (!response.ok) {
    const oauthError = oauthErrorOf(body.error);
    throw new StepUpError('token_request_refused', `The token endpoint answered ${oauthError}`, { oauthError });
  }
  return tokenResponseOf(body);
}

function tokenResponseOf(body: JsonObject): TokenResponse {
  const { access_token: accessToken, token_type: tokenType, expires_in: expiresIn, scope } = body;
  const { refresh_token: refreshToken, id_token: idToken } = body;
  if (typeof accessToken !== 'string' || accessToken === '') {
    throw new StepUpError('server_unusable', 'The token response has no access token');
  }
  // RFC 6749, section 7.1: a client must not use a token whose type it does not understand.
  if (typeof tokenType !== 'string' || tokenType.toLowerCase() !== 'bearer') {
    throw new StepUpError('server_unusable', 'The token response has another token type than Bearer');
  }
  return {
    accessToken,
    expiresInSeconds: isSeconds(expiresIn) ? expiresIn : assumedLifetimeSeconds,
    ...(typeof scope === 'string' ? { scope: scope.split(' ').filter((value) => value !== '') } : {}),
    ...(typeof refreshToken === 'string' ? { refreshToken } : {}),
    ...(typeof idToken === 'string' ? { idToken } : {}),
  };
}
