/** Where the processor time of a flow goes, by a profile of the server while it does nothing else. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RowName } from '../contenders/contender.ts';
import { start } from '../contenders/contender.ts';
import { newFolder, removeFolder } from '../contenders/program.ts';
import { round } from '../load/round.ts';
import type { SigningPair } from '../world.ts';
import { attribute, profileIn } from './attribution.ts';

/** One kind of work in one flow. */
export interface Spent {
  readonly work: string;
  readonly microsecondsEach: number;
}

interface Profiling {
  readonly row: RowName;
  readonly pair: SigningPair;
  readonly people: number;
  readonly pinned: boolean;
  readonly lanes: number;
  readonly seconds: number;
}

/** Profiles Stile in one flow, warmed up. Waiting for work is left out; waiting for the disk is in it. */
export const profileOf = async ({
  row,
  pair,
  people,
  pinned,
  lanes,
  seconds,
}: Profiling): Promise<readonly Spent[]> => {
  const folder = newFolder();
  const running = await start('stile', { pair, people, pinned });
  try {
    const flow = running.flows[row];
    if (!flow) throw new Error(`Stile has no flow ${row}.`);
    await round(flow, running, { lanes, seconds });
    const file = join(folder, 'profile.json');
    const measured = { ...flow, begin: () => running.ask({ profile: 'begin' }) };
    const { operations } = await round(measured, running, { lanes, seconds });
    await running.ask({ profile: 'end', file });
    const spent = attribute(profileIn(readFileSync(file, 'utf8')));
    return [...spent]
      .filter(([work]) => work !== 'waiting')
      .map(([work, microseconds]) => ({ work, microsecondsEach: microseconds / operations }));
  } finally {
    await running.stop();
    removeFolder(folder);
  }
};
