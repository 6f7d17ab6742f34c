/** One execution of one Action: what it is given, and what its outcome does to the run. */
import type { Result } from '@stile/core';
import { ok } from '@stile/core';
import type { ActionOutcome, HostAnswer, HostQuestion, Journal, Json, JsonObject } from './call.ts';
import type { ParsedCommand } from './commands.ts';
import { parseCommands } from './commands.ts';
import type { Undemandable } from './demands.ts';
import { demandOf, demandOfEnable, demandOfStepUp } from './demands.ts';
import { changesOf, withChanges, withoutUndone } from './effects.ts';
import { postLoginEvent } from './event.ts';
import type { InsideContext } from './inside/host.ts';
import { maskerOf } from './masked.ts';
import { contextMembers } from './methods.ts';
import { protocolOf } from './protocol.ts';
import { requirementOf } from './run.ts';
import type { ActionReport, ActionRun, Demand, PinnedAction, RunState, Wait } from './run-state.ts';
import { tooLarge } from './size-limits.ts';
import type { ActionWorld, CacheEntry } from './world.ts';

/** A run after an execution; what it waits for then, unless it has ended. */
export interface Executed {
  readonly run: ActionRun;
  readonly waits?: readonly Wait[];
}

/** Auth0's limit: the fifth challenge or enrolment of a run is an error. */
const MOST_CHALLENGES = 4;

const eventFor = ({ effects, handler }: ActionRun, { input }: ActionWorld): JsonObject =>
  postLoginEvent(input, {
    userMetadata: withChanges(input.person.userMetadata, changesOf(effects, 'user-metadata')),
    appMetadata: withChanges(input.person.appMetadata, changesOf(effects, 'app-metadata')),
    transactionMetadata: changesOf(effects, 'transaction-metadata'),
    isContinued: handler === 'onContinuePostLogin',
  });

const contextFor = ({ handler, interactive }: ActionRun, { input, cache, nowMs }: ActionWorld): JsonObject => {
  const context: InsideContext = {
    handler,
    protocol: protocolOf(input.transaction),
    canRedirect: interactive,
    cache: cache.entries(nowMs()),
  };
  return {
    ...context,
    cache: Object.fromEntries(Object.entries(context.cache).map(([key, entry]) => [key, { ...entry }])),
  };
};

/** What is answered to an Action whose demand is met: what is proven, as in `event.authentication.context`. */
const proofAnswer = ({ input }: ActionWorld): Json => (input.context ? contextMembers(input.context) : {});

interface Given {
  readonly event: JsonObject;
  readonly context: JsonObject;
  readonly journal: Journal;
}

/** What an Action is given: as it was, if it stood still in the middle and is brought there again. */
const givenTo = (run: ActionRun, world: ActionWorld): Given => {
  if (!run.suspended) {
    return {
      event: eventFor(run, world),
      context: contextFor(run, world),
      journal: { seed: world.newSeed(), startedAtMs: world.nowMs(), answers: [] },
    };
  }
  const { event, context, journal, question } = run.suspended;
  const answer = { question, answer: proofAnswer(world), atMs: world.nowMs() };
  return { event, context, journal: { ...journal, answers: [...journal.answers, answer] } };
};

/** Collects what an Action demanded in its middle while it runs. */
interface StepUps {
  readonly ask: (question: HostQuestion, signal: AbortSignal) => Promise<HostAnswer>;
  /** What it demanded and had been proven already. */
  readonly met: Demand[];
  /** What it demanded that cannot be. */
  problem: Undemandable | undefined;
}

const stepUpsOf = (run: ActionRun, pinned: PinnedAction, world: ActionWorld): StepUps => {
  const stepUps: StepUps = {
    met: [],
    problem: undefined,
    ask: async (question, signal) => {
      if (question.ask === 'fetch') return world.fetch(question.request, signal);
      const demand = demandOfStepUp(question.demand, pinned.name, run, world);
      if (!demand.ok) {
        stepUps.problem = demand.error;
        return { suspend: true };
      }
      if (!world.isMet(requirementOf(demand.value))) return { suspend: true };
      stepUps.met.push(demand.value);
      return { answer: proofAnswer(world) };
    },
  };
  return stepUps;
};

/** The methods of `api`, by their rooms. */
const COMMAND_NAME = /^[a-z]{1,20}[A-Za-z]{0,20}\.[a-z]{1,20}[A-Za-z]{0,20}$/;

