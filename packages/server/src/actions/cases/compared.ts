/** What is different from what was expected, in lines that can be read. */
import { isDeepStrictEqual } from 'node:util';
import type { Command, Json } from '../call.ts';
import type { Expectation } from './action-case.ts';
import type { CaseOutcome } from './run-case.ts';

export const compared = (expected: Expectation, came: CaseOutcome): readonly string[] => [
  ...(expected.outcome === came.outcome ? [] : [`It ${endOf(came)}, and should have ${ENDS[expected.outcome]}.`]),
  ...(expected.failure === undefined || expected.failure === came.failure || came.failure === undefined
    ? []
    : [`It failed with ${came.failure}, and not with ${expected.failure}: ${came.message ?? ''}`]),
  ...(expected.message === undefined || came.message?.includes(expected.message) === true
    ? []
    : [`What it threw does not say ${JSON.stringify(expected.message)}: ${came.message ?? 'it threw nothing'}`]),
  ...listDifference('Its commands', expected.commands?.map(asCall), came.commands.map(commandAsCall)),
  ...listDifference(
    'What it called',
    expected.calls,
    came.commands.map(({ call }) => call),
  ),
  ...demandDifference(expected.demand, came.demand),
  ...listDifference(
    'Its console',
    expected.console,
    came.console.map(({ text }) => text),
  ),
];

const ENDS = { finished: 'finished', suspended: 'waited for a proof', failed: 'failed' } as const;

const endOf = ({ outcome, failure, message }: CaseOutcome): string =>
  outcome === 'failed' ? `failed with ${failure ?? ''} (${message ?? ''})` : ENDS[outcome];

const written = (args: readonly Json[]): string => args.map((arg) => JSON.stringify(sorted(arg))).join(', ');

const asCall = ([call, ...args]: readonly [string, ...Json[]]): string => `api.${call}(${written(args)})`;

const commandAsCall = ({ call, args }: Command): string => asCall([call, ...args]);

/** Members in the order of their names, so that two that are the same read the same. */
const sorted = (value: Json): Json => {
  if (isList(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, member]) => [name, sorted(member)]),
  );
};

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);

const demandDifference = (expected: Expectation['demand'], came: CaseOutcome['demand']): readonly string[] =>
  expected === undefined || isDeepStrictEqual(sorted(expected), came && sorted(came))
    ? []
    : [`It demands ${JSON.stringify(came ?? null)}, and not ${JSON.stringify(expected)}.`];

/** Line by line: `-` was expected and did not come, `+` came and was not expected. */
const listDifference = (
  what: string,
  expected: readonly string[] | undefined,
  came: readonly string[],
): readonly string[] => {
  if (expected === undefined || isDeepStrictEqual(expected, came)) return [];
  return [`${what} are not as expected:`, ...aligned(expected, came)];
};

const aligned = (expected: readonly string[], came: readonly string[]): readonly string[] => {
  const lines: string[] = [];
  let [i, j] = [0, 0];
  while (i < expected.length || j < came.length) {
    const [wanted, got] = [expected[i], came[j]];
    if (wanted !== undefined && wanted === got) {
      lines.push(`    ${wanted}`);
      i += 1;
      j += 1;
    } else if (wanted !== undefined && (got === undefined || !came.slice(j).includes(wanted))) {
      lines.push(`  - ${wanted}`);
      i += 1;
    } else {
      lines.push(`  + ${got ?? ''}`);
      j += 1;
    }
  }
  return lines;
};
