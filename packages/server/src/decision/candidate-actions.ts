/**
 * Runs candidate Actions over recorded decisions, in the sandbox of production and without effects: nothing of what they want is done,
 * nothing that they keep is kept, and `fetch` goes nowhere.
 */
import type { Instant } from '@stile/core';
import { areMet } from '@stile/core';
import { advance } from '../actions/advance.ts';
import type { ActionRuntime } from '../actions/call.ts';
import type { EventInput } from '../actions/event-input.ts';
import type { RunFrame } from '../actions/run.ts';
import { beginRun } from '../actions/run.ts';
import type { ActionRun } from '../actions/run-state.ts';
import type { ActionWorld, DeployedAction } from '../actions/world.ts';
import { wantedBy } from '../authorization/wanted-by-actions.ts';
import type { Config } from '../config/config.ts';
import { sha256 } from '../digest.ts';
import { usableAuthenticators } from '../factors/authenticators.ts';
import { factors } from '../factors/factors.ts';
import type { Store } from '../store/ports.ts';
import { decisionOf } from './decide.ts';
import type { WantedEnrolment } from './enrolment-wanted.ts';
import { enrolmentNamed, enrolmentWanted } from './enrolment-wanted.ts';
import type { PersonToday } from './event-of-facts.ts';
import { askedForAt, eventOfFacts, eventOfTokenFacts } from './event-of-facts.ts';
import type { DecisionFacts, WantedByActions } from './facts.ts';
import { policyOf } from './policy.ts';
import type { MadeAgain, RecordedDecision } from './recorded.ts';
import { decideAgain } from './recorded.ts';
import type { TokenFacts } from './token-facts.ts';
import { tokenDecisionOf } from './token-facts.ts';

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
  /** Those among them at which a token was refreshed. */
  readonly refreshes: number;
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
  report(): ActionsReport;
}

interface Parts {
  readonly runtime: Pick<ActionRuntime, 'run'>;
  readonly config: Config;
  readonly store: Store;
}

/** What a run is about: which decision of when, what is shown of it, and what the person may enrol. */
interface About {
  readonly id: string;
  readonly at: Instant;
  readonly input: EventInput;
  readonly enrolment: WantedEnrolment;
}

/** Nothing where it is not their turn. */
type Wanted = WantedByActions | undefined;

const MOST_PEOPLE = 2000;
const MOST_FAULTS = 100;

/** Somebody is there, is the right one, and is not refused whatever an Action says: as in production. */
const STEPS_OF_ACTIONS: readonly string[] = ['challenge', 'enrol', 'consent', 'issue'];

const NO_CACHE: ActionWorld['cache'] = { entries: () => ({}), write: () => undefined };

