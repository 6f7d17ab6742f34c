import { createPublicKey } from 'node:crypto';
import type { JWK } from 'jose';

/**
 * The registered keys of a client that may be relied on: RSA of at least 2048 bits with a sane exponent, or P-256; marked for
 * signatures or unmarked; never a private or symmetric key. A weak key is passed over as if it were not there.
 *
 * FIPS 186-5, section A.1.1: the exponent is odd and at least 65537. A modulus is the product of odd primes.
 */
export const usableClientKeys = (keys: readonly Readonly<Record<string, unknown>>[]): readonly JWK[] =>
  keys.filter(isUsable).map((key) => ({ ...key }));

const isUsable = (jwk: Readonly<Record<string, unknown>>): boolean => {
  if (jwk.d !== undefined || jwk.k !== undefined) return false;
  if (jwk.use !== undefined && jwk.use !== 'sig') return false;
  if (jwk.key_ops !== undefined && !(Array.isArray(jwk.key_ops) && jwk.key_ops.includes('verify'))) return false;
  try {
    const key = createPublicKey({ key: { ...jwk }, format: 'jwk' });
    const details = key.asymmetricKeyDetails;
    if (key.asymmetricKeyType === 'ec') return details?.namedCurve === 'prime256v1' && isFor(jwk, ['ES256']);
    if (key.asymmetricKeyType !== 'rsa') return false;
    const exponent = details?.publicExponent ?? 0n;
    return (
      (details?.modulusLength ?? 0) >= 2048 &&
      exponent >= 65_537n &&
      exponent % 2n === 1n &&
      isOdd(String(jwk.n)) &&
      isFor(jwk, ['RS256', 'PS256'])
    );
  } catch {
    return false;
  }
};

/** Whether the number in base64url is odd: the last bit of its bytes. */
const isOdd = (number: string): boolean => (Buffer.from(number, 'base64url').at(-1) ?? 0) % 2 === 1;

const isFor = (jwk: Readonly<Record<string, unknown>>, algs: readonly string[]): boolean =>
  jwk.alg === undefined || algs.some((alg) => alg === jwk.alg);
