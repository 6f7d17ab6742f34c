/** Why something is asked, in what matters to the person: the same for the page that asks and for whoever explains it later. */
import type { Instant, RequirementTrace } from '@stile/core';
import type { Reason } from '../pages/reason.ts';

/** The unmet requirement that a person understands best: what they are about to do, before what was asked in general. */
export const tellingRequirement = (requirements: readonly RequirementTrace[]): RequirementTrace | undefined => {
  const unmet = requirements.filter(({ met }) => !met);
  return unmet.find(({ source }) => source.from === 'scope') ?? unmet[0];
};

interface Moments {
  readonly now: Instant;
  readonly requestedAt: Instant;
}

/** @param what what the scope allows, if one demands it, in the person's language */
export const reasonFor = (
  { source, acr, factors, since, by, reason }: RequirementTrace,
  { now, requestedAt }: Moments,
  what: string | undefined,
): Reason => {
  const tooOld = reason === 'proof_too_old' || reason === 'proofs_too_old';
  return {
    ...(what !== undefined && { what }),
    ...(source.from === 'risk' && { risk: source.signal }),
    ...((acr !== undefined || factors === undefined) && { acr: acr?.[0] ?? '1fa' }),
    ...(tooOld && by && { ageSeconds: Math.max(0, now - by.at) }),
    ...(tooOld && since !== undefined && { maxAgeSeconds: Math.max(0, requestedAt - since) }),
  };
};
