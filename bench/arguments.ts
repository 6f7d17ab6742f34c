/** What the command line says. */
import { parseArgs } from 'node:util';
import type { RowName } from './contenders/contender.ts';

const ROW_NAMES: readonly RowName[] = [
  'step-up',
  'sign-in',
  'client-credentials',
  'code',
  'refresh',
  'introspect',
  'consume',
];

export const USAGE = `npm run bench                       measure everything, and write results, page and chart
npm run bench -- --quick            a short look; writes nothing
npm run bench -- --only refresh     some rows (${ROW_NAMES.join(', ')}), or in-process, actions, replay, start-up, profile; writes nothing
npm run bench -- --without-rivals   Stile and the bare limit alone; installs nothing, writes nothing
npm run bench -- --report           make page and chart of the results that are there`;

/** The parts of a run besides the rows. */
const PARTS = ['in-process', 'actions', 'replay', 'start-up', 'profile'] as const;
export type Part = (typeof PARTS)[number];

export interface Arguments {
  readonly quick: boolean;
  readonly report: boolean;
  readonly rivals: boolean;
  /** The rows to measure; all of them unless given. */
  readonly rows: readonly RowName[] | undefined;
  readonly parts: readonly Part[];
  /** Whether something is left out. */
  readonly isPartial: boolean;
}

const isRow = (name: string): name is RowName => ROW_NAMES.some((row) => row === name);
const isPart = (name: string): name is Part => PARTS.some((part) => part === name);

/** @throws Error for words that mean nothing here */
export const parseArguments = (args: readonly string[]): Arguments => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      report: { type: 'boolean', default: false },
      'without-rivals': { type: 'boolean', default: false },
      only: { type: 'string', multiple: true },
    },
  });
  const only = values.only?.flatMap((names) => names.split(','));
  const stranger = only?.find((name) => !isRow(name) && !isPart(name));
  if (stranger !== undefined) throw new Error(`There is no row ${stranger}.`);
  return {
    quick: values.quick,
    report: values.report,
    rivals: !values['without-rivals'],
    rows: only?.filter(isRow),
    parts: only?.filter(isPart) ?? PARTS,
    isPartial: only !== undefined,
  };
};
