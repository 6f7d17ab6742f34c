import type { Instant, JsonObject, Result } from '@stile/core';
import { isInstant, ok, parseJsonObject, refused } from '@stile/core';
import type { JWTPayload, JWTVerifyGetKey } from 'jose';
import { base64url, errors, jwtVerify } from 'jose';
import { IssuerUnavailable } from './issuer.ts';
import type { Settings } from './settings.ts';

/** An access token whose signature, issuer, audience and time were verified. It does not hold the token itself. */
export interface VerifiedToken {
  readonly subject: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  /** The token's identifier, the name under which it is used up. */
  readonly jti: string;
  readonly issuedAt: Instant;
  readonly expiresAt: Instant;
  /** When the person last proved what `acr` says; `undefined` unless it is a moment in whole seconds. */
  readonly authTime: Instant | undefined;
  readonly acr: string | undefined;
  /** All claims, as they were signed. */
  readonly claims: Readonly<Record<string, unknown>>;
}

export type TokenFault =
  | 'malformed_token'
  | 'wrong_type'
  | 'critical_header'
  | 'algorithm_not_allowed'
  | 'unknown_key'
  | 'bad_signature'
  | 'wrong_issuer'
  | 'wrong_audience'
  | 'expired'
  | 'not_yet_valid'
  | 'bad_claims'
  | 'sender_constrained';

/** Unpadded base64url and nothing else (RFC 7515, section 2); an empty signature is no signature. */
const COMPACT_JWS = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/;

/** RFC 9068, section 4: an ID token or any other JWT of the same issuer must not pass for an access token. */
const ACCESS_TOKEN_TYPE = /^(?:application\/)?at\+jwt$/i;

/** What the header alone rules out, before a key is looked for. `jku`, `x5u`, `x5c` and `jwk` are never read. */
const headerFault = (jwt: string, algorithms: readonly string[]): TokenFault | undefined => {
  const [, head = '', body = '', signature = ''] = COMPACT_JWS.exec(jwt) ?? [];
  const header = objectIn(head);
  if (!header || !objectIn(body) || !bytesIn(signature)) return 'malformed_token';
  if (typeof header.typ !== 'string' || !ACCESS_TOKEN_TYPE.test(header.typ)) return 'wrong_type';
  // RFC 7515, section 4.1.11: an extension that is not understood refuses the token, and none is understood here.
  if (Object.hasOwn(header, 'crit')) return 'critical_header';
  if (typeof header.alg !== 'string' || !algorithms.includes(header.alg)) return 'algorithm_not_allowed';
  return typeof header.kid === 'string' && header.kid !== '' ? undefined : 'unknown_key';
};

/** The bytes of a segment in its one spelling: else one token could be written in several ways, and pass for several. */
const bytesIn = (segment: string): Uint8Array | undefined => {
  try {
    const bytes = base64url.decode(segment);
    return base64url.encode(bytes) === segment ? bytes : undefined;
  } catch {
    return undefined;
  }
};

/** RFC 7515, section 5.2: UTF-8 that is whole, of one JSON object. A byte order mark is not JSON. */
const objectIn = (segment: string): JsonObject | undefined => {
  const bytes = bytesIn(segment);
  try {
    return bytes && parseJsonObject(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return undefined;
  }
};

/** The fault that an error of the library stands for; `undefined` when the fault is not the token's. */
const faultOf = (error: unknown): TokenFault | undefined => {
  if (error instanceof errors.JWTExpired) return 'expired';
  if (error instanceof errors.JWTClaimValidationFailed) {
    const faults: Readonly<Record<string, TokenFault>> = {
      iss: 'wrong_issuer',
      aud: 'wrong_audience',
      nbf: error.reason === 'check_failed' ? 'not_yet_valid' : 'bad_claims',
    };
    return faults[error.claim] ?? 'bad_claims';
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'bad_signature';
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys)
    return 'unknown_key';
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid) return 'malformed_token';
  return undefined;
};

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** RFC 9068, sections 2.2 and 4, beyond what the library has checked. Times in milliseconds are no times. */
const tokenFrom = (claims: JWTPayload, latestIssue: number): Result<VerifiedToken, TokenFault> => {
  const { aud, sub, client_id: clientId, jti, iat, exp, nbf, scope = '', acr, auth_time: authTime } = claims;
  if (!isText(sub) || !isText(clientId) || !isText(jti) || typeof scope !== 'string') return refused('bad_claims');
  if (!isInstant(iat) || !isInstant(exp) || (nbf !== undefined && !isInstant(nbf))) return refused('bad_claims');
  // RFC 7519, section 4.1.3: strings alone.
  if (![aud].flat().every((audience) => typeof audience === 'string')) return refused('wrong_audience');
  if (iat > latestIssue) return refused('not_yet_valid');
  // RFC 9449, section 7.2 and RFC 8705, section 3: a bound token without its proof is a stolen one.
  if (Object.hasOwn(claims, 'cnf')) return refused('sender_constrained');
  return ok({
    subject: sub,
    clientId,
    scopes: scope.split(' ').filter((name) => name !== ''),
    jti,
    issuedAt: iat,
    expiresAt: exp,
    authTime: isInstant(authTime) ? authTime : undefined,
    acr: isText(acr) ? acr : undefined,
    claims,
  });
};

/**
 * RFC 8017, sections 8.1.2 and 8.2.2: a signature by RSA is as long as the modulus. OpenSSL takes one of RSASSA-PSS without the zeros that it
 * begins with.
 */
const isWhole = (jwt: string, key: object): boolean => {
  const { algorithm = {} } = key as { readonly algorithm?: { readonly modulusLength?: number } };
  if (algorithm.modulusLength === undefined) return true;
  return base64url.decode(jwt.slice(jwt.lastIndexOf('.') + 1)).length === Math.ceil(algorithm.modulusLength / 8);
};

/**
 * Verifies a JWT access token (RFC 9068, section 4).
 *
 * @throws IssuerUnavailable when the keys to verify it with cannot be had
 */
export const verifyAccessToken = async (
  jwt: string,
  settings: Settings,
  keys: JWTVerifyGetKey,
  now: Instant,
): Promise<Result<VerifiedToken, TokenFault>> => {
  const fault = headerFault(jwt, settings.algorithms);
  if (fault) return refused(fault);
  try {
    const { payload, key } = await jwtVerify(jwt, keys, {
      algorithms: [...settings.algorithms],
      issuer: settings.issuer,
      audience: settings.audience,
      clockTolerance: settings.clockToleranceSeconds,
      currentDate: new Date(now * 1000),
    });
    if (!isWhole(jwt, key)) return refused('bad_signature');
    return tokenFrom(payload, now + settings.clockToleranceSeconds);
  } catch (error) {
    const fault = faultOf(error);
    if (fault) return refused(fault);
    if (error instanceof IssuerUnavailable) throw error;
    throw new IssuerUnavailable('keys', `The keys of ${settings.issuer} cannot be had.`, { cause: error });
  }
};