/** What Actions did, as it is counted. */
const createCounts = () => {
  const counts = {
    decisions: 0,
    refreshes: 0,
    denied: 0,
    failed: 0,
    demanding: 0,
    withoutPerson: 0,
    fetches: 0,
    redirects: 0,
  };
  const faults = new Map<string, ActionFault>();
  const failedAs = (id: string, { action, failure, message }: Extract<ActionRun['state'], { is: 'failed' }>): void => {
    const key = `${action} ${failure}`;
    const known = faults.get(key) ?? { action, failure, message, example: id, decisions: 0 };
    if (known.decisions > 0 || faults.size < MOST_FAULTS) faults.set(key, { ...known, decisions: known.decisions + 1 });
  };
  return {
    counts,
    ran: ({ id, input }: About, { state }: ActionRun, { requirements }: WantedByActions): void => {
      counts.decisions += 1;
      if (input.transaction.path === 'refresh') counts.refreshes += 1;
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

/** Reads something of people as they are kept today, of those of late once. */
const ofPeople = <T>(read: (userId: string) => Promise<T>): ((userId: string) => Promise<T>) => {
  const people = new Map<string, Promise<T>>();
  return (userId) => {
    const known = people.get(userId);
    if (known) return known;
    const found = read(userId);
    if (people.size >= MOST_PEOPLE) people.clear();
    people.set(userId, found);
    return found;
  };
};

const todayIn =
  ({ users }: Store) =>
  async (userId: string): Promise<PersonToday | undefined> => {
    const [user, profile] = await Promise.all([users.find(userId), users.profile(userId)]);
    return user && { user, profile };
  };

/** Runs the candidates over what is shown of a decision, and counts what they do. */
const candidateRuns = (actions: readonly CandidateAction[], parts: Parts) => {
  const { counts, ran, faults } = createCounts();
  const byName = new Map(actions.map((action) => [action.name, action]));
  const pinned = actions.map(({ name }) => ({ name, version: name }));
  const outside: Pick<ActionWorld, 'fetch' | 'deployed'> = {
    deployed: async (name) => byName.get(name),
    fetch: async () => {
      counts.fetches += 1;
      return { answer: { error: { message: 'fetch is not available in a replay' } } };
    },
  };
  return {
    over: async (about: About, frame: RunFrame): Promise<WantedByActions> => {
      const run = await advance(beginRun(pinned, frame), { ...worldOf(about, parts), ...outside });
      const wants = wantedBy(run);
      ran(about, run, wants);
      return wants;
    },
    withoutPerson: (): void => {
      counts.withoutPerson += 1;
    },
    report: (): ActionsReport => ({ actions: actions.map(({ name }) => name), ...counts, faults: faults() }),
  };
};

/** @param actions in the order in which they run */
export const candidateActions = (actions: readonly CandidateAction[], parts: Parts): CandidateActions => {
  const { config, store } = parts;
  const policy = policyOf(config);
  const runs = candidateRuns(actions, parts);
  const today = ofPeople(todayIn(store));
  const enrolledToday = ofPeople(async (userId) =>
    (await usableAuthenticators(userId, parts)).map(({ factor }) => factor.name),
  );

  const wanted = async (id: string, facts: DecisionFacts, now: PersonToday): Promise<Wanted> => {
    const { person, request, requestedAt, at } = facts;
    const { step } = decisionOf(facts, policy).decision.next;
    if (!person || !STEPS_OF_ACTIONS.includes(step)) return undefined;
    const enrolment = enrolmentWanted(person, person.enrolled, requestedAt, config);
    const about = { id, at, input: eventOfFacts(id, facts, person, now, config), enrolment };
    return runs.over(about, { requestedAt, interactive: !request.prompt.includes('none') });
  };

  /** As in production they are asked about a token that would be refreshed if it were not for them, and nobody is there to be asked. */
  const wantedAtRefresh = async (id: string, facts: TokenFacts, now: PersonToday): Promise<Wanted> => {
    const { at, refreshToken } = facts;
    if (!refreshToken || !tokenDecisionOf(facts, policy).ok) return undefined;
    const enrolled = await enrolledToday(now.user.id);
    const input = eventOfTokenFacts(id, { ...facts, refreshToken }, now, enrolled, config);
    return runs.over(
      { id, at, input, enrolment: { enrollable: [] } },
      { requestedAt: askedForAt(facts), interactive: false },
    );
  };

  /** @returns undefined for whoever is not there any more */
  const personOf = async (userId: string | null | undefined): Promise<PersonToday | undefined> => {
    const person = userId ? await today(userId) : undefined;
    if (userId && !person) runs.withoutPerson();
    return person;
  };

  const authorizedAgain = async (recorded: Recorded<'authorization'>): Promise<MadeAgain> => {
    const { actions: then, ...facts } = recorded.facts;
    const person = await personOf(facts.person?.userId);
    const wants = person ? await wanted(recorded.id, facts, person) : then;
    return decideAgain({ ...recorded, facts: wants ? { ...facts, actions: wants } : facts }, policy);
  };

  const refreshedAgain = async (recorded: Recorded<'token'>): Promise<MadeAgain> => {
    const { actions: then, ...facts } = recorded.facts;
    const person = await personOf(facts.grant.userId);
    const wants = person ? await wantedAtRefresh(recorded.id, facts, person) : then;
    return decideAgain({ ...recorded, facts: wants ? { ...facts, actions: wants } : facts }, policy);
  };

  return {
    again: (recorded) => {
      if (recorded.kind === 'authorization') return authorizedAgain(recorded);
      // No Action is asked when a code is redeemed: they were before it was given.
      return recorded.facts.refreshToken ? refreshedAgain(recorded) : decideAgain(recorded, policy);
    },
    report: runs.report,
  };
};

type Recorded<Kind extends RecordedDecision['kind']> = Extract<RecordedDecision, { kind: Kind }>;

const worldOf = (
  { id, at, input, enrolment }: About,
  { runtime, config }: Parts,
): Omit<ActionWorld, 'fetch' | 'deployed'> => ({
  runtime,
  input,
  levels: config.levels,
  isMet: (requirement) => areMet(input.events, [requirement], config.levels),
  availableFactors: factors.filter((factor) => factor.available(config)).map(({ name }) => name),
  ...enrolmentNamed(enrolment),
  isContinued: false,
  cache: NO_CACHE,
  nowMs: () => at * 1000,
  // The same each time for the same decision.
  newSeed: () => Buffer.from(sha256(`replay ${id}`), 'base64url').toString('hex'),
});
