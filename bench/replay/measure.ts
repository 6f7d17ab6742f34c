/** Measures how fast recorded decisions are judged again, in a process of its own on the core of the servers. */
import { devNull } from 'node:os';
import { join } from 'node:path';
import { newFolder, removeFolder, startProgram } from '../contenders/program.ts';

/** Decisions in a second of processor time. */
export interface ReplayRates {
  /** How many were on record. */
  readonly decisions: number;
  /** Judged and compared, from memory. */
  readonly judged: number;
  /** The whole replay of a candidate that changes half of them: read from the database, judged, compared, counted, and explained. */
  readonly replayed: number;
  /** The same by the policy that was in force. */
  readonly unchanged: number;
  readonly checked: number;
  /** With an Action, in its sandbox on the same core. */
  readonly withAction: number;
}

const areRates = (value: unknown): value is ReplayRates =>
  typeof value === 'object' && value !== null && 'replayed' in value && 'withAction' in value;

export const measureReplay = async (decisions: number, pinned: boolean): Promise<ReplayRates> => {
  const folder = newFolder();
  try {
    const { ready } = await startProgram({
      path: join(import.meta.dirname, 'program.ts'),
      args: [folder, String(decisions)],
      nodeOptions: [],
      pinned,
      log: devNull,
    });
    if (!areRates(ready)) throw new Error('The program has measured nothing.');
    return ready;
  } finally {
    removeFolder(folder);
  }
};
