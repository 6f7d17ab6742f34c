import type { Result } from '@stile/core';
import { instant, isInstant, ok, refused } from '@stile/core';
import type { JWK } from 'jose';
import { jwtVerify } from 'jose';
import type { RegisteredClient } from '../config/config.ts';
import type { Deps } from '../deps.ts';
import { sha256 } from '../digest.ts';
import { parseJws } from '../keys/jws.ts';
import { usableClientKeys } from './client-keys.ts';

/** An assertion may be made for so long ahead, and clocks may differ by so much. */
const LONGEST_LIFE_SECONDS = 300;
const SKEW_SECONDS = 10;

/**
 * Verifies a `private_key_jwt` assertion (RFC 7523, section 3; OpenID Connect Core 1.0, section 9): signed by a registered key,
 * issued by and about the client, for this server, short-lived, and never seen before.
 */
export const verifyClientAssertion = async (
  assertion: string,
  client: RegisteredClient,
  deps: Deps,
): Promise<Result<undefined, string>> => {
  const keys = usableClientKeys(client.jwks?.keys ?? []);
  if (keys.length === 0) return refused('no_usable_key');
  const verified = await verify(assertion, keys, client, deps);
  if (!verified) return refused('assertion_invalid');
  const { exp, jti, iat, aud } = verified;
  // RFC 7519, section 4.1.3: strings alone.
  if (![aud].flat().every((audience) => typeof audience === 'string')) return refused('assertion_claims');
  if (!isInstant(exp) || typeof jti !== 'string' || jti === '' || jti.length > 256) return refused('assertion_claims');
  if (exp > deps.now() + LONGEST_LIFE_SECONDS + SKEW_SECONDS) return refused('assertion_lives_too_long');
  if (iat !== undefined && iat > deps.now() + SKEW_SECONDS) return refused('assertion_from_the_future');
  const once = {
    kind: 'client-assertion',
    key: sha256(`${client.id}\n${jti}`),
    expiresAt: instant(exp + SKEW_SECONDS),
  } as const;
  return (await deps.store.once.consume(once, [])) ? ok(undefined) : refused('assertion_replayed');
};

type Claims = {
  readonly exp?: number;
  readonly jti?: string;
  readonly iat?: number;
  readonly aud?: string | readonly string[];
};

/** By any of the keys: a `kid` is only a hint, and a client that is changing its key may leave it out. */
const verify = async (
  assertion: string,
  keys: readonly JWK[],
  client: RegisteredClient,
  deps: Deps,
): Promise<Claims | undefined> => {
  // Many decoders are lenient about spellings; what they would let pass is no JWS here.
  const parsed = parseJws(assertion);
  if (!parsed) return undefined;
  const named = parsed.header.kid;
  const signatureBytes = Buffer.from(assertion.slice(assertion.lastIndexOf('.') + 1), 'base64url').length;
  for (const key of keys.filter(({ kid }) => kid === undefined || named === undefined || kid === named)) {
    // RFC 8017, sections 8.1.2 and 8.2.2: as long as the modulus. OpenSSL takes one of RSASSA-PSS without the zeros that it begins with.
    if (key.kty === 'RSA' && signatureBytes !== modulusBytes(key)) continue;
    const claims = await verifyBy(key, assertion, client, deps);
    if (claims) return claims;
  }
  return undefined;
};

/** How long the modulus of an RSA key is, without zeros before it. */
const modulusBytes = ({ n = '' }: JWK): number => {
  const bytes = Buffer.from(n, 'base64url');
  return (
    bytes.length -
    Math.max(
      0,
      bytes.findIndex((byte) => byte !== 0),
    )
  );
};

const verifyBy = async (
  key: JWK,
  assertion: string,
  client: RegisteredClient,
  deps: Deps,
): Promise<Claims | undefined> => {
  const { issuer } = deps.config;
  // Read out here, for a clock that fails is no fault of the assertion.
  const currentDate = new Date(deps.now() * 1000);
  try {
    const { payload } = await jwtVerify(assertion, key, {
      algorithms: ['RS256', 'PS256', 'ES256'],
      issuer: client.id,
      subject: client.id,
      // RFC 7523bis wants the issuer alone; most libraries still send the token endpoint's address.
      audience: [issuer, issuer.slice(0, -1), `${issuer}oauth/token`],
      clockTolerance: SKEW_SECONDS,
      currentDate,
      requiredClaims: ['exp', 'jti'],
    });
    return payload;
  } catch {
    return undefined;
  }
};
