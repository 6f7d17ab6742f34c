/**
 * Kills a server under load, again and again, and looks for what was lost or counted twice:
 *
 *     npm run crash -- --rounds 500
 *     npm run crash -- --rounds 1 --seed 1234    the round that a failure named
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { runRounds } from '../conformance/durability/crash/rounds.ts';

const wholeNumber = (text: string, name: string): number => {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`--${name} is a whole number from 0.`);
  return value;
};

const { values } = parseArgs({ options: { rounds: { type: 'string' }, seed: { type: 'string' } } });
const rounds = wholeNumber(values.rounds ?? '100', 'rounds');
const seed = wholeNumber(values.seed ?? String(Date.now() % 1_000_000), 'seed');

process.stdout.write(`${rounds} rounds, the first with seed ${seed}\n`);
const begun = performance.now();
const { killed, tally, startMilliseconds } = await runRounds({
  rounds,
  seed,
  progress: (line) => process.stdout.write(`${line}\n`),
});
const sorted = startMilliseconds.toSorted((one, other) => one - other);
const share = (part: number): string => `${Math.round(sorted[Math.floor((sorted.length - 1) * part)] ?? 0)} ms`;
process.stdout.write(`
${rounds} rounds in ${Math.round((performance.now() - begun) / 1000)} s on ${availableParallelism()} cores, Node ${process.versions.node}

killed
${Object.entries(killed)
  .map(([when, count]) => `  ${String(count).padStart(5)}  ${when}`)
  .join('\n')}

asked under load
  ${String(tally.answered).padStart(5)}  answered as done: none of it lost
  ${String(tally.unanswered).padStart(5)}  sent, and not answered before the end
  ${String(tally.doneUnanswered).padStart(5)}  of these done all the same: none counted again

from opening the store to the first connection: ${share(0.5)} in the middle, ${share(1)} at the most
`);
