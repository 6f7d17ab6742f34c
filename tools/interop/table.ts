/** The table of the clients, for a terminal and for `docs/reference/interoperability.md`. */
import type { Step } from '../../conformance/interop/clients.ts';
import { steps } from '../../conformance/interop/clients.ts';
import type { ActionsRow, Outcome, Ran, Row } from './outcomes.ts';
import { saying } from './outcomes.ts';

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const failures = (tests: readonly Ran[]): readonly string[] =>
  tests.flatMap(({ name, failure }) => (failure === undefined ? [] : [`${saying(name)}: ${failure}`]));

/** A cell for the terminal: a tick, how many failed, or a dash for what is not the client's part. */
const short = (outcome: Outcome): string => {
  if ('notItsPart' in outcome) return '–';
  const failed = failures(outcome.tests).length;
  if (outcome.tests.length === 0) return 'no test';
  return failed === 0 ? '✔' : `✘ ${failed} of ${outcome.tests.length}`;
};

/** Lines for a terminal, in columns. */
export const forTerminal = (rows: readonly Row[]): string => {
  const lines = [
    ['client', 'version', ...steps, 'others'],
    ...rows.map(({ client, version, outcomes, others }) => [
      client.name,
      version,
      ...steps.map((step) => short(outcomes[step])),
      others.length === 0 ? '' : short({ tests: others }),
    ]),
  ];
  const widths = lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? [];
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};

/** Text that does not end a cell. */
const inCell = (text: string): string => text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ');

const cell = (outcome: Outcome): string => {
  if ('notItsPart' in outcome) return `not its part: ${inCell(outcome.notItsPart)}`;
  const failed = failures(outcome.tests);
  if (outcome.tests.length === 0) return '**no test ran**';
  return failed.length === 0 ? '✔' : `**fails**: ${failed.map(inCell).join('; ')}`;
};

const anchor = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9_-]/g, '');

const link = ({ client }: Row): string => `[\`${client.name}\`](#${anchor(client.name)})`;

const tableRow = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

const listed = (tests: readonly Ran[]): string =>
  tests.map(({ name, failure }) => (failure === undefined ? '' : '**fails:** ') + saying(name)).join('; ');

/** What was tried with one client, and what is worth knowing about it. */
const section = ({ client, version, outcomes, others }: Row): string => {
  const tried = (step: Step): string => {
    const outcome = outcomes[step];
    const what = 'notItsPart' in outcome ? `not its part: ${outcome.notItsPart}` : listed(outcome.tests);
    return `- *${capital(step)}:* ${what}.`;
  };
  return [
    `### ${client.name}`,
    '',
    `Version ${version}, in [${client.file}](../../conformance/interop/${client.file}).`,
    '',
    ...steps.map(tried),
    ...(others.length === 0 ? [] : [`- *Beyond that:* ${listed(others)}.`]),
    ...(client.notes.length === 0 ? [] : ['', 'Worth knowing:', '', ...client.notes.map((note) => `- ${note}`)]),
    '',
  ].join('\n');
};

/** What clients did where Actions decide. */
const actionsSection = (rows: readonly ActionsRow[]): readonly string[] => [
  '## Where Actions decide',
  '',
  'The same clients, with nothing set for Actions, at servers whose [Actions](../guides/actions.md) demand, refuse, redirect and add claims.',
  '',
  tableRow(['Clients', 'Actions', 'Tests', 'Outcome']),
  tableRow(['---', '---', '---', '---']),
  ...rows.map(({ about: { clients, actions, file }, tests }) => {
    const path = file.replace('../', '');
    const tested = `[${path}](../../conformance/${path})`;
    return tableRow([clients.map((name) => `\`${name}\``).join(', '), actions, tested, cell({ tests })]);
  }),
  '',
  ...rows.map(({ about: { actions }, tests }) => `- *${capital(actions)}:* ${listed(tests)}.`),
  '',
];

/** The whole page. */
export const forDocuments = (rows: readonly Row[], withActions: readonly ActionsRow[] = []): string =>
  [
    "# Other people's clients",
    '',
    'Each client below was driven as its own documentation says, against a server on a port of this machine; those that run in a',
    'browser ran in Chromium. `npm run interop` does it again and prints the table; `npm run interop -- --write` writes this page from',
    'what it saw. The same tests are part of `npm test`.',
    '',
    '✔ means that every test of that step passed. What is not the part of a client says why.',
    '',
    tableRow(['Client', 'Version', ...steps.map(capital)]),
    tableRow(['---', '---', ...steps.map(() => '---')]),
    ...rows.map((row) => tableRow([link(row), row.version, ...steps.map((step) => cell(row.outcomes[step]))])),
    '',
    ...(withActions.length === 0 ? [] : actionsSection(withActions)),
    '## What was tried, and what was found otherwise',
    '',
    rows.map(section).join('\n'),
  ].join('\n');
