/**
 * The server's signing keys. For each algorithm one key signs, the next is already published so that nobody meets it
 * unprepared, and retired ones stay published until the last token they signed has expired.
 */
import type { KeyObject } from 'node:crypto';
import type { Instant } from '@stile/core';
import type { KeyStore } from '../store/ports.ts';
import type { SigningKey } from '../store/records.ts';
import type { SigningAlg } from './jwk.ts';
import { generateSigningKey, privateKeyOf, publicJwkOf, publicKeyOf, SIGNING_ALGS } from './jwk.ts';
import type { VerifiedJws } from './jws.ts';
import { signJws, verifyOwnJws } from './jws.ts';

interface LoadedKey {
  readonly record: SigningKey;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly publicJwk: Readonly<Record<string, unknown>>;
}

export interface KeyRing {
  /** Signs claims with the current key of an algorithm. `typ` tells what kind of token it is (RFC 8725, section 3.11). */
  sign(alg: SigningAlg, typ: string, claims: Readonly<Record<string, unknown>>): string;
  /** Verifies a token of our own, by any key that is still published. Says nothing about its claims. */
  verify(token: string): VerifiedJws | undefined;
  /** The public keys (RFC 7517). */
  jwks(): { readonly keys: readonly Readonly<Record<string, unknown>>[] };
  /** Reads the keys anew, so that a rotation by another process is noticed. */
  reload(): Promise<void>;
}

/** Loads the signing keys, making them first where there are none. */
export const openKeyRing = async (store: KeyStore, now: () => Instant): Promise<KeyRing> => {
  const existing = await store.all();
  const missing = SIGNING_ALGS.filter((alg) => !existing.some((key) => key.alg === alg));
  if (missing.length > 0) {
    await store.ensure(
      missing.flatMap((alg) => [generateSigningKey(alg, 'current', now()), generateSigningKey(alg, 'next', now())]),
    );
  }
  let loaded = new Map<string, LoadedKey>();
  const reload = async (): Promise<void> => {
    const published = (await store.all()).filter(({ retiresAt }) => retiresAt === null || retiresAt > now());
    loaded = new Map(
      published.map((record) => [
        record.kid,
        loaded.get(record.kid)?.record.state === record.state ? kept(loaded, record) : load(record),
      ]),
    );
  };
  await reload();
  return {
    sign: (alg, typ, claims) => {
      const key = [...loaded.values()].find(({ record }) => record.alg === alg && record.state === 'current');
      if (!key) throw new Error(`There is no current ${alg} signing key.`);
      return signJws({ alg, kid: key.record.kid, typ }, claims, key.privateKey);
    },
    verify: (token) =>
      verifyOwnJws(token, (kid) => {
        const key = loaded.get(kid);
        return key && { key: key.publicKey, alg: key.record.alg };
      }),
    jwks: () => ({ keys: [...loaded.values()].map(({ publicJwk }) => publicJwk) }),
    reload,
  };
};

const load = (record: SigningKey): LoadedKey => ({
  record,
  privateKey: privateKeyOf(record),
  publicKey: publicKeyOf(record),
  publicJwk: publicJwkOf(record),
});

const kept = (loaded: ReadonlyMap<string, LoadedKey>, record: SigningKey): LoadedKey =>
  loaded.get(record.kid) ?? load(record);