const reported = (
  run: ActionRun,
  pinned: PinnedAction,
  outcome: ActionOutcome | undefined,
  verdict: Pick<ActionReport, 'outcome' | 'reason'>,
): ActionReport => ({
  action: pinned.name,
  version: pinned.version,
  handler: run.handler,
  ms: Math.round(outcome?.wallMs ?? 0),
  cpuMs: Math.round(outcome?.cpuMs ?? 0),
  // An Action that tampered with its api may have called its commands anything.
  commands: (outcome?.commands ?? []).slice(0, 100).map(({ call }) => (COMMAND_NAME.test(call) ? call : '?')),
  ...verdict,
});

const MESSAGE_LENGTH = 500;

/** Everything that one execution has in hand. */
interface Execution {
  readonly run: ActionRun;
  readonly pinned: PinnedAction;
  readonly world: ActionWorld;
  readonly given: Given;
  /** Nothing when it could not be run at all. */
  readonly outcome: ActionOutcome | undefined;
}

/** A run to which an execution has been added; whoever keeps executions is told. */
const noted = (
  { run, pinned, world, given, outcome }: Execution,
  verdict: Pick<ActionReport, 'outcome' | 'reason'>,
  changes: Partial<ActionRun>,
  refused?: Undemandable,
): ActionRun => {
  const report = reported(run, pinned, outcome, verdict);
  const { event, context } = given;
  if (outcome) world.observe?.({ pinned, report, outcome, event, context, ...(refused && { refused }) });
  return { ...run, suspended: null, ...changes, reports: [...run.reports, report] };
};

const failed = (execution: Execution, { failure, message }: Undemandable): Executed => {
  const state: RunState = {
    is: 'failed',
    action: execution.pinned.name,
    failure,
    message: message.slice(0, MESSAGE_LENGTH),
    ...(failure === 'interaction_required' && { needs: 'proof' as const }),
  };
  return { run: noted(execution, { outcome: 'failed', reason: failure }, { state }, { failure, message }) };
};

/** Everything that the commands of one execution come to. */
interface Gathered {
  readonly demands: readonly Demand[];
  readonly waits: readonly Wait[];
  readonly challenges: number;
}

const gather = (
  commands: readonly ParsedCommand[],
  { run, pinned, world }: Execution,
): Result<Gathered, Undemandable> => {
  const demands: Demand[] = [];
  const waits: Wait[] = [];
  let redirect: Wait | undefined;
  for (const command of commands) {
    if (command.does === 'redirect') redirect = { wait: 'redirect', url: command.url };
    if (command.does === 'enable' && command.provider !== 'none') {
      const demand = demandOfEnable(pinned.name, command.mayRemember, run.requestedAt, world.levels);
      if (!demand.ok) return demand;
      demands.push(demand.value);
    }
    if (command.does === 'challenge' || command.does === 'enrol') {
      const demand = demandOf(command, pinned.name, run, world);
      if (!demand.ok) return demand;
      if (demand.value) waits.push(...waitsFor(demand.value, world));
    }
  }
  const challenges = commands.filter(({ does }) => does === 'challenge' || does === 'enrol').length;
  return ok({ demands, waits: redirect ? [...waits, redirect] : waits, challenges });
};

/** An enrolment waits for a proof by what the person has already, if they have anything: whoever knows a password alone enrols nothing. */
const waitsFor = (demand: Demand, { beforeEnrolment }: ActionWorld): readonly Wait[] => {
  const wait: Wait = { wait: 'proof', demand };
  if (demand.by !== 'enrol' || beforeEnrolment === undefined) return [wait];
  const { action } = demand;
  return [{ wait: 'proof', demand: { action, by: 'step-up', ...beforeEnrolment } }, wait];
};

const cacheChanges = (commands: readonly ParsedCommand[]): ReadonlyMap<string, CacheEntry | null> =>
  new Map(commands.flatMap((command) => (command.does === 'cache' ? [[command.key, command.entry] as const] : [])));

const effectsIn = (commands: readonly ParsedCommand[]) =>
  commands.flatMap((command) =>
    (command.does === 'effect' || command.does === 'deny') && command.effect ? [command.effect] : [],
  );

