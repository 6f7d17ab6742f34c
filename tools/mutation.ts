/**
 * `npm run mutation`: changes the core one expression at a time and sees whether a test notices. About half an hour on two cores.
 *
 *     npm run mutation                                      the whole core
 *     npm run mutation -- packages/core/src/step-up.ts      one file
 *     npm run mutation -- --write                           also writes docs/reference/mutation.md
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { accounted } from './mutation/accounted.ts';
import { accountOf, hasSurvived, mutantsOf, score } from './mutation/report.ts';
import { pageOf } from './mutation/table.ts';

const LEAST_SHARE = 90;

const root = join(import.meta.dirname, '..');
const report = join(root, '.stryker-tmp/report.json');
const page = join(root, 'docs/reference/mutation.md');

const given = process.argv.slice(2);
const files = given.filter((argument) => !argument.startsWith('--'));
if (given.some((argument) => argument.startsWith('--') && argument !== '--write')) {
  process.stderr.write('The only option is --write.\n');
  process.exit(2);
}
if (given.includes('--write') && files.length > 0) {
  process.stderr.write('The page is written from a run of the whole core.\n');
  process.exit(2);
}

rmSync(report, { force: true });
const stryker = join(root, 'node_modules/@stryker-mutator/core/bin/stryker.js');
const only = files.length > 0 ? ['--mutate', files.join(',')] : [];
// Stryker starts `node` by that name: it must be the one that runs this.
const path = `${dirname(process.execPath)}:${process.env.PATH ?? ''}`;
spawnSync(process.execPath, [stryker, 'run', join(root, 'tools/mutation/stryker.config.json'), ...only], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, PATH: path },
});
if (!existsSync(report)) process.exit(1);

const mutants = mutantsOf(readFileSync(report, 'utf8'));
const unexplained = mutants.filter(hasSurvived).filter((mutant) => !accountOf(mutant, accounted));
for (const { file, line, original, becomes } of unexplained) {
  process.stdout.write(`survived  ${file}:${line}\n  - ${original}\n  + ${becomes}\n`);
}
const share = score(mutants);
process.stdout.write(`${mutants.length} changes, ${share.toFixed(1)} % noticed, ${unexplained.length} to look at\n`);
if (given.includes('--write')) {
  const day = new Date().toISOString().slice(0, 10);
  writeFileSync(
    page,
    pageOf(mutants, accounted, `Run of ${day}, Node ${process.versions.node}, ${cpus().length} cores.`),
  );
}
process.exitCode = share >= LEAST_SHARE && unexplained.length === 0 ? 0 : 1;
