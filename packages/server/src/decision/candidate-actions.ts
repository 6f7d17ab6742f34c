/**
 * Runs candidate Actions over recorded decisions, in the sandbox of production and without effects: nothing of what they want is done,
 * nothing that they keep is kept, and `fetch` goes nowhere.
 */
import { areMet } from '@stile/core';
import { advance } from '../actions/advance.ts';
import type { ActionRuntime } from '../actions/call.ts';
import { beginRun } from '../actions/run.ts';
import type { ActionRun } from '../actions/run-state.ts';
import type { ActionWorld, DeployedAction } from '../actions/world.ts';
import { wantedBy } from '../authorization/wanted-by-actions.ts';
import type { Config } from '../config/config.ts';
import { sha256 } from '../digest.ts';
import { factors } from '../factors/factors.ts';
import { enrollableNow } from '../recovery/guards.ts';
import type { Store } from '../store/ports.ts';
import { decisionOf } from './decide.ts';
import type { PersonToday } from './event-of-facts.ts';
import { eventOfFacts } from './event-of-facts.ts';
import type { DecisionFacts, SignedIn, WantedByActions } from './facts.ts';
import type { Policy } from './policy.ts';
import { policyOf } from './policy.ts';
import type { MadeAgain, RecordedDecision } from './recorded.ts';
import { decideAgain } from './recorded.ts';

/** An Action that may come to be. */
export interface CandidateAction extends DeployedAction {
  readonly name: string;
}

/** How an Action failed, and how often. */
export interface ActionFault {
  readonly action: string;
  readonly failure: string;
  readonly decisions: number;
  /** In the words of the first time. */
  readonly message: string;
  readonly example: string;
}

/** What the Actions did. */
export interface ActionsReport {
  readonly actions: readonly string[];
  /** The decisions that they ran for. */
  readonly decisions: number;
  readonly denied: number;
  readonly failed: number;
  /** Those for which they demanded a proof. */
  readonly demanding: number;
  readonly faults: readonly ActionFault[];
  /** Decisions of people who are gone: nothing ran, and what Actions wanted then is kept. */
  readonly withoutPerson: number;
  /** Calls of `fetch`, each of which failed: what would have been answered then is not known. */
  readonly fetches: number;
  /** Decisions whose person would have been sent elsewhere: with what they would have come back is not known. */
  readonly redirects: number;
}

export interface CandidateActions {
  /** Makes a decision again, with what the candidates want of it. */
  again(recorded: RecordedDecision): MadeAgain | Promise<MadeAgain>;
  /** What they want, for whoever supposes. */
  wanted(id: string, facts: DecisionFacts, today: PersonToday): Promise<WantedByActions | undefined>;
  report(): ActionsReport;
}

interface Parts {
  readonly runtime: Pick<ActionRuntime, 'run'>;
  readonly config: Config;
  readonly store: Pick<Store, 'users'>;
}

const MOST_PEOPLE = 2000;
const MOST_FAULTS = 100;

/** Somebody is there, is the right one, and is not refused whatever an Action says: as in production. */
const STEPS_OF_ACTIONS: readonly string[] = ['challenge', 'enrol', 'consent', 'issue'];

const NO_CACHE: ActionWorld['cache'] = { entries: () => ({}), write: () => undefined };

/** What Actions did, as it is counted. */
const createCounts = () => {
  const counts = { decisions: 0, denied: 0, failed: 0, demanding: 0, withoutPerson: 0, fetches: 0, redirects: 0 };
  const faults = new Map<string, ActionFault>();
  const failedAs = (id: string, { action, failure, message }: Extract<ActionRun['state'], { is: 'failed' }>): void => {
    const key = `${action} ${failure}`;
    const known = faults.get(key) ?? { action, failure, message, example: id, decisions: 0 };
    if (known.decisions > 0 || faults.size < MOST_FAULTS) faults.set(key, { ...known, decisions: known.decisions + 1 });
  };
  return {
    counts,
    ran: (id: string, { state }: ActionRun, { requirements }: WantedByActions): void => {
      counts.decisions += 1;
      if (requirements.length > 0) counts.demanding += 1;
      if (state.is === 'denied') counts.denied += 1;
      if (state.is === 'waiting' && state.waits[0].wait === 'redirect') counts.redirects += 1;
      if (state.is !== 'failed') return;
      counts.failed += 1;
      failedAs(id, state);
    },
    faults: (): readonly ActionFault[] =>
      [...faults.values()].toSorted((one, other) => other.decisions - one.decisions),
  };
};

