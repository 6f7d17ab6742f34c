/**
 * The bound Actions over a sign-in that is supposed, in the sandbox of production and without effects (T15): nothing of what they want is
 * done, nothing that they keep is kept, and no execution is counted. They fetch nothing, for whoever answers would take it for real; what
 * an Action that fetches would have come to cannot be known, and it is left out of what is known.
 */
import { areMet } from '@stile/core';
import { advance } from '../actions/advance.ts';
import type { ActionRuntime } from '../actions/call.ts';
import { beginRun, requirementOf } from '../actions/run.ts';
import type { ActionReport, ActionRun, Demand, PinnedAction } from '../actions/run-state.ts';
import type { ActionCache, ActionWorld, DeployedAction } from '../actions/world.ts';
import type { Config } from '../config/config.ts';
import { sha256 } from '../digest.ts';
import { factors } from '../factors/factors.ts';
import { enrollableNow } from '../recovery/guards.ts';
import type { Store } from '../store/ports.ts';
import type { User } from '../store/records.ts';
import { decisionOf } from './decide.ts';
import { eventOfFacts } from './event-of-facts.ts';
import type { DecisionFacts, SignedIn } from './facts.ts';
import { policyOf } from './policy.ts';

/** What one Action came to. */
export interface SupposedAction {
  readonly action: string;
  /** `not_known`: it fetches, and what it would have wanted depends on what it would have been answered. */
  readonly outcome: ActionReport['outcome'] | 'not_known';
  /** The methods of `api` that it called, in order. */
  readonly calls: readonly string[];
  /** What it demands to be proven, the proven included. */
  readonly demands: readonly Pick<Demand, 'acr' | 'factors' | 'since'>[];
  /** Why it denied, in its author's words; why it failed, in stable ones. */
  readonly reason?: string;
}

/** A run as far as it comes over what is supposed. */
export interface SupposedRun {
  readonly run: ActionRun;
  /** Those that ran just now. */
  readonly ran: readonly SupposedAction[];
}

export interface SupposedActions {
  /**
   * @param before the run that the facts before led to; its Actions do not run again
   * @returns nothing where it is not their turn
   */
  ask(facts: DecisionFacts, user: User, before: ActionRun | undefined): Promise<SupposedRun | undefined>;
}

/** What it takes to run them. */
export interface SupposedActionsParts {
  /** Those that are live, in their order. */
  readonly pinned: readonly PinnedAction[];
  readonly deployed: (version: string) => Promise<DeployedAction | undefined>;
  /** It must leave `fetch` to the call. */
  readonly runtime: Pick<ActionRuntime, 'run'>;
  /** Nobody writes it back. */
  readonly cache: ActionCache;
  readonly config: Config;
  readonly store: Pick<Store, 'users'>;
}

/** Somebody is there, is the right one, and is not refused whatever an Action says: as in production. */
const STEPS_OF_ACTIONS: readonly string[] = ['challenge', 'enrol', 'consent', 'issue'];

const SUPPOSED = 'what-if';

export const supposedActions = (parts: SupposedActionsParts): SupposedActions => ({
  ask: async (facts, user, before) => {
    const { person, request, requestedAt } = facts;
    const isTurn = STEPS_OF_ACTIONS.includes(decisionOf(facts, policyOf(parts.config)).decision.next.step);
    if (!person || !isTurn || parts.pinned.length === 0) return undefined;
    const run = before ?? beginRun(parts.pinned, { requestedAt, interactive: !request.prompt.includes('none') });
    return run.state.is === 'running' || run.state.is === 'waiting'
      ? settled(run, await worldOf(facts, person, user, parts))
      : { run, ran: [] };
  },
});

type WorldWithoutFetch = Omit<ActionWorld, 'fetch' | 'observe'>;

/** Goes as far as it comes; whoever fetches is taken out, and the rest is asked again without them. */
const settled = async (begun: ActionRun, world: WorldWithoutFetch): Promise<SupposedRun> => {
  const notKnown: string[] = [];
  let known = begun;
  for (;;) {
    const { run, fetching } = await observed(known, world);
    if (fetching.length === 0) {
      const reports = run.reports.slice(begun.reports.length);
      return { run, ran: [...reports.map((report) => outcomeOf(report, run)), ...notKnown.map(unknown)] };
    }
    notKnown.push(...fetching);
    known = fetching.reduce(without, known);
  }
};

/** Runs, and names those that fetched. None of them is answered: it stops there, or has come to its end without an answer. */
const observed = async (
  run: ActionRun,
  world: WorldWithoutFetch,
): Promise<{ readonly run: ActionRun; readonly fetching: readonly string[] }> => {
  const fetching: string[] = [];
  let hasFetched = false;
  const after = await advance(run, {
    ...world,
    fetch: async () => {
      hasFetched = true;
      return { suspend: true };
    },
    observe: ({ pinned }) => {
      if (hasFetched) fetching.push(pinned.name);
      hasFetched = false;
    },
  });
  return { run: after, fetching };
};

/** A run without one of its Actions. What that demanded before it fetched stays demanded. */
const without = (run: ActionRun, name: string): ActionRun => {
  const at = run.actions.findIndex((action) => action.name === name);
  const actions = run.actions.toSpliced(at, 1);
  if (at !== run.position) return { ...run, actions };
  const state = { is: at < actions.length ? 'running' : 'done' } as const;
  return { ...run, actions, state, suspended: null, handler: 'onExecutePostLogin' };
};

const unknown = (action: string): SupposedAction => ({
  action,
  outcome: 'not_known',
  calls: [],
  demands: [],
});

const outcomeOf = ({ action, outcome, commands, reason }: ActionReport, run: ActionRun): SupposedAction => ({
  action,
  outcome,
  calls: commands,
  demands: demandsOf(run)
    .filter((demand) => demand.action === action)
    .map((demand) => {
      const { acr, factors: any, since } = requirementOf(demand);
      return { ...(acr && { acr }), ...(any && { factors: any }), ...(since !== undefined && { since }) };
    }),
  ...(reason !== undefined && { reason }),
});

const demandsOf = ({ demands, state }: ActionRun): readonly Demand[] => [
  ...demands,
  ...(state.is === 'waiting' ? state.waits : []).flatMap((wait) => (wait.wait === 'proof' ? [wait.demand] : [])),
];

const worldOf = async (
  facts: DecisionFacts,
  person: SignedIn,
  user: User,
  { config, store, runtime, deployed, cache }: SupposedActionsParts,
): Promise<WorldWithoutFetch> => {
  const policy = policyOf(config);
  const today = { user, profile: await store.users.profile(user.id) };
  return {
    runtime,
    deployed,
    cache,
    input: eventOfFacts(SUPPOSED, facts, person, today, config),
    levels: policy.levels,
    isMet: (requirement) => areMet(person.events, [requirement], policy.levels),
    availableFactors: factors.filter((factor) => factor.available(config)).map(({ name }) => name),
    enrollableFactors: [...new Set(enrollableNow(person, policy).map(({ factor }) => factor))],
    isContinued: false,
    nowMs: () => facts.at * 1000,
    // The same each time, so that whoever supposes the same is told the same.
    newSeed: () => Buffer.from(sha256(SUPPOSED), 'base64url').toString('hex'),
  };
};
