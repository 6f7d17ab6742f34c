import { durationInSeconds, secondsBefore } from '@stile/core';
import type { StepUpCounts, StepUpStatistics } from '../decision/statistics.ts';
import { isStatisticsBy, stepUpStatistics } from '../decision/statistics.ts';
import type { CommandLine, StoreCommand } from './command.ts';
import { moment } from './moment.ts';
import { optionsIn } from './options.ts';

const BAR_CHARACTERS = 30;

const SEVEN_DAYS = 7 * 86_400;

/** `stile stats [--since <age>] [--by factor|client|scope] [--json]` */
export const stats: StoreCommand = async (store, words, { config, print, now }) => {
  const { values } = optionsIn(words, ['--since', '--by']);
  const since = values.get('--since');
  const [seconds, by] = [since === undefined ? SEVEN_DAYS : durationInSeconds(since), values.get('--by') ?? 'factor'];
  if (seconds === undefined || !isStatisticsBy(by)) {
    print('Say how far back to go as 30s, 5m, 12h or 3d, and by what: factor, client or scope.');
    return 2;
  }
  const to = now();
  const counted = await stepUpStatistics(store.audit, {
    from: secondsBefore(to, seconds),
    to,
    by,
    answerSeconds: config.lifetimes.interaction,
  });
  if (words.includes('--json')) print(JSON.stringify(counted, null, 2));
  else tell(counted, print);
  return 0;
};

const share = (part: number, whole: number): string => (whole === 0 ? '' : `${Math.round((100 * part) / whole)} %`);

const inSeconds = (seconds: number | null): string => (seconds === null ? '–' : `${seconds} s`);

const HEAD = ['', 'asked', 'shown', 'met', '', 'failed', 'abandoned', 'waiting', 'median', '90 %'];

const cellsOf = (
  name: string,
  { asked, shown, met, failed, abandoned, waiting, medianSeconds, p90Seconds }: StepUpCounts,
) => [
  name,
  String(asked),
  String(shown),
  String(met),
  share(met, asked),
  String(failed),
  String(abandoned),
  String(waiting),
  inSeconds(medianSeconds),
  inSeconds(p90Seconds),
];

/** How much of the longest bar was met, abandoned, and still waits. */
const bar = ({ asked, met, abandoned }: StepUpCounts, most: number): string => {
  const width = (many: number): number => (most === 0 ? 0 : Math.round((BAR_CHARACTERS * Math.min(many, most)) / most));
  const [whole, done] = [width(asked), width(met)];
  const gone = Math.min(width(abandoned), Math.max(0, whole - done));
  return '█'.repeat(done) + '░'.repeat(gone) + '·'.repeat(Math.max(0, whole - done - gone));
};

const tell = ({ from, to, by, total, rows }: StepUpStatistics, print: CommandLine['print']): void => {
  print(`Further proofs from ${moment(from)} to ${moment(to)}, by ${by}:`);
  const most = Math.max(0, ...rows.map(({ asked, met }) => Math.max(asked, met)));
  const lines = [
    ...rows.map((row) => ({ cells: cellsOf(row.name, row), bar: bar(row, most) })),
    { cells: cellsOf('all', total), bar: '' },
  ];
  const table = [HEAD, ...lines.map(({ cells }) => cells)];
  const widths = HEAD.map((_, column) => Math.max(...table.map((cells) => cells[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ');
  print(line(HEAD));
  for (const { cells, bar: drawn } of lines) print(`${line(cells)}  ${drawn}`.trimEnd());
  if (rows.length > 0) print('█ met  ░ abandoned  · still waiting, or met by another factor');
};
