import type { Instant, ProofDemand } from '@stile/core';
import { durationInSeconds, formatChallenge, proofInToken } from '@stile/core';
import type { VerifiedToken } from './access-token.ts';

/** What a route demands of the token it is called with. */
export interface Demand {
  /** All of these. */
  readonly scopes?: readonly string[];
  /** Any one of these authentication context classes (RFC 9470, section 3). */
  readonly acr?: string | readonly string[];
  /** How long ago the person may have proven it: seconds, or a duration such as `30s`, `5m`, `2h`, `1d`. */
  readonly maxAge?: number | string;
  /**
   * Whether the token is used up by the call; or the scopes that make it so when the token holds one of them.
   * A token whose claim `single_use` is set is used up by any call.
   */
  readonly singleUse?: boolean | readonly string[];
}

/** A demand, checked once. */
export interface CheckedDemand {
  readonly scopes: readonly string[];
  readonly proof: ProofDemand;
  readonly usesUp: (token: VerifiedToken) => boolean;
  readonly mayUseUp: boolean;
}

/** What a valid token lacks. */
export type Lack =
  | { readonly reason: 'insufficient_scope' }
  | { readonly reason: 'insufficient_authentication'; readonly missing: 'acr' | 'auth_time' | 'both' };

const secondsIn = (duration: number | string): number => {
  const seconds = typeof duration === 'number' ? duration : durationInSeconds(duration);
  if (seconds === undefined) throw new TypeError(`maxAge is seconds or a duration such as "5m", not "${duration}".`);
  return seconds;
};

const checkedList = (values: readonly string[], name: string): readonly string[] => {
  if (values.length === 0) throw new TypeError(`${name} lists at least one value.`);
  return [...values];
};

/** @throws TypeError for a demand that cannot be meant or cannot be put into a challenge */
export const checkedDemand = ({ scopes = [], acr, maxAge, singleUse = false }: Demand): CheckedDemand => {
  const proof: ProofDemand = {
    ...(acr === undefined ? {} : { acr: checkedList(typeof acr === 'string' ? [acr] : acr, 'acr') }),
    ...(maxAge === undefined ? {} : { maxAgeSeconds: secondsIn(maxAge) }),
  };
  formatChallenge({ scheme: 'Bearer', scope: scopes, ...challengeParameters(proof) });
  const usingUp = typeof singleUse === 'boolean' ? [] : checkedList(singleUse, 'singleUse');
  return {
    scopes: [...scopes],
    proof,
    mayUseUp: singleUse !== false,
    usesUp: ({ claims, scopes: held }) =>
      singleUse === true || isSet(claims.single_use) || usingUp.some((scope) => held.includes(scope)),
  };
};

/** A claim of an unexpected type demands rather than allows. */
const isSet = (claim: unknown): boolean => claim !== undefined && claim !== false;

/** The parameters of a challenge that ask for a proof (RFC 9470, section 3). */
export const challengeParameters = ({
  acr,
  maxAgeSeconds,
}: ProofDemand): { readonly acrValues?: readonly string[]; readonly maxAgeSeconds?: number } => ({
  ...(acr === undefined ? {} : { acrValues: acr }),
  ...(maxAgeSeconds === undefined ? {} : { maxAgeSeconds }),
});

/**
 * What the token lacks: first the proof, then the scopes. A token that lacks both is answered with one challenge that names both
 * (RFC 9470, section 3), so that one step-up suffices. Uses nothing up.
 */
export const lackOf = (
  token: VerifiedToken,
  { scopes, proof }: CheckedDemand,
  now: Instant,
  skewSeconds: number,
): Lack | undefined => {
  const verdict = proofInToken(token.claims, proof, now, skewSeconds);
  if (!verdict.met) return { reason: 'insufficient_authentication', missing: verdict.missing };
  return scopes.every((scope) => token.scopes.includes(scope)) ? undefined : { reason: 'insufficient_scope' };
};
