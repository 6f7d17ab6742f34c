/** Remembers which tokens were verified, so that a client that calls again with the same token costs its signature once. */
import type { Instant, Result } from '@stile/core';
import { isInstant } from '@stile/core';
import type { TokenFault, VerifiedToken } from './access-token.ts';
import { verifyAccessToken } from './access-token.ts';
import type { IssuerKeys, KeyGeneration } from './issuer.ts';
import type { Settings } from './settings.ts';

/** A token that was verified, and by which keys. */
interface Kept {
  readonly token: VerifiedToken;
  readonly generation: KeyGeneration;
}

/** Verifies an access token, or knows that it was. */
export type Verify = (jwt: string, now: Instant) => Promise<Result<VerifiedToken, TokenFault>>;

/**
 * Verification with a memory of those that passed. A token is taken from it only while the keys that verified it are the ones
 * the issuer is known to have: when they are fetched anew, or are due to be, everything is verified anew. What depends on the
 * clock is asked at every call; and the demand of the route is none of its business. Refusals are never remembered.
 *
 * The memory knows tokens by their SHA-256 alone. Where a runtime cannot hash at once there is none.
 */
export const verifyWith = (settings: Settings, keys: IssuerKeys): Verify => {
  const { digest, tokensRemembered } = settings;
  const verify: Verify = (jwt, now) => verifyAccessToken(jwt, settings, keys.find, now);
  if (!digest || tokensRemembered === 0) return verify;
  const kept = new Map<string, Kept>();
  return async (jwt, now) => {
    const name = digest(jwt);
    const generation = keys.generation();
    const known = kept.get(name);
    if (known && known.generation === generation && isCurrent(known.token, now, settings)) {
      return { ok: true, value: known.token };
    }
    const verified = await verify(jwt, now);
    kept.delete(name);
    // Keys that changed meanwhile may not be those that verified it.
    if (!verified.ok || generation === undefined || generation !== keys.generation()) return verified;
    if (kept.size >= tokensRemembered) forgetOldest(kept);
    kept.set(name, { token: frozen(verified.value), generation });
    return verified;
  };
};

const forgetOldest = (kept: Map<string, Kept>): void => {
  const [oldest] = kept.keys();
  if (oldest !== undefined) kept.delete(oldest);
};

/** Whether a token that was current once still is: also by a clock that was set back. */
const isCurrent = (
  { issuedAt, expiresAt, claims: { nbf } }: VerifiedToken,
  now: Instant,
  { clockToleranceSeconds }: Settings,
): boolean =>
  expiresAt > now - clockToleranceSeconds &&
  issuedAt <= now + clockToleranceSeconds &&
  (!isInstant(nbf) || nbf <= now + clockToleranceSeconds);

/** Many calls are given the same token, so that none may change it for the others. */
const frozen = <T>(value: T): T => {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const member of Object.values(value)) frozen(member);
  return Object.freeze(value);
};
