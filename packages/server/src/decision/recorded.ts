/** Decisions as they are on record: what each was made of, and what came of it. */
import type { Instant, NextStep, Trace } from '@stile/core';
import { isJsonObject } from '@stile/core';
import type { Store } from '../store/ports.ts';
import type { AuditRecord } from '../store/records.ts';
import type { Judged } from './decide.ts';
import { decisionOf } from './decide.ts';
import type { DecisionFacts } from './facts.ts';
import { isDecisionFacts } from './facts.ts';
import type { Policy } from './policy.ts';
import type { TokenFacts } from './token-facts.ts';
import { isTokenFacts, tokenDecisionOf } from './token-facts.ts';

/** The audit records that are decisions. */
export const DECISION_TYPES = [
  'authorize.asked',
  'authorize.granted',
  'authorize.refused',
  'token.granted',
  'token.refused',
] as const;

/** What of a trace says what was required, as it was written. */
const TRACED = ['requirements', 'dropped', 'shadow'] as const;

/** What came of a decision. A token is issued or refused. */
export interface Outcome {
  readonly step: NextStep['step'];
  readonly reason: string;
  /** The code of a refusal; of an authorization alone. */
  readonly error: string | undefined;
  /** What was granted; with `issue` alone. */
  readonly scopes: readonly string[] | undefined;
  /** The trace of an authorization; of another shape if somebody else wrote it. */
  readonly trace: Trace | Readonly<Record<string, unknown>> | undefined;
}

interface About {
  readonly id: string;
  readonly at: Instant;
  readonly userId: string | null;
  readonly clientId: string | null;
  /** The digest of the policy that it was made by. */
  readonly policy: string;
  readonly outcome: Outcome;
}

export type RecordedDecision =
  | (About & { readonly kind: 'authorization'; readonly facts: DecisionFacts })
  | (About & { readonly kind: 'token'; readonly facts: TokenFacts });

const isStep = (value: unknown): value is NextStep['step'] =>
  typeof value === 'string' &&
  ['login', 'select-account', 'challenge', 'enrol', 'consent', 'issue', 'refuse'].includes(value);

const scopesIn = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);

const authorizationOutcome = (type: string, details: AuditRecord['details']): Outcome | undefined => {
  const { trace, error, scopes } = details;
  if (!isJsonObject(trace) || !isStep(trace.step) || typeof trace.reason !== 'string') return undefined;
  return {
    step: trace.step,
    reason: trace.reason,
    error: typeof error === 'string' ? error : undefined,
    scopes: type === 'authorize.granted' ? scopesIn(scopes) : undefined,
    trace,
  };
};

const issued = (scopes: readonly string[]): Outcome => ({
  step: 'issue',
  reason: ALL_MET,
  error: undefined,
  scopes,
  trace: undefined,
});

const refusedFor = (reason: string): Outcome => ({
  step: 'refuse',
  reason,
  error: undefined,
  scopes: undefined,
  trace: undefined,
});

const tokenOutcome = (type: string, { reason, scopes }: AuditRecord['details']): Outcome =>
  type === 'token.granted' ? issued(scopesIn(scopes)) : refusedFor(String(reason));

const ALL_MET = 'all_met';

/** The decision in a record; nothing when it is none that could be made again: one from before facts were kept, or of no policy. */
export const recordedDecision = (record: AuditRecord): RecordedDecision | undefined => {
  const { id, at, type, userId, clientId, details } = record;
  const { facts, policy } = details;
  if (typeof policy !== 'string') return undefined;
  if (type.startsWith('authorize.')) {
    const outcome = authorizationOutcome(type, details);
    if (!outcome || !isDecisionFacts(facts)) return undefined;
    return { kind: 'authorization', id, at, userId, clientId, policy, outcome, facts };
  }
  if (!isTokenFacts(facts)) return undefined;
  return { kind: 'token', id, at, userId, clientId, policy, outcome: tokenOutcome(type, details), facts };
};

const outcomeOf = ({ decision: { next, trace }, scopes }: Judged): Outcome => ({
  step: next.step,
  reason: trace.reason,
  error: next.step === 'refuse' ? next.error.code : undefined,
  scopes: next.step === 'issue' ? scopes : undefined,
  trace,
});

const tokenOutcomeOf = (facts: TokenFacts, policy: Policy): Outcome => {
  const decided = tokenDecisionOf(facts, policy);
  return decided.ok ? issued(decided.value.scopes) : refusedFor(decided.error.reason);
};

/** A decision made again, with all that it came to where that was an authorization. */
export interface MadeAgain {
  readonly outcome: Outcome;
  readonly judged?: Judged;
}

/** Makes a decision again, by any policy: production decides by the same functions. */
export const decideAgain = (recorded: RecordedDecision, policy: Policy): MadeAgain => {
  if (recorded.kind === 'token') return { outcome: tokenOutcomeOf(recorded.facts, policy) };
  const judged = decisionOf(recorded.facts, policy);
  return { judged, outcome: outcomeOf(judged) };
};

const PAGE = 200;

/** All that is on record of decisions since a moment, the oldest first, a page at a time. */
export async function* decisionsSince(
  { audit }: Pick<Store, 'audit'>,
  since: Instant,
): AsyncGenerator<readonly AuditRecord[]> {
  let place = { at: since, id: '' };
  for (;;) {
    const page = await audit.after(place, DECISION_TYPES, PAGE);
    if (page.length > 0) yield page;
    const last = page.at(-1);
    if (!last || page.length < PAGE) return;
    place = { at: last.at, id: last.id };
  }
}

/** In which respect two outcomes are not the same, if in any. Both are compared as the JSON that is kept. */
export const respectsThatDiffer = (stored: Outcome, again: Outcome): readonly string[] => {
  const differs: string[] = [];
  if (stored.step !== again.step) differs.push('step');
  if (stored.reason !== again.reason) differs.push('reason');
  if (stored.error !== again.error) differs.push('error');
  if (!isSameJson(stored.scopes, again.scopes)) differs.push('scopes');
  for (const part of TRACED) if (!isSameJson(stored.trace?.[part], again.trace?.[part])) differs.push(part);
  return differs;
};

/** The order of members means nothing, but it is the same nearly always, and telling so is cheap. */
const isSameJson = (one: unknown, other: unknown): boolean => {
  const [text, otherText] = [JSON.stringify(one), JSON.stringify(other)];
  return text === otherText || (text !== undefined && otherText !== undefined && sorted(text) === sorted(otherText));
};

const sorted = (text: string): string =>
  JSON.stringify(JSON.parse(text), (_name, value: unknown) =>
    isJsonObject(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)))
      : value,
  );
