/**
 * `npm run interop`: runs the tests with other people's clients and prints what each could do.
 *
 *     npm run interop                          every client
 *     npm run interop -- openid-client         the clients whose name or file holds one of these words
 *     npm run interop -- --write               also writes docs/reference/interoperability.md
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { run } from 'node:test';
import type { Client } from '../conformance/interop/clients.ts';
import { clients } from '../conformance/interop/clients.ts';
import type { WithActions } from '../conformance/interop/with-actions.ts';
import { withActions } from '../conformance/interop/with-actions.ts';
import { findOrInstallChromium } from './chromium.ts';
import { findOrInstall, programsFor } from './debian-packages.ts';
import type { Ran } from './interop/outcomes.ts';
import { rowOf, shortcomings, shortcomingsWithActions } from './interop/outcomes.ts';
import { forDocuments, forTerminal } from './interop/table.ts';
import { versionOf } from './interop/versions.ts';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'conformance/interop');
const page = join(root, 'docs/reference/interoperability.md');
const testTimeoutMilliseconds = 4 * 60_000;

/** Every test that ran, in the order of its file. A file that broke off is a test that failed. */
async function runTests(chosen: readonly (Client | WithActions)[]): Promise<Ran[]> {
  const ran: Ran[] = [];
  const events = run({
    files: chosen.map(({ file }) => join(folder, file)),
    concurrency: Math.max(2, availableParallelism()),
    timeout: testTimeoutMilliseconds,
    cwd: root,
  });
  events.on('test:pass', ({ file = '', name, details }) => {
    if (details.type !== 'suite') ran.push({ file: relative(folder, file), name });
  });
  events.on('test:fail', ({ file = '', name, details }) => {
    const { error } = details;
    const [failure = 'failed'] = String(error.cause instanceof Error ? error.cause.message : error.message).split('\n');
    if (details.type !== 'suite') ran.push({ file: relative(folder, file), name, failure });
  });
  for await (const _event of events);
  return ran;
}

const given = process.argv.slice(2);
const words = given.filter((argument) => argument !== '--write');
const chosen = clients.filter(
  ({ name, file }) => words.length === 0 || words.some((word) => name.includes(word) || file.includes(word)),
);
const chosenWithActions = withActions.filter(({ clients: names }) =>
  names.some((name) => chosen.some((one) => one.name === name)),
);
if (chosen.length === 0 || words.some((word) => word.startsWith('-'))) {
  process.stderr.write(`No client is called ${words.join(' or ')}\n`);
  process.exit(2);
}
await findOrInstall(programsFor(chosen.map(({ file }) => `conformance/interop/${file}`)));
process.env.STILE_CHROMIUM = await findOrInstallChromium();
const ran = await runTests([...chosen, ...chosenWithActions]);
const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
const rows = chosen.map((client) =>
  rowOf(
    client,
    versionOf(client, lock),
    ran.filter(({ file }) => file === client.file),
  ),
);
const rowsWithActions = chosenWithActions.map((about) => ({
  about,
  tests: ran.filter(({ file }) => file === about.file),
}));
process.stdout.write(`${forTerminal(rows)}\n`);
const wrong = [...rows.flatMap(shortcomings), ...rowsWithActions.flatMap(shortcomingsWithActions)];
for (const line of wrong) process.stderr.write(`✘ ${line}\n`);
if (given.includes('--write')) {
  if (chosen.length < clients.length) {
    process.stderr.write('The page was not written: it is written from a run of every client.\n');
    process.exit(2);
  }
  writeFileSync(page, forDocuments(rows, rowsWithActions));
}
process.exitCode = wrong.length === 0 ? 0 : 1;
