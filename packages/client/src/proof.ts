import type { ProofVerdict } from '@stile/core';
import { instant, isInstant, proofInToken } from '@stile/core';

/** Clocks of browsers and servers may differ by so many seconds, and no more. */
export const clockSkewSeconds = 60;

/** How and when a user authenticated, as an ID token states it. What it does not state is `undefined`. */
export interface Proof {
  /** The authentication context achieved. */
  readonly acr?: string;
  /** Every context that the same proofs earn, none of them older than `authTime`. A claim of Stile's own. */
  readonly acrs?: readonly string[];
  /** When the user last actively authenticated, in whole seconds since the epoch. */
  readonly authTime?: number;
}

/** What is asked of a proof. */
export interface ProofNeed {
  readonly acrValues?: readonly string[] | undefined;
  readonly maxAgeSeconds?: number | undefined;
}

/** Any instant will do where no age is asked for. */
const anyInstant = instant(0);

/** Whether a proof reaches one of these contexts, by `acr` or by `acrs`. There is no order between them (RFC 9470, section 3). */
export function reaches(proof: Proof, acrValues: readonly string[] | undefined): boolean {
  return acrValues === undefined || proofInToken(proof, { acr: acrValues }, anyInstant).met;
}

/**
 * Whether a proof meets a need at an instant. What the proof does not state counts as missing.
 *
 * @param skewSeconds by how much the clock that wrote `authTime` may differ from the one that gave `now`
 */
export function judge(proof: Proof, need: ProofNeed, now: number, skewSeconds: number): ProofVerdict {
  if (!isInstant(now)) return { met: false, missing: 'both' };
  const { acrValues, maxAgeSeconds } = need;
  const claims = { acr: proof.acr, acrs: proof.acrs, auth_time: proof.authTime };
  const demand = {
    ...(acrValues === undefined ? {} : { acr: acrValues }),
    ...(maxAgeSeconds === undefined ? {} : { maxAgeSeconds }),
  };
  return proofInToken(claims, demand, now, skewSeconds);
}

/**
 * The same proof, dated now if the server's clock, which may be ahead of this one, dated it later. A date that no
 * difference of clocks explains stays as it is, and meets no `max_age`.
 */
export function asOf(proof: Proof, now: number): Proof {
  const { authTime } = proof;
  const isAhead = authTime !== undefined && authTime > now && authTime - now <= clockSkewSeconds;
  return isAhead ? { ...proof, authTime: now } : proof;
}
