/**
 * `npm run fuzz`: the properties of every parser, for long and with fresh seeds.
 *
 *     npm run fuzz                              every parser, for ten minutes
 *     npm run fuzz -- --minutes 60              for an hour
 *     npm run fuzz -- packages/core             the parsers of one folder or file
 *     npm run fuzz -- --seed 7 packages/core    once, with the seed of a failure, to see it again
 */
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { selectTests } from './test-files.ts';

const root = join(import.meta.dirname, '..');
interface Outcome {
  readonly passed: boolean;
  readonly cases: number;
  readonly output: string;
}

const run = (file: string, seed: number, seconds: number): Promise<Outcome> => {
  const child = spawn(process.execPath, ['--test', '--test-reporter=spec', file], {
    cwd: root,
    env: { ...process.env, STILE_FUZZ_SEED: String(seed), STILE_FUZZ_SECONDS: String(seconds) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      const cases = [...output.matchAll(/cases tried: (\d+)/g)].reduce((sum, [, count]) => sum + Number(count), 0);
      resolve({ passed: code === 0, cases, output });
    });
  });
};

const { values, positionals } = parseArgs({
  options: { minutes: { type: 'string', default: '10' }, seed: { type: 'string' } },
  allowPositionals: true,
});
const minutes = Number(values.minutes);
const files = selectTests(root, positionals).filter((file) => file.endsWith('.fuzz.test.ts'));
if (files.length === 0 || !(minutes > 0)) {
  process.stderr.write(files.length === 0 ? `No fuzz tests under ${positionals.join(' ')}\n` : 'How many minutes?\n');
  process.exit(2);
}

/** Each property is tried for so long in a round, that everything has its turn once; the next round has another seed. */
const secondsInARound = Math.max(1, Math.min(30, (minutes * 60) / files.length / 2));
const end = Date.now() + minutes * 60_000;
let cases = 0;
let failures = 0;
do {
  const seed = values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed);
  for (const file of files) {
    const outcome = await run(file, seed, secondsInARound);
    cases += outcome.cases;
    process.stdout.write(`${outcome.passed ? '✔' : '✖'} ${file}: ${outcome.cases} cases, seed ${seed}\n`);
    if (!outcome.passed) {
      failures += 1;
      process.stdout.write(`${outcome.output}\nSee it again: npm run fuzz -- --seed ${seed} ${file}\n\n`);
    }
    if (Date.now() >= end && values.seed === undefined) break;
  }
} while (Date.now() < end && values.seed === undefined);
process.stdout.write(`${cases} cases, ${failures === 0 ? 'nothing fell' : `${failures} fell`}\n`);
process.exitCode = failures === 0 ? 0 : 1;
