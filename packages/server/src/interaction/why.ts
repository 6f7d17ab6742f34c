/** Why a page asks, in a person's words: taken from the decision's trace, never guessed. */
import type { RequirementTrace } from '@stile/core';
import { scopePolicy } from '@stile/core';
import { ACCOUNT_CLIENT } from '../config/built-in.ts';
import type { Deps } from '../deps.ts';
import type { Reason } from '../pages/reason.ts';
import type { Opened } from './open.ts';

/** The unmet requirement that a person understands best: what they are about to do, before what was asked in general. */
const tellingRequirement = ({ decided }: Opened): RequirementTrace | undefined => {
  const unmet = decided.decision.trace.requirements.filter(({ met }) => !met);
  return unmet.find(({ source }) => source.from === 'scope') ?? unmet[0];
};

/** The reason of the step that is due. */
export const reasonOf = (opened: Opened, deps: Deps): Reason => {
  const requirement = tellingRequirement(opened);
  if (!requirement) return {};
  const { source, acr, factors, since, by, reason } = requirement;
  const tooOld = reason === 'proof_too_old' || reason === 'proofs_too_old';
  const what = source.from === 'scope' ? describeScope(opened, source.scope) : undefined;
  return {
    ...(what !== undefined && { what }),
    ...(opened.decided.validated.client.id === ACCOUNT_CLIENT && { own: true }),
    ...(source.from === 'risk' && { risk: source.signal }),
    ...((acr !== undefined || factors === undefined) && { acr: acr?.[0] ?? '1fa' }),
    ...(tooOld && by && { ageSeconds: Math.max(0, deps.now() - by.at) }),
    ...(tooOld && since !== undefined && { maxAgeSeconds: Math.max(0, opened.decided.requestedAt - since) }),
  };
};

/** What a scope allows, in the person's language, else in English. */
export const describeScope = ({ decided, t }: Opened, scope: string): string | undefined => {
  const description = scopePolicy(decided.validated.api, scope)?.description;
  return description?.[t.locale] ?? description?.en;
};
