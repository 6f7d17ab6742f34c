/**
 * What would be asked of somebody, and why, if they came now, or then: the same decision as in production, over facts that are supposed.
 * It reads only; nothing is consumed, recorded or counted (T15).
 */
import type { Decision, Instant, NextStep, Proof, Result, Trace } from '@stile/core';
import { latest, ok, refused } from '@stile/core';
import { normaliseUsername } from '../session/username.ts';
import type { User } from '../store/records.ts';
import { decisionOf } from './decide.ts';
import type { DecisionFacts, SignedIn } from './facts.ts';
import { decisionInWords } from './in-words.ts';
import { policyOf } from './policy.ts';
import type { Supposed, SupposingDeps } from './suppose.ts';
import { suppose } from './suppose.ts';
import type { Supposition } from './supposition.ts';

/** One question to the person, or the end. */
export interface SupposedStep {
  readonly step: NextStep['step'];
  readonly reason: string;
  /** In one sentence. */
  readonly says: string;
  /** Any one of these would do; several in one are all of them. */
  readonly anyOf?: readonly (readonly string[])[];
  /** What would be granted in the end. */
  readonly scopes?: readonly string[];
  readonly error?: string;
  readonly trace: Trace;
}

/** What would happen. Its shape is stable: new members may come, and none changes its meaning. */
export interface WhatIf {
  readonly format: 'stile-what-if/1';
  readonly username: string;
  readonly clientId: string;
  readonly at: Instant;
  /** As if each question were answered the first way that it can be. */
  readonly steps: readonly SupposedStep[];
  /** What was assumed, in sentences. */
  readonly assumed: readonly string[];
}

/** No path through a request is longer. */
const MOST_STEPS = 8;

export const whatIf = async (supposition: Supposition, deps: SupposingDeps): Promise<Result<WhatIf, string>> => {
  const { store, config } = deps;
  const user = await store.users.findByUsername(normaliseUsername(supposition.username));
  if (!user) return refused('There is no such user.');
  if (!config.clients.has(supposition.clientId)) return refused('There is no such client.');
  const at = supposition.at ?? deps.now();
  const supposed = await suppose(supposition, user, at, deps);
  if (!supposed.ok) return supposed;
  const assumed = [...supposed.value.assumed];
  const steps = await walk(supposed.value, user, deps, assumed);
  return ok({ format: 'stile-what-if/1', username: user.username, clientId: supposition.clientId, at, steps, assumed });
};

/** Asks, answers the first way, and asks again, until it ends. */
const walk = async (
  { facts: first, person }: Supposed,
  user: User,
  deps: SupposingDeps,
  assumed: string[],
): Promise<readonly SupposedStep[]> => {
  const policy = policyOf(deps.config);
  const steps: SupposedStep[] = [];
  let facts: DecisionFacts | undefined = first;
  while (facts && steps.length < MOST_STEPS) {
    const wanted = facts.person && (await deps.actions?.(facts, user));
    const asked: DecisionFacts = wanted ? { ...facts, actions: wanted } : facts;
    const judged = decisionOf(asked, policy);
    steps.push(stepOf(judged.decision, judged.scopes, asked));
    facts = answered(asked, judged.decision, person);
    if (!facts && judged.decision.next.step === 'login') assumed.push('They have nothing to begin a session with.');
  }
  return steps;
};

const stepOf = (decision: Decision, scopes: readonly string[], facts: DecisionFacts): SupposedStep => {
  const { next, trace } = decision;
  return {
    step: next.step,
    reason: trace.reason,
    says: decisionInWords(decision, facts.agesFrom),
    trace,
    ...(next.step === 'challenge' && { anyOf: next.anyOf.map((choice) => choice.map(({ factor }) => factor)) }),
    ...(next.step === 'enrol' && { anyOf: next.anyOf.map(({ factor }) => [factor]) }),
    ...(next.step === 'issue' && { scopes }),
    ...(next.step === 'refuse' && { error: next.error.code }),
  };
};

/** The facts after the first answer that would do; nothing at the end. */
const answered = (facts: DecisionFacts, { next }: Decision, supposed: SignedIn): DecisionFacts | undefined => {
  const at = latest(facts.at, facts.requestedAt);
  const person = facts.person ?? { ...supposed, events: [] };
  const proving = (proofs: readonly Proof[], enrolled = person.enrolled): DecisionFacts => ({
    ...facts,
    pinnedUser: person.userId,
    person: { ...person, enrolled, events: [...person.events, ...proofs.map((proof) => ({ ...proof, at }))] },
  });
  switch (next.step) {
    case 'login': {
      const begins =
        person.enrolled.find(({ factor }) => factor === 'password') ?? person.enrolled.find(({ first }) => first);
      return begins && proving([begins]);
    }
    case 'challenge':
      return proving(next.anyOf[0] ?? []);
    case 'enrol': {
      const [proof] = next.anyOf;
      return proof && proving([proof], [...person.enrolled, proof]);
    }
    case 'consent':
      return { ...facts, pinnedUser: person.userId, consentedAt: at };
    case 'select-account':
      return { ...facts, accountSelectedAt: at };
    case 'issue':
    case 'refuse':
      return undefined;
  }
};