/** Demands with others added, none of them twice. */
const withDemands = (demands: readonly Demand[], more: readonly Demand[]): readonly Demand[] => {
  const known = new Set(demands.map((demand) => JSON.stringify(demand)));
  const fresh = new Map(more.map((demand) => [JSON.stringify(demand), demand]));
  return [...demands, ...[...fresh].flatMap(([text, demand]) => (known.has(text) ? [] : [demand]))];
};

/** What the commands of an Action that came to its end do to the run. */
const apply = (commands: readonly ParsedCommand[], met: readonly Demand[], execution: Execution): Executed => {
  const { run, pinned, world } = execution;
  const effects = withoutUndone([...run.effects, ...effectsIn(commands)]);
  const excess = tooLarge(effects, world.input);
  if (excess !== undefined) return failed(execution, { failure: 'invalid_command', message: excess });
  const cached = cacheChanges(commands);
  if (cached.size > 0) world.cache.write(cached, world.nowMs());
  const denial = commands.find((command) => command.does === 'deny');
  if (denial) {
    const { reason, code } = denial;
    const state: RunState = { is: 'denied', action: pinned.name, reason, ...(code !== undefined && { code }) };
    return { run: noted(execution, { outcome: 'denied', reason }, { state, effects }) };
  }
  const gathered = gather(commands, execution);
  if (!gathered.ok) return failed(execution, gathered.error);
  const challenges = run.challenges + gathered.value.challenges;
  if (challenges > MOST_CHALLENGES) return failed(execution, tooManyChallenges);
  const demands = withDemands(run.demands, [...met, ...gathered.value.demands]);
  return {
    run: noted(execution, { outcome: 'finished' }, { effects, demands, challenges }),
    waits: gathered.value.waits,
  };
};

const tooManyChallenges: Undemandable = {
  failure: 'too_many_challenges',
  message: `There can be ${MOST_CHALLENGES} challenges and enrolments in one login`,
};

/** What becomes of a run whose Action stands still until something is proven. */
const suspend = (
  outcome: Extract<ActionOutcome, { readonly outcome: 'suspended' }>,
  met: readonly Demand[],
  execution: Execution,
): Executed => {
  const { run, pinned, world, given } = execution;
  const { question, questionHash, journal } = outcome;
  if (question.ask !== 'step-up') {
    return failed(execution, { failure: 'never_settles', message: 'It awaits something that nobody will answer' });
  }
  const demand = demandOfStepUp(question.demand, pinned.name, run, world);
  if (!demand.ok) return failed(execution, demand.error);
  const challenges = run.challenges + 1;
  if (challenges > MOST_CHALLENGES) return failed(execution, tooManyChallenges);
  const { event, context } = given;
  const suspended = { handler: run.handler, journal, question: questionHash, event, context };
  return {
    run: noted(execution, { outcome: 'suspended' }, { suspended, challenges, demands: withDemands(run.demands, met) }),
    waits: [{ wait: 'proof', demand: demand.value }],
  };
};

/** Runs the Action whose turn it is. */
export const execute = async (run: ActionRun, world: ActionWorld): Promise<Executed> => {
  const pinned = run.actions[run.position];
  if (!pinned) return { run: { ...run, state: { is: 'done' } } };
  const given = givenTo(run, world);
  const deployed = await world.deployed(pinned.version);
  if (!deployed) {
    return failed(
      { run, pinned, world, given, outcome: undefined },
      { failure: 'version_missing', message: `The version ${pinned.version} is not there any more` },
    );
  }
  const stepUps = stepUpsOf(run, pinned, world);
  const outcome = await world.runtime.run({
    program: deployed.program,
    handler: run.handler,
    event: { ...given.event, secrets: deployed.secrets },
    context: given.context,
    journal: given.journal,
    ask: stepUps.ask,
  });
  const execution: Execution = { run, pinned, world, given, outcome };
  if (stepUps.problem) return failed(execution, stepUps.problem);
  const mask = maskerOf(deployed.secrets);
  if (outcome.outcome === 'failed') return failed(execution, { ...outcome, message: mask.text(outcome.message) });
  if (outcome.outcome === 'suspended') return suspend(outcome, stepUps.met, execution);
  const commands = parseCommands(outcome.commands, {
    handler: run.handler,
    protocol: protocolOf(world.input.transaction),
  });
  if (!commands.ok) {
    const { call, problem } = commands.error;
    return failed(execution, { failure: 'invalid_command', message: mask.text(`${call}: ${problem}`) });
  }
  return apply(commands.value, stepUps.met, execution);
};
