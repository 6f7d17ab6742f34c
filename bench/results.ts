/** What a run found, as it is written down: everything that the page and the chart are made of. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ActionsCost } from './actions/measure.ts';
import type { ContenderName, RowName } from './contenders/contender.ts';
import type { TokenCheck } from './in-process/token-checks.ts';
import type { Round } from './load/round.ts';
import type { Spent } from './profile/profile.ts';
import type { ReplayRates } from './replay/measure.ts';
import type { Alg } from './world.ts';

/** One contender in one row: its rounds, or what went wrong; neither where it has no such thing. */
export interface Cell {
  readonly contender: ContenderName;
  readonly rounds: readonly Round[];
  /** Any error at all fails the row, for then what was counted is unknown. */
  readonly fault?: string;
}

export interface Row {
  readonly row: RowName;
  readonly alg: Alg;
  readonly cells: readonly Cell[];
}

/** How a server starts: in milliseconds until the first answer, and in megabytes of memory just after it. */
export interface StartUp {
  readonly firstMilliseconds: readonly number[];
  readonly againMilliseconds: readonly number[];
  readonly residentMegabytes: number;
}

export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGigabytes: number;
  readonly system: string;
  /** How long the disk takes to make a small write durable, in microseconds. */
  readonly syncMicroseconds: number;
  /** How many programs wanted to run in the minute before. */
  readonly loadBefore: number;
  /** Whether servers and load generator were kept on cores of their own. */
  readonly pinned: boolean;
}

export interface Settings {
  readonly rounds: number;
  readonly seconds: number;
  readonly lanes: number;
  readonly people: number;
  readonly command: string;
}

export interface Results {
  readonly format: 1;
  readonly date: string;
  readonly machine: Machine;
  readonly versions: Readonly<Record<string, string>>;
  readonly settings: Settings;
  readonly rows: readonly Row[];
  readonly checks: readonly TokenCheck[];
  readonly decisionsPerSecond: number;
  readonly hashesPerSecond: number;
  /** Not in results from before there were Actions. */
  readonly actions?: ActionsCost;
  /** Not in results from before decisions could be replayed. */
  readonly replay?: ReplayRates;
  readonly startUp: StartUp;
  readonly stepUp: readonly Spent[];
}

/** The results that the documents show. */
export const LATEST = join(import.meta.dirname, 'results/latest.json');

const isResults = (value: unknown): value is Results =>
  typeof value === 'object' && value !== null && 'format' in value && value.format === 1 && 'rows' in value;

/** @throws Error when there are none */
export const readResults = (path = LATEST): Results => {
  const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
  if (!isResults(value)) throw new Error(`${path} does not hold results of the benchmark.`);
  return value;
};

/** The middle of some figures; of an even number, the lower of the two. */
export const median = (figures: readonly number[]): number =>
  figures.toSorted((one, other) => one - other)[(figures.length - 1) >> 1] ?? 0;

/** The rate of a contender in a row: the median of its rounds. Nothing when it failed or has no such thing. */
export const rateOf = (row: Row, contender: ContenderName): number | undefined => {
  const cell = row.cells.find((one) => one.contender === contender);
  return cell === undefined || cell.fault !== undefined || cell.rounds.length === 0
    ? undefined
    : median(cell.rounds.map(({ perSecond }) => perSecond));
};
