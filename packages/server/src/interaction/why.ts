/** Why a page asks, in a person's words: taken from the decision's trace, never guessed. */
import { scopePolicy } from '@stile/core';
import { ACCOUNT_CLIENT } from '../config/built-in.ts';
import { reasonFor, tellingRequirement } from '../decision/for-person.ts';
import type { Deps } from '../deps.ts';
import type { Reason } from '../pages/reason.ts';
import type { Opened } from './open.ts';

/** The reason of the step that is due. */
export const reasonOf = (opened: Opened, deps: Deps): Reason => {
  const { decision, requestedAt, validated } = opened.decided;
  const requirement = tellingRequirement(decision.trace.requirements);
  if (!requirement) return {};
  const { source } = requirement;
  const what = source.from === 'scope' ? describeScope(opened, source.scope) : undefined;
  return {
    ...reasonFor(requirement, { now: deps.now(), requestedAt }, what),
    ...(validated.client.id === ACCOUNT_CLIENT && { own: true }),
  };
};

/** What the author of the Action says that asks, if it is one that does. */
export const saidByAction = ({ decided }: Opened): string | undefined => {
  const source = tellingRequirement(decided.decision.trace.requirements)?.source;
  return source?.from === 'action'
    ? decided.facts.actions?.said?.find(({ action }) => action === source.action)?.reason
    : undefined;
};

/** What a scope allows, in the person's language, else in English. */
export const describeScope = ({ decided, t }: Opened, scope: string): string | undefined => {
  const description = scopePolicy(decided.validated.api, scope)?.description;
  return description?.[t.locale] ?? description?.en;
};
