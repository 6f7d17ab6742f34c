/**
 * What would be asked of somebody, and why, if they came now, or then: the same decision as in production, over facts that are supposed.
 * It reads only; nothing is consumed, recorded or counted (T15).
 */
import type { Decision, Instant, NextStep, Proof, Result, Trace } from '@stile/core';
import { latest, ok, refused } from '@stile/core';
import type { ActionRun } from '../actions/run-state.ts';
import { hasProvenToAdd } from '../authenticator/demand.ts';
import { wantedBy } from '../authorization/wanted-by-actions.ts';
import type { Config } from '../config/config.ts';
import { normaliseUsername } from '../session/username.ts';
import type { User } from '../store/records.ts';
import { decisionOf } from './decide.ts';
import type { DecisionFacts, SignedIn } from './facts.ts';
import { decisionInWords } from './in-words.ts';
import { policyOf } from './policy.ts';
import type { Supposed, SupposingDeps } from './suppose.ts';
import { suppose } from './suppose.ts';
import type { SupposedAction, SupposedActions, SupposedRun } from './supposed-actions.ts';
import type { Supposition } from './supposition.ts';
import type { BoundActionsPlace } from './with-bound-actions.ts';
import { withBoundActions } from './with-bound-actions.ts';

/** One question to the person, or the end. */
export interface SupposedStep {
  /** `redirect`: an Action sends them to another site, and what comes then is not known. */
  readonly step: NextStep['step'] | 'redirect';
  readonly reason: string;
  /** In one sentence. */
  readonly says: string;
  /** Any one of these would do; several in one are all of them. */
  readonly anyOf?: readonly (readonly string[])[];
  /** What would be granted in the end. */
  readonly scopes?: readonly string[];
  readonly error?: string;
  /** Where an Action sends them, without what it tells that site. */
  readonly to?: string;
  /** The Actions that ran for this step, and what each came to. */
  readonly actions?: readonly SupposedAction[];
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

export type WhatIfDeps = SupposingDeps & BoundActionsPlace;

/** Why nothing is supposed. */
export interface NotSupposed {
  /** `supposition`: it cannot be. `actions`: those that are bound cannot be read, so that what they would want is not known. */
  readonly for: 'supposition' | 'actions';
  readonly says: string;
}

const impossible = (says: string): Result<never, NotSupposed> => refused({ for: 'supposition', says });

const unreadable: Result<never, NotSupposed> = refused({
  for: 'actions',
  says: 'The bound Actions cannot be read, so that what they would want is not known; the log says why.',
});

export const whatIf = async (supposition: Supposition, deps: WhatIfDeps): Promise<Result<WhatIf, NotSupposed>> => {
  const { store, config } = deps;
  const user = await store.users.findByUsername(normaliseUsername(supposition.username));
  if (!user) return impossible('There is no such user.');
  if (!config.clients.has(supposition.clientId)) return impossible('There is no such client.');
  const at = supposition.at ?? deps.now();
  const supposed = await suppose(supposition, user, at, deps);
  if (!supposed.ok) return impossible(supposed.error);
  const walked = (actions?: SupposedActions) => walk(supposed.value, user, config, actions);
  const way = supposition.actions ? await withBoundActions(deps, walked) : ok(await walked());
  if (!way.ok) return unreadable;
  const { steps, assumed } = way.value;
  return ok({
    format: 'stile-what-if/1',
    username: user.username,
    clientId: supposition.clientId,
    at,
    steps,
    assumed: [...supposed.value.assumed, ...assumed],
  });
};

/** Asks, answers the first way, and asks again, until it ends. */
const walk = async (
  { facts: first, person }: Supposed,
  user: User,
  config: Config,
  actions: SupposedActions | undefined,
): Promise<Pick<WhatIf, 'steps' | 'assumed'>> => {
  const policy = policyOf(config);
  const steps: SupposedStep[] = [];
  const assumed: string[] = [];
  let facts: DecisionFacts | undefined = withProofToAdd(first, config);
  let run: ActionRun | undefined;
  while (facts && steps.length < MOST_STEPS) {
    const asking: SupposedRun | undefined = await actions?.ask(facts, user, run);
    run = asking?.run ?? run;
    const asked: DecisionFacts = asking ? { ...facts, actions: wantedBy(asking.run) } : facts;
    const { decision, scopes } = decisionOf(asked, policy);
    const away: Away | undefined = decision.next.step === 'refuse' ? undefined : sentAwayBy(asking?.run);
    const step = away
      ? { ...away, reason: decision.trace.reason, trace: decision.trace }
      : stepOf(decision, scopes, asked);
    steps.push(asking && asking.ran.length > 0 ? { ...step, actions: asking.ran } : step);
    assumed.push(...assumedOf(asking?.ran ?? [], away !== undefined));
    // What is proven next is decided about anew, with what the Actions want then.
    const next: DecisionFacts | undefined = away ? undefined : answered(facts, decision, person);
    facts = next && withProofToAdd(next, config);
    if (!facts && decision.next.step === 'login') assumed.push('They have nothing to begin a session with.');
  }
  return { steps, assumed };
};

/** As in production, for whoever has by now proven enough to add an authenticator. */
const withProofToAdd = (facts: DecisionFacts, config: Config): DecisionFacts => {
  const { person, at, requestedAt } = facts;
  const usable = (person?.enrolled ?? []).map((proof) => ({ proof }));
  return person && hasProvenToAdd(person.events, usable, latest(at, requestedAt), config)
    ? { ...facts, person: { ...person, hasProvenToAdd: true } }
    : facts;
};

const assumedOf = (ran: readonly SupposedAction[], isAway: boolean): readonly string[] => [
  ...ran.flatMap(({ action, outcome }) => {
    if (outcome === 'not_known')
      return [`What the Action ${action} would want cannot be known without its fetch; it may demand more, or deny.`];
    return outcome === 'out_of_time'
      ? [`What the Action ${action} would want is not known, for there was no time left; it may demand more, or deny.`]
      : [];
  }),
  ...(isAway ? ['With what they come back from there is not known, nor what comes then.'] : []),
];

type Away = Pick<SupposedStep, 'step' | 'says' | 'to'>;

/** Where the Action that a run waits for sends them, if it sends them anywhere. What it tells that site is for that site. */
const sentAwayBy = (run: ActionRun | undefined): Away | undefined => {
  const [wait] = run?.state.is === 'waiting' ? run.state.waits : [];
  if (run === undefined || wait?.wait !== 'redirect') return undefined;
  const { origin, pathname } = new URL(wait.url);
  const to = `${origin}${pathname}`;
  return { step: 'redirect', says: `sent to ${to} by the Action ${run.actions[run.position]?.name ?? ''}`, to };
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
