import type { JsonObject } from '@stile/core';
import { isInstant, parseJsonObject } from '@stile/core';
import { fromBase64url } from '../base64url.ts';
import { StepUpError } from '../error.ts';
import { isStringList } from '../json.ts';
import type { Proof } from '../proof.ts';
import { clockSkewSeconds, judge } from '../proof.ts';

/** The claims of an ID token on which this package relies. Instants are whole seconds since the epoch. */
export interface IdTokenClaims {
  readonly subject: string;
  readonly expiresAt: number;
  readonly proof: Proof;
  readonly amr?: readonly string[];
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
  const { exp, iat, nbf, sub } = claims;
  if (!isInstant(exp) || exp + clockSkewSeconds <= expected.now) throw invalid('exp');
  if (!isInstant(iat) || iat - clockSkewSeconds > expected.now) throw invalid('iat');
  if (nbf !== undefined && (!isInstant(nbf) || nbf - clockSkewSeconds > expected.now)) throw invalid('nbf');
  if (expected.nonce !== undefined && claims.nonce !== expected.nonce) throw invalid('nonce');
  const proof = checkAuthentication(claims, expected);
  if (typeof sub !== 'string') throw invalid('sub');
  return {
    subject: sub,
    expiresAt: exp,
    proof,
    ...(isStringList(claims.amr) ? { amr: claims.amr } : {}),
  };
}

/**
 * Judges who authenticated, how and when, against what was asked for. What was requested is never taken for achieved:
 * a proof that names none of the requested values in `acr` or `acrs`, or lacks the `auth_time`, is a failure wherever
 * one was asked for, `max_age=0` included.
 *
 * @throws {StepUpError} `id_token_invalid`, `different_user`, `acr_not_met`, `authentication_too_old`
 */
export function checkAuthentication(claims: JsonObject, expected: AuthenticationExpectation): Proof {
  const { sub } = claims;
  if (typeof sub !== 'string' || sub === '') throw invalid('sub');
  if (expected.subject !== undefined && sub !== expected.subject) {
    throw new StepUpError('different_user', 'Another user than the one signed in has authenticated');
  }
  const { acrValues, maxAgeSeconds, requestedAt, now } = expected;
  const proof = proofOf(claims, now);
  // max_age counts from the request: the time the user has taken since is not held against them.
  const ageSeconds = maxAgeSeconds === undefined ? undefined : Math.max(0, maxAgeSeconds + now - requestedAt);
  const verdict = judge(proof, { acrValues, maxAgeSeconds: ageSeconds }, now, clockSkewSeconds);
  if (verdict.met) return proof;
  if (verdict.missing === 'auth_time') {
    throw new StepUpError('authentication_too_old', 'The authentication is older than max_age allows');
  }
  throw new StepUpError('acr_not_met', 'The authentication reached none of the requested acr values');
}

/** The proof that claims state. A claim of a wrong type, or dated beyond what clocks may differ, is an error. */
function proofOf({ acr, acrs, auth_time: authTime }: JsonObject, now: number): Proof {
  if (acr !== undefined && typeof acr !== 'string') throw invalid('acr');
  if (acrs !== undefined && !isStringList(acrs)) throw invalid('acrs');
  if (authTime !== undefined && (!isInstant(authTime) || authTime - clockSkewSeconds > now)) throw invalid('auth_time');
  return {
    ...(acr === undefined ? {} : { acr }),
    ...(acrs === undefined ? {} : { acrs }),
    ...(authTime === undefined ? {} : { authTime }),
  };
}

/** Signatures that only the issuer can make; `none` and shared secrets are not for a client without a secret. */
const asymmetric = /^(?:[RPE]S(?:256|384|512)|EdDSA|Ed25519)$/;

/** The claims, if the whole has the form of a signed token (RFC 7515, section 5.2), without extensions to understand. */
function payloadOf(idToken: string): JsonObject {
  const [head, body, signature, ...others] = idToken.split('.').map(fromBase64url);
  if (!head || !body || !signature?.length || others.length > 0) throw invalid('form');
  const [header, claims] = [objectIn(head), objectIn(body)];
  if (header === undefined || claims === undefined) throw invalid('payload');
  const { alg, crit } = header;
  if (typeof alg !== 'string' || !asymmetric.test(alg) || crit !== undefined) throw invalid('header');
  return claims;
}

function objectIn(bytes: Uint8Array<ArrayBuffer>): JsonObject | undefined {
  try {
    return parseJsonObject(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

function invalid(what: string): StepUpError {
  return new StepUpError('id_token_invalid', `The ID token has a wrong ${what}`);
}
