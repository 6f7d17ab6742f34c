/** How Actions ended: the latest in a list, one of them in full. */
import type { ActionExecution } from '../store/action-ports.ts';
import type { Store } from '../store/ports.ts';
import { printable, withAction } from './actions-words.ts';
import type { CommandLine, StoreCommand } from './command.ts';
import { moment } from './moment.ts';

const SHOWN = 20;

/** `stile actions executions [<name> | <execution>]` */
export const listExecutions: StoreCommand = async (store, [which], { print }) => {
  if (which === undefined) return printLatest(store, undefined, print);
  const execution = await store.actions.findExecution(which);
  if (execution !== undefined) {
    for (const one of inFull(execution)) print(one);
    return 0;
  }
  return withAction(store, which, print, ({ name }) => printLatest(store, name, print));
};

const printLatest = async (store: Store, of: string | undefined, print: CommandLine['print']): Promise<number> => {
  const executions = await store.actions.executions(SHOWN, of);
  if (executions.length === 0) print('None was recorded.');
  for (const execution of executions) print(inOneLine(execution));
  return 0;
};

const inOneLine = (execution: ActionExecution): string => {
  const { at, id, action, number, mode, outcome, details } = execution;
  const shadow = mode === 'shadow' ? ['shadow'] : [];
  const why = details.failure === undefined ? [] : [details.failure];
  return [
    moment(at),
    id,
    action,
    `version ${number}`,
    ...shadow,
    outcome,
    ...why,
    `${Math.round(details.wallMs)} ms`,
  ].join('  ');
};

/** The execution as its author wants to see it: what it did, what it wrote, how it ended. */
export const inFull = (execution: ActionExecution): readonly string[] => {
  const { details, userId, clientId, requestId } = execution;
  const about = [userId && `user ${userId}`, clientId && `client ${clientId}`, requestId && `request ${requestId}`];
  const lines = [
    inOneLine(execution),
    `  ${[`${details.handler}, ${details.cpuMs.toFixed(1)} ms computed`, ...about.filter((one) => one !== null)].join(', ')}`,
    ...details.console.map(({ level, text, atMs }) => `  console.${level} after ${Math.round(atMs)} ms: ${text}`),
    ...(details.consoleLeftOut > 0 ? [`  ${details.consoleLeftOut} more lines of the console were left out`] : []),
    ...details.commands.map(({ call, args }) => `  api.${call}(${args.map((one) => JSON.stringify(one)).join(', ')})`),
    ...(details.message === undefined ? [] : [`  ${details.failure ?? 'failed'}: ${details.message}`]),
  ];
  return lines.map(printable);
};
