/** Measures what a deployed Action costs, in a process of its own on the core of the servers. */
import { devNull } from 'node:os';
import { join } from 'node:path';
import { startProgram } from '../contenders/program.ts';
import type { Times } from '../in-process/repeat.ts';
import { CODE } from './action.ts';
import type { Logins } from './logins.ts';
import { measureLogins } from './logins.ts';

export interface ActionsCost {
  /** From nothing to the first outcome: workers, engine and the reading of the Action; one figure a start. */
  readonly startMilliseconds: readonly number[];
  /** The same handler called as a function, without any boundary. */
  readonly bare: Times;
  readonly calls: Times;
  /** With one question that the host answers at once. */
  readonly asking: Times;
  /** The same, answered by the journal. */
  readonly replays: Times;
  /** Whole logins, without an Action and with one; not in results that are older. */
  readonly logins?: Logins;
  readonly manyCalls: number;
  /** How much more memory the process had after so many calls. */
  readonly grownMegabytes: number;
}

const isCost = (value: unknown): value is ActionsCost =>
  typeof value === 'object' && value !== null && 'calls' in value && 'replays' in value;

/** @param seconds for each of the things that are measured */
export const measureActions = async (seconds: number, calls: number, pinned: boolean): Promise<ActionsCost> => {
  const { ready } = await startProgram({
    path: join(import.meta.dirname, 'program.ts'),
    args: [String(seconds), String(calls)],
    nodeOptions: [],
    pinned,
    log: devNull,
  });
  if (!isCost(ready)) throw new Error('The program has measured nothing.');
  return { ...ready, logins: await measureLogins(seconds, CODE, pinned) };
};
