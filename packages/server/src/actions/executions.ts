/** Keeps for their authors how Actions ended: what they wrote and wanted, and what it takes to run them again; never a secret. */
import type { Deps } from '../deps.ts';
import { randomId } from '../deps.ts';
import type { ActionExecution, BindingMode, ExecutionDetails, RecordedExecution } from '../store/action-ports.ts';
import { credentialsOf } from './credentials-of.ts';
import type { Undemandable } from './demands.ts';
import { POST_LOGIN } from './deploy/deploy.ts';
import type { Masker } from './masked.ts';
import { maskerOf } from './masked.ts';
import type { ActionService } from './service.ts';
import type { Execution } from './world.ts';

interface About {
  readonly mode: BindingMode;
  readonly userId: string | null;
  readonly clientId: string | null;
  readonly requestId: string | null;
}

type Keeping = Pick<Deps, 'config' | 'log' | 'now' | 'randomBytes' | 'store'> & {
  readonly actions: Pick<ActionService, 'seal' | 'version'>;
};

/** An event with more than this belongs to somebody with enormous metadata, and is not kept. */
const MOST_RECORDED = 128 * 1024;
/** Of commands with more than this only the names are kept. */
const MOST_OF_COMMANDS = 32 * 1024;
const MOST_OF_A_MESSAGE = 2000;

/**
 * Keeps executions. It is not waited for: they are kept together with what the request writes next. When they cannot be, that is
 * logged, and nobody is refused for it.
 */
export const keepExecutions = async (executions: readonly Execution[], about: About, deps: Keeping): Promise<void> => {
  if (executions.length === 0 || deps.config.actions.executions.retention === 0) return;
  const complain = (error: unknown): void => deps.log.error({ err: error }, 'how an Action ended could not be kept');
  try {
    const kept = await Promise.all(executions.map((execution) => executionOf(execution, about, deps)));
    deps.store.actions.recordExecutions(kept).catch(complain);
  } catch (error) {
    complain(error);
  }
};

const executionOf = async (execution: Execution, about: About, deps: Keeping): Promise<ActionExecution> => {
  const { pinned } = execution;
  const version = await deps.actions.version(pinned.version);
  // In the order of their making, also within one second.
  const id = `exe_${deps.now().toString(36)}${nextInOrder()}${randomId(deps, '').slice(1, 9)}`;
  return {
    ...about,
    id,
    at: deps.now(),
    trigger: POST_LOGIN,
    action: pinned.name,
    versionId: pinned.version,
    number: version?.number ?? 0,
    outcome: failureOf(execution) ? 'failed' : execution.outcome.outcome,
    details: detailsOf(execution, version?.secrets, sealerFor(id, deps)),
  };
};

/** Why nothing came of it: it broke off, or wanted what cannot be. */
const failureOf = ({ outcome, refused }: Execution): Undemandable | undefined =>
  outcome.outcome === 'failed' ? outcome : refused;

/** What an execution is bound to: moved to another, what was recorded of it cannot be opened. */
export const bondOf = (executionId: string): string => JSON.stringify(['execution', executionId]);

type Seal = (recorded: RecordedExecution) => string;

const sealerFor = (id: string, { actions, config }: Keeping): Seal | undefined =>
  config.actions.executions.events ? (recorded) => actions.seal(JSON.stringify(recorded), bondOf(id)) : undefined;

let made = 0;

const nextInOrder = (): string => {
  made = (made + 1) % 36 ** 6;
  return made.toString(36).padStart(6, '0');
};

/**
 * What is kept of an execution, and encrypted what it was given: answers of others may hold secrets that nobody can mask. Without the secrets of its version they could not be masked, so that nothing is kept in which there
 * could be one.
 */
const detailsOf = (
  execution: Execution,
  secrets: Readonly<Record<string, string>> | undefined,
  seal: Seal | undefined,
): ExecutionDetails => {
  const { report, outcome, event, context } = execution;
  const figures = { handler: report.handler, wallMs: outcome.wallMs, cpuMs: outcome.cpuMs };
  const failed = failureOf(execution);
  const failure = failed ? { failure: failed.failure } : {};
  if (secrets === undefined) {
    return { ...figures, ...failure, commands: [], console: [], consoleLeftOut: outcome.console.length };
  }
  const mask = maskerOf(secrets, credentialsOf(execution));
  const recorded = {
    event: mask.object(event),
    context: mask.object(context),
    journal: maskedJournal(outcome.journal, mask),
  };
  const commands = outcome.commands.map(({ call, args }) => ({ call, args: args.map((arg) => mask.json(arg)) }));
  return {
    ...figures,
    ...failure,
    ...(failed && { message: mask.text(failed.message).slice(0, MOST_OF_A_MESSAGE) }),
    commands: sizeOf(commands) > MOST_OF_COMMANDS ? commands.map(({ call }) => ({ call, args: ['…'] })) : commands,
    console: outcome.console.map((line) => ({ ...line, text: mask.text(line.text) })),
    consoleLeftOut: outcome.consoleLeftOut,
    ...(seal && sizeOf(recorded) <= MOST_RECORDED && { recorded: seal(recorded) }),
  };
};

type Journal = Execution['outcome']['journal'];

const maskedJournal = ({ seed, startedAtMs, answers }: Journal, mask: Masker): Journal => ({
  seed,
  startedAtMs,
  answers: answers.map(({ question, answer, atMs }) => ({ question, answer: mask.json(answer), atMs })),
});

const sizeOf = (value: unknown): number => JSON.stringify(value).length;
