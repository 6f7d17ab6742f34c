/**
 * The bound Actions over a sign-in that is supposed, in the sandbox of production and without effects (T15): nothing of what they want is
 * done, nothing that they keep is kept, and no execution is counted. They fetch nothing, for whoever answers would take it for real; what
 * an Action that fetches would have come to cannot be known, and it is left out of what is known.
 */
import { areMet } from '@stile/core';
import { advance, lookAgain } from '../actions/advance.ts';
import type { ActionRuntime, HostAnswer } from '../actions/call.ts';
import { beginRun, requirementOf } from '../actions/run.ts';
import type { ActionReport, ActionRun, Demand, PinnedAction } from '../actions/run-state.ts';
import type { ActionCache, ActionWorld, DeployedAction } from '../actions/world.ts';
import type { Config } from '../config/config.ts';
import { sha256 } from '../digest.ts';
import { factors } from '../factors/factors.ts';
import type { Store } from '../store/ports.ts';
import type { User } from '../store/records.ts';
import { decisionOf } from './decide.ts';
import { enrolmentNamed, enrolmentWanted } from './enrolment-wanted.ts';
import { eventOfFacts } from './event-of-facts.ts';
import type { DecisionFacts, SignedIn } from './facts.ts';
import { policyOf } from './policy.ts';

/** What one Action came to. */
export interface SupposedAction {
  readonly action: string;
  /**
   * `not_known`: it fetches, and what it would have wanted depends on what it would have been answered. `out_of_time`: the others took
   * all the time that there is for one supposition, or it did itself.
   */
  readonly outcome: ActionReport['outcome'] | 'not_known' | 'out_of_time';
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
  /** Whether there is time for one more. */
  readonly hasTime: () => boolean;
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
      ? settled(run, await worldOf(facts, person, user, parts), parts.hasTime)
      : { run, ran: [] };
  },
});

type WorldWithoutFetch = Omit<ActionWorld, 'fetch' | 'observe'>;

const unanswered = async (): Promise<HostAnswer> => ({ suspend: true });

/** Goes as far as it comes, one Action after the other; what is not known of one is left out, and the rest goes on from before it. */
const settled = async (begun: ActionRun, world: WorldWithoutFetch, hasTime: () => boolean): Promise<SupposedRun> => {
  const leftOut: SupposedAction[] = [];
  let run = lookAgain(begun, { ...world, fetch: unanswered });
  while (run.state.is === 'running') {
    const { after, unknown } = hasTime() ? await oneFurther(run, world, hasTime) : OUT_OF_TIME;
    if (unknown)
      leftOut.push({ action: run.actions[run.position]?.name ?? '', outcome: unknown, calls: [], demands: [] });
    run = after ?? withoutCurrent(run);
  }
  const reports = run.reports.slice(begun.reports.length);
  return { run, ran: [...reports.map((report) => outcomeOf(report, run)), ...leftOut] };
};

/** The run after its Action, or why that cannot be known. */
type Further =
  | { readonly after: ActionRun; readonly unknown?: undefined }
  | { readonly after?: undefined; readonly unknown: 'not_known' | 'out_of_time' };

const OUT_OF_TIME: Further = { unknown: 'out_of_time' };

/** Runs the Action whose turn it is and none after it. Nobody answers what it fetches: it stops there, or comes to its end without. */
const oneFurther = async (run: ActionRun, world: WorldWithoutFetch, hasTime: () => boolean): Promise<Further> => {
  let hasFetched = false;
  const alone = { ...run, actions: run.actions.slice(0, run.position + 1) };
  const after = await advance(alone, {
    ...world,
    fetch: async () => {
      hasFetched = true;
      return unanswered();
    },
  });
  if (hasFetched) return { unknown: 'not_known' };
  // It may be stopped sooner here than in production.
  if (after.state.is === 'failed' && after.state.failure === 'wall_time_exceeded' && !hasTime()) return OUT_OF_TIME;
  const isNext = after.state.is === 'done' && after.position < run.actions.length;
  return { after: { ...after, actions: run.actions, state: isNext ? { is: 'running' } : after.state } };
};

/** A run without the Action whose turn it is. What that demanded before it stood still stays demanded. */
const withoutCurrent = (run: ActionRun): ActionRun => {
  const actions = run.actions.toSpliced(run.position, 1);
  const state = { is: run.position < actions.length ? 'running' : 'done' } as const;
  return { ...run, actions, state, suspended: null, handler: 'onExecutePostLogin' };
};

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
    ...enrolmentNamed(enrolmentWanted(person, person.enrolled, facts.requestedAt, config)),
    isContinued: false,
    nowMs: () => facts.at * 1000,
    // The same each time, so that whoever supposes the same is told the same.
    newSeed: () => Buffer.from(sha256(SUPPOSED), 'base64url').toString('hex'),
  };
};
