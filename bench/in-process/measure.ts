/** Measures what happens inside one process, in a process of its own on the core of the servers. */
import { devNull } from 'node:os';
import { join } from 'node:path';
import { startProgram } from '../contenders/program.ts';
import type { TokenCheck } from './token-checks.ts';

export interface InProcess {
  readonly checks: readonly TokenCheck[];
  readonly decisionsPerSecond: number;
  readonly hashesPerSecond: number;
}

const isInProcess = (value: unknown): value is InProcess =>
  typeof value === 'object' && value !== null && 'checks' in value && 'hashesPerSecond' in value;

/** @param seconds for each of the things that are measured */
export const measureInProcess = async (seconds: number, pinned: boolean): Promise<InProcess> => {
  const { ready } = await startProgram({
    path: join(import.meta.dirname, 'program.ts'),
    args: [String(seconds)],
    nodeOptions: [],
    pinned,
    log: devNull,
  });
  if (!isInProcess(ready)) throw new Error('The program has measured nothing.');
  return ready;
};
