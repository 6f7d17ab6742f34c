import type { JsonObject } from '@stile/core';
import { parseJsonObject } from '@stile/core';
import { fromBase64url } from '../base64url.ts';
import { StepUpError } from '../error.ts';
import { isSeconds, isStringList } from '../json.ts';

/** Clocks of browsers and servers may differ by so many seconds, and no more. */
const clockSkewSeconds = 60;

/** The claims of an ID token on which this package relies. Instants are whole seconds since the epoch. */
export interface IdTokenClaims {
  readonly subject: string;
  readonly expiresAt: number;
  readonly acr?: string;
  readonly amr?: readonly string[];
  readonly authTime?: number;
}

/** What was asked for, against which the authentication is judged. */
export interface AuthenticationExpectation {
  readonly acrValues?: readonly string[];
  readonly maxAgeSeconds?: number;
  /** When the authorization request was made. */
  readonly requestedAt: number;
  /** The user to whom the step-up is pinned, if one is signed in. */
  readonly subject?: string;
  readonly now: number;
}

/** What an ID token must show besides. */
export interface IdTokenExpectation extends AuthenticationExpectation {
  readonly issuer: string;
  readonly clientId: string;
  /** `undefined` for a token from a refresh, which carries none. */
  readonly nonce: string | undefined;
}

/**
 * Reads an ID token that came straight from the token endpoint over TLS, whose signature therefore need not be
 * checked (OpenID Connect Core, section 3.1.3.7, item 6), and judges its claims.
 *
 * @throws {StepUpError} `id_token_invalid`, `different_user`, `acr_not_met`, `authentication_too_old`
 */
export function readIdToken(idToken: string, expected: IdTokenExpectation): IdTokenClaims {
  const claims = payloadOf(idToken);
  if (claims.iss !== expected.issuer) throw invalid('iss');
  const audience = typeof claims.aud === 'string' ? [claims.aud] : claims.aud;
  if (!isStringList(audience) || !audience.includes(expected.clientId)) throw invalid('aud');
  if (claims.azp === undefined ? audience.length > 1 : claims.azp !== expected.clientId) throw invalid('azp');
  const { exp, iat, sub } = claims;
  if (!isSeconds(exp) || exp + clockSkewSeconds <= expected.now) throw invalid('exp');
  if (!isSeconds(iat) || iat - clockSkewSeconds > expected.now) throw invalid('iat');
  if (expected.nonce !== undefined && claims.nonce !== expected.nonce) throw invalid('nonce');
  const { acr, authTime } = checkAuthentication(claims, expected);
  if (typeof sub !== 'string') throw invalid('sub');
  return {
    subject: sub,
    expiresAt: exp,
    ...(acr === undefined ? {} : { acr }),
    ...(authTime === undefined ? {} : { authTime }),
    ...(isStringList(claims.amr) ? { amr: claims.amr } : {}),
  };
}

/**
 * Judges who authenticated, how and when, against what was asked for. What was requested is never taken for achieved:
 * a missing `acr` or `auth_time` is a failure wherever one was asked for, `max_age=0` included.
 *
 * @throws {StepUpError} `id_token_invalid`, `different_user`, `acr_not_met`, `authentication_too_old`
 */
export function checkAuthentication(
  claims: JsonObject,
  expected: AuthenticationExpectation,
): { readonly acr?: string; readonly authTime?: number } {
  const { sub, acr, auth_time: authTime } = claims;
  if (typeof sub !== 'string' || sub === '') throw invalid('sub');
  if (expected.subject !== undefined && sub !== expected.subject) {
    throw new StepUpError('different_user', 'Another user than the one signed in has authenticated');
  }
  if (acr !== undefined && typeof acr !== 'string') throw invalid('acr');
  if (expected.acrValues !== undefined && (acr === undefined || !expected.acrValues.includes(acr))) {
    throw new StepUpError('acr_not_met', 'The authentication reached none of the requested acr values');
  }
  if (authTime !== undefined && (!isSeconds(authTime) || authTime - clockSkewSeconds > expected.now)) {
    throw invalid('auth_time');
  }
  if (expected.maxAgeSeconds !== undefined) {
    const since = expected.requestedAt - expected.maxAgeSeconds - clockSkewSeconds;
    if (authTime === undefined || authTime < since) {
      throw new StepUpError('authentication_too_old', 'The authentication is older than max_age allows');
    }
  }
  return { ...(acr === undefined ? {} : { acr }), ...(authTime === undefined ? {} : { authTime }) };
}

function payloadOf(idToken: string): JsonObject {
  const parts = idToken.split('.');
  const bytes = parts.length === 3 && parts[1] !== undefined ? fromBase64url(parts[1]) : undefined;
  if (bytes === undefined) throw invalid('form');
  const claims = parseJsonObject(new TextDecoder().decode(bytes));
  if (claims === undefined) throw invalid('payload');
  return claims;
}

function invalid(what: string): StepUpError {
  return new StepUpError('id_token_invalid', `The ID token has a wrong ${what}`);
}