/** Reads people as they are kept today, those of late once. */
const peopleOf = ({ users }: Pick<Store, 'users'>): ((userId: string) => Promise<PersonToday | undefined>) => {
  const people = new Map<string, PersonToday | undefined>();
  return async (userId) => {
    if (people.has(userId)) return people.get(userId);
    const [user, profile] = await Promise.all([users.find(userId), users.profile(userId)]);
    const known = user && { user, profile };
    if (people.size >= MOST_PEOPLE) people.clear();
    people.set(userId, known);
    return known;
  };
};

/** @param actions in the order in which they run */
export const candidateActions = (actions: readonly CandidateAction[], parts: Parts): CandidateActions => {
  const policy = policyOf(parts.config);
  const { counts, ran, faults } = createCounts();
  const today = peopleOf(parts.store);
  const byName = new Map(actions.map((action) => [action.name, action]));
  const pinned = actions.map(({ name }) => ({ name, version: name }));
  const outside: Pick<ActionWorld, 'fetch' | 'deployed'> = {
    deployed: async (name) => byName.get(name),
    fetch: async () => {
      counts.fetches += 1;
      return { answer: { error: { message: 'fetch is not available in a replay' } } };
    },
  };

  const wanted: CandidateActions['wanted'] = async (id, facts, person) => {
    if (!facts.person || !isTheirTurn(facts, policy)) return undefined;
    const interactive = !facts.request.prompt.includes('none');
    const world = { ...worldOf(id, facts, facts.person, person, parts, policy), ...outside };
    const run = await advance(beginRun(pinned, { requestedAt: facts.requestedAt, interactive }), world);
    const wants = wantedBy(run);
    ran(id, run, wants);
    return wants;
  };

  const withCandidates = async (
    recorded: Extract<RecordedDecision, { kind: 'authorization' }>,
    { actions: then, ...facts }: DecisionFacts,
  ): Promise<MadeAgain> => {
    const person = facts.person && (await today(facts.person.userId));
    if (facts.person && !person) counts.withoutPerson += 1;
    const wants = person ? await wanted(recorded.id, facts, person) : then;
    return decideAgain({ ...recorded, facts: wants ? { ...facts, actions: wants } : facts }, policy);
  };

  return {
    wanted,
    again: (recorded) =>
      recorded.kind === 'authorization' ? withCandidates(recorded, recorded.facts) : decideAgain(recorded, policy),
    report: () => ({ actions: actions.map(({ name }) => name), ...counts, faults: faults() }),
  };
};

const isTheirTurn = (facts: DecisionFacts, policy: Policy): boolean =>
  STEPS_OF_ACTIONS.includes(decisionOf(facts, policy).decision.next.step);

const worldOf = (
  id: string,
  facts: DecisionFacts,
  person: SignedIn,
  today: PersonToday,
  { runtime, config }: Parts,
  policy: Policy,
): Omit<ActionWorld, 'fetch' | 'deployed'> => ({
  runtime,
  input: eventOfFacts(id, facts, person, today, config),
  levels: policy.levels,
  isMet: (requirement) => areMet(person.events, [requirement], policy.levels),
  availableFactors: factors.filter((factor) => factor.available(config)).map(({ name }) => name),
  enrollableFactors: [...new Set(enrollableNow(person, policy).map(({ factor }) => factor))],
  isContinued: false,
  cache: NO_CACHE,
  nowMs: () => facts.at * 1000,
  // The same each time for the same decision.
  newSeed: () => Buffer.from(sha256(`replay ${id}`), 'base64url').toString('hex'),
});
