import type { Instant } from '../instant.ts';
import { isInstant } from '../instant.ts';
import type { ProofDemand } from '../policy/api.ts';

/** The claims that say what was proven and when, as they come out of a token: not yet of any type. */
export interface ProofClaims {
  readonly acr?: unknown;
  readonly acrs?: unknown;
  readonly auth_time?: unknown;
}

export type ProofVerdict =
  | { readonly met: true }
  | { readonly met: false; readonly missing: 'acr' | 'auth_time' | 'both' };

/**
 * Whether a token's claims meet a demand (RFC 9470, sections 3 and 6.1). A level is compared by its name alone: no
 * level contains another except by the token's own word, `acrs`. Claims of a wrong type prove nothing, and
 * `auth_time` in milliseconds or in the future is no `auth_time`.
 *
 * @param skewSeconds by how much the clock that wrote `auth_time` may differ from the one that gave `now`
 */
export const proofInToken = (claims: ProofClaims, demand: ProofDemand, now: Instant, skewSeconds = 0): ProofVerdict => {
  const acr = demand.acr === undefined || holdsAnyOf(claims, demand.acr);
  const fresh = demand.maxAgeSeconds === undefined || isFresh(claims.auth_time, demand.maxAgeSeconds, now, skewSeconds);
  if (acr && fresh) return { met: true };
  return { met: false, missing: acr ? 'auth_time' : fresh ? 'acr' : 'both' };
};

const holdsAnyOf = ({ acr, acrs }: ProofClaims, demanded: readonly string[]): boolean =>
  demanded.some((name) => name === acr || (Array.isArray(acrs) && acrs.includes(name)));

/** Written so that a number that is none (NaN) makes it false. */
const isFresh = (authTime: unknown, maxAgeSeconds: number, now: Instant, skewSeconds: number): boolean => {
  const skew = Number.isInteger(skewSeconds) ? Math.max(0, skewSeconds) : 0;
  return (
    isInstant(authTime) &&
    Number.isInteger(maxAgeSeconds) &&
    maxAgeSeconds >= 0 &&
    authTime <= now + skew &&
    now - authTime <= maxAgeSeconds + skew
  );
};
