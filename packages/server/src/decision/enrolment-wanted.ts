/** What an Action may have somebody enrol, and what they have to show before. The one rule: of logins, of suppositions and of replays. */
import type { Instant, Proof } from '@stile/core';
import { secondsBefore } from '@stile/core';
import type { ActionWorld } from '../actions/world.ts';
import { canProveToAdd, changeDemand } from '../authenticator/demand.ts';
import type { Config } from '../config/config.ts';
import { enrollableNow } from '../recovery/guards.ts';
import type { SignedIn } from './facts.ts';
import { policyOf } from './policy.ts';

export interface WantedEnrolment {
  /** What they may enrol, once they have shown what it takes. */
  readonly enrollable: readonly Proof[];
  readonly beforeEnrolment?: ActionWorld['beforeEnrolment'];
}

/**
 * What stands before an addition at the account pages stands before it here.
 *
 * @param proofs what they have to prove themselves with
 */
export const enrolmentWanted = (
  person: SignedIn | undefined,
  proofs: readonly Proof[],
  requestedAt: Instant,
  config: Config,
): WantedEnrolment => {
  if (!person) return { enrollable: [] };
  const policy = policyOf(config);
  const usable = proofs.map((proof) => ({ proof }));
  if (!canProveToAdd(usable)) return { enrollable: enrollableNow(person, policy) };
  const { acr, maxAgeSeconds } = changeDemand('add', usable, config);
  return {
    enrollable: enrollableNow({ ...person, hasProvenToAdd: true }, policy),
    beforeEnrolment: { acr, since: secondsBefore(requestedAt, maxAgeSeconds) },
  };
};

/** The same as names, as an Action's world has them. */
export const enrolmentNamed = ({
  enrollable,
  beforeEnrolment,
}: WantedEnrolment): Pick<ActionWorld, 'enrollableFactors' | 'beforeEnrolment'> => ({
  enrollableFactors: [...new Set(enrollable.map(({ factor }) => factor))],
  beforeEnrolment,
});
