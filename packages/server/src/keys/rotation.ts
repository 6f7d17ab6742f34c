/** How signing keys change without breaking a live token, and how one is taken out of service at once. */
import type { Instant } from '@stile/core';
import { secondsAfter, secondsBefore } from '@stile/core';
import type { KeyStore } from '../store/ports.ts';
import type { AuditRecord, SigningKey } from '../store/records.ts';
import { generateSigningKey, SIGNING_ALGS } from './jwk.ts';

/** For how long whoever fetched the published keys may keep them: `max-age` of their answer. */
export const JWKS_MAX_AGE_SECONDS = 300;

/**
 * For how long a key must have been there before it signs, so that everybody who checks tokens has met it: the ten minutes for
 * which common libraries keep the keys whatever the answer says, and one for running servers to notice and clocks to differ.
 */
export const LEAST_KNOWN_SECONDS = 660;

interface Rotation {
  readonly now: Instant;
  /** The longest any token can live: for so long the old keys stay published. */
  readonly longestTokenSeconds: number;
  /** How long the next keys must have been published; null for a rotation that cannot wait. */
  readonly leastKnownSeconds: number | null;
  readonly audit: readonly AuditRecord[];
}

/** In how many seconds the next keys may sign; 0 when they may now. */
export const secondsUntilKnown = (keys: readonly SigningKey[], now: Instant): number =>
  Math.max(
    0,
    ...keys.filter(({ state }) => state === 'next').map(({ createdAt }) => createdAt + LEAST_KNOWN_SECONDS - now),
  );

/**
 * Rotates the signing keys, those of all algorithms or none: the next key of each begins to sign, and the old one stays
 * published for as long as a token signed by it can live, so that no live token breaks.
 *
 * @returns false, and nothing is changed, when a next key is not known for long enough
 */
export const rotateSigningKeys = (
  store: KeyStore,
  { now, longestTokenSeconds, leastKnownSeconds, audit }: Rotation,
): Promise<boolean> =>
  store.rotate(
    SIGNING_ALGS.map((alg) => generateSigningKey(alg, 'next', now)),
    now,
    secondsAfter(now, longestTokenSeconds),
    leastKnownSeconds === null ? null : secondsBefore(now, leastKnownSeconds),
    audit,
  );

/**
 * Takes a key out of service at once: what it signed is refused from the moment that servers and APIs notice.
 *
 * @returns the key as it was; nothing when there is none of that name
 */
export const withdrawSigningKey = async (
  store: KeyStore,
  kid: string,
  now: Instant,
  audit: readonly AuditRecord[],
): Promise<SigningKey | undefined> => {
  const key = (await store.all()).find((one) => one.kid === kid);
  const state = key && (await store.withdraw(kid, generateSigningKey(key.alg, 'next', now), audit));
  return key && state && { ...key, state };
};
