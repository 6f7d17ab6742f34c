/** What a run found, as lines for a terminal. */
import type { ActionsCost } from '../actions/measure.ts';
import type { InProcess } from '../in-process/measure.ts';
import type { Times } from '../in-process/repeat.ts';
import type { TokenCheck } from '../in-process/token-checks.ts';
import type { Spent } from '../profile/profile.ts';
import type { ReplayRates } from '../replay/measure.ts';
import type { Row, StartUp } from '../results.ts';
import { median, rateOf } from '../results.ts';
import { CONTENDERS, grouped, nameOfContender, nameOfRow, percent, ratio } from './names.ts';

const columns = (lines: readonly (readonly string[])[]): string => {
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  const padded = (line: readonly string[]): string =>
    line
      .map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ');
  return lines.map(padded).join('\n');
};

const spreadOf = (row: Row, contender: (typeof CONTENDERS)[number]): string => {
  const rate = rateOf(row, contender);
  const cell = row.cells.find((one) => one.contender === contender);
  if (cell?.fault !== undefined) return 'failed';
  if (rate === undefined || !cell) return cell ? 'has none' : '';
  const rates = cell.rounds.map(({ perSecond }) => perSecond);
  const spread = (Math.max(...rates) - Math.min(...rates)) / 2 / rate;
  return `${grouped(rate)} ±${percent(spread)}`;
};

const times = (row: Row, rival: (typeof CONTENDERS)[number]): string => {
  const [own, other] = [rateOf(row, 'stile'), rateOf(row, rival)];
  return own === undefined || other === undefined ? '' : `${ratio(own, other)}×`;
};

/** Operations per second: the medians, how far the rounds lie apart, and by how many times Stile is faster. */
export const rowsTable = (rows: readonly Row[]): string =>
  columns([
    [
      'per second',
      '',
      ...CONTENDERS.map((name) => nameOfContender[name]),
      '÷ limit',
      '÷ oidc-provider',
      '÷ better-auth',
    ],
    ...rows.map((row) => [
      nameOfRow[row.row],
      row.alg,
      ...CONTENDERS.map((name) => spreadOf(row, name)),
      times(row, 'limit'),
      times(row, 'oidc-provider'),
      times(row, 'better-auth'),
    ]),
  ]);

export const checksTable = (checks: readonly TokenCheck[]): string =>
  columns([
    ['token check', '', 'by', 'µs (half)', 'µs (99 of 100)', 'per second'],
    ...checks.map(({ alg, seen, by, times: { p50, p99, perSecond } }) => [
      `seen ${seen}`,
      alg,
      by === 'stile' ? 'the SDK' : 'hand',
      p50.toFixed(1),
      p99.toFixed(1),
      grouped(perSecond),
    ]),
  ]);

const actionLine = (what: string, { p50, p99, perSecond }: Times): readonly string[] => [
  what,
  '',
  (p50 / 1000).toFixed(3),
  (p99 / 1000).toFixed(3),
  grouped(perSecond),
];

export const actionsTable = (cost: ActionsCost): string => {
  const { bare, calls, asking, replays, startMilliseconds, logins, manyCalls, grownMegabytes } = cost;
  const lines = columns([
    ['an Action', '', 'ms (half)', 'ms (99 of 100)', 'per second'],
    actionLine('bare, a function of the process', bare),
    actionLine('deployed, in its sandbox', calls),
    actionLine('with an answer of the host', asking),
    actionLine('with an answer of its journal', replays),
    ...(logins
      ? [
          actionLine('a whole login without', logins.without),
          actionLine('a whole login with an Action', logins.withAction),
        ]
      : []),
  ]);
  const added = (calls.p50 - bare.p50) / 1000;
  return (
    `${lines}\na deployed Action adds ${added.toFixed(2)} ms; from nothing to the first outcome: ` +
    `${Math.round(median(startMilliseconds))} ms; memory after ${grouped(manyCalls)} calls more: ${grownMegabytes.toFixed(1)} MB`
  );
};

export const replayLine = ({ judged, replayed, unchanged, checked, withAction }: ReplayRates): string =>
  `decisions judged again, per second and core: ${grouped(judged)} from memory; whole replays of the database: ${grouped(unchanged)} where nothing ` +
  `changes, ${grouped(replayed)} where half of them do, ${grouped(checked)} checks; ${grouped(withAction)} with an Action`;

export const startUpLine = ({ firstMilliseconds, againMilliseconds, residentMegabytes }: StartUp): string =>
  `start to first answer: ${Math.round(median(againMilliseconds))} ms (the very first, with keys to make: ` +
  `${Math.round(median(firstMilliseconds))} ms); memory then: ${Math.round(residentMegabytes)} MB`;

export const spentTable = (spent: readonly Spent[]): string => {
  const all = spent.reduce((sum, { microsecondsEach }) => sum + microsecondsEach, 0);
  return columns([
    ['a step-up spends its time on', '', 'µs', 'share'],
    ...spent.map(({ work, microsecondsEach }) => [
      work,
      '',
      grouped(microsecondsEach),
      percent(microsecondsEach / all),
    ]),
    ['all of it', '', grouped(all), ''],
  ]);
};

export const inProcessLines = ({ decisionsPerSecond, hashesPerSecond }: InProcess): string =>
  `decisions: ${grouped(decisionsPerSecond)} per second; password hashes: ${grouped(hashesPerSecond)} per second on one core`;
