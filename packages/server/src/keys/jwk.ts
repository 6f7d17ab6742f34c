import type { KeyObject } from 'node:crypto';
import { createPrivateKey, createPublicKey, generateKeyPairSync, hash } from 'node:crypto';
import type { Instant } from '@stile/core';
import type { SigningKey } from '../store/records.ts';

export type SigningAlg = SigningKey['alg'];

export const SIGNING_ALGS: readonly SigningAlg[] = ['RS256', 'ES256'];

/** Makes a signing key: RSA of 2048 bits, or P-256. Its `kid` is its JWK thumbprint (RFC 7638). */
export const generateSigningKey = (alg: SigningAlg, state: SigningKey['state'], now: Instant): SigningKey => {
  const pair =
    alg === 'RS256'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const privateJwk = { ...pair.privateKey.export({ format: 'jwk' }) };
  return { kid: thumbprint(privateJwk), alg, privateJwk, state, createdAt: now, retiresAt: null };
};

/** RFC 7638: SHA-256 over the required members in lexicographic order. */
const thumbprint = (jwk: Readonly<Record<string, unknown>>): string => {
  const members = jwk.kty === 'RSA' ? ['e', 'kty', 'n'] : ['crv', 'kty', 'x', 'y'];
  return hash('sha256', JSON.stringify(Object.fromEntries(members.map((name) => [name, jwk[name]]))), 'base64url');
};

export const privateKeyOf = (key: SigningKey): KeyObject =>
  createPrivateKey({ key: { ...key.privateJwk }, format: 'jwk' });

export const publicKeyOf = (key: SigningKey): KeyObject => createPublicKey(privateKeyOf(key));

/** The key as the world may see it. */
export const publicJwkOf = (key: SigningKey): Readonly<Record<string, unknown>> => ({
  ...publicKeyOf(key).export({ format: 'jwk' }),
  kid: key.kid,
  alg: key.alg,
  use: 'sig',
});

/**
 * A public key of somebody who may have signed, by its JWK. Its name is computed from the key itself, so that no other key can bear it.
 *
 * @returns nothing when it is no key that signs here
 */
export const publicKeyFrom = (
  jwk: Readonly<Record<string, unknown>>,
): { readonly kid: string; readonly alg: SigningAlg; readonly key: KeyObject } | undefined => {
  try {
    const key = createPublicKey({ key: { ...jwk }, format: 'jwk' });
    const own = key.export({ format: 'jwk' });
    if (own.kty === 'EC' && own.crv !== 'P-256') return undefined;
    if (own.kty !== 'EC' && own.kty !== 'RSA') return undefined;
    return { kid: thumbprint({ ...own }), alg: own.kty === 'EC' ? 'ES256' : 'RS256', key };
  } catch {
    return undefined;
  }
};
