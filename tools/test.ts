/**
 * `npm test`: typecheck, lint, then every test of the repository.
 *
 *     npm test                              everything
 *     npm test -- packages/core             the tests of one folder or file
 *     npm test -- --only-tests              without typecheck and lint
 *     npm test -- --test-name-pattern=PKCE  options that start with --test- go to node
 */
import { spawn, spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findOrInstallChromium } from './chromium.ts';
import { findOrInstall, programsFor } from './debian-packages.ts';
import { selectTests } from './test-files.ts';

const root = join(import.meta.dirname, '..');
/** Generous, for a busy machine with one core: they are there to end what hangs, not to measure. */
const testTimeoutMilliseconds = 4 * 60_000;
const deadlineMilliseconds = 20 * 60_000;

function checks(): void {
  for (const script of ['typecheck', 'lint']) {
    const { status } = spawnSync('npm', ['run', '--silent', script], { cwd: root, stdio: 'inherit' });
    if (status !== 0) {
      process.stderr.write(
        `\nnpm run ${script} failed, so the tests were not run. ` +
          '`npm run format` mends most of what lint finds; `npm test -- --only-tests` runs the tests alone.\n',
      );
      process.exit(status ?? 1);
    }
  }
}

function runTests(files: readonly string[], options: readonly string[], chromium: string): Promise<number> {
  // One process per file. The spec reporter also where there is no terminal: its summary ends the output.
  const args = [
    `--import=${pathToFileURL(join(import.meta.dirname, 'left-open.ts')).href}`,
    '--test',
    '--test-reporter=spec',
    `--test-concurrency=${Math.max(2, availableParallelism())}`,
    `--test-timeout=${testTimeoutMilliseconds}`,
    ...options,
    ...files,
  ];
  const child = spawn(process.execPath, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, STILE_CHROMIUM: chromium },
  });
  // Told to stop, node names the files that were still running, ends them and fails.
  const deadline = setTimeout(() => child.kill('SIGTERM'), deadlineMilliseconds);
  // The terminal sends the interrupt to the child as well, which then reports what it has.
  process.on('SIGINT', () => undefined);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      clearTimeout(deadline);
      resolve(code ?? 1);
    });
  });
}

const given = process.argv.slice(2);
const options = given.filter((argument) => argument.startsWith('--test-'));
const paths = given.filter((argument) => !argument.startsWith('--'));
const unknown = given.filter(
  (argument) => argument !== '--only-tests' && !options.includes(argument) && !paths.includes(argument),
);
const files = selectTests(root, paths);
if (unknown.length > 0 || files.length === 0) {
  process.stderr.write(
    unknown.length > 0 ? `Unknown option: ${unknown.join(' ')}\n` : `No tests under ${paths.join(' ')}\n`,
  );
  process.exit(2);
}
if (!given.includes('--only-tests')) checks();
// Before the tests, which run side by side: apt-get works for one at a time.
await findOrInstall(programsFor(files));
process.exitCode = await runTests(files, options, await findOrInstallChromium());
