/** Whether two kinds of answers can be told apart by how long they take. */
import { randomInt } from 'node:crypto';

const SAMPLES = 40;

/**
 * With forty samples of each kind and nothing to tell them apart, the measure strays from a half by 0.065 (one standard deviation). This is
 * more than four and a half of them: once in a hundred thousand runs and more.
 */
const TELLING = 0.3;

/** How often something of the one list is greater than something of the other; ties count half (Mann and Whitney's U). */
export const superiority = (some: readonly number[], others: readonly number[]): number => {
  const pairs = some.flatMap((one) => others.map((other) => (one > other ? 1 : one === other ? 0.5 : 0)));
  return pairs.reduce<number>((sum, point) => sum + point, 0) / pairs.length;
};

/** Both kinds, so often each, in random order. */
export const shuffled = <T>(kinds: readonly T[]): readonly T[] =>
  kinds
    .flatMap((kind) => Array.from({ length: SAMPLES }, () => ({ kind, at: randomInt(2 ** 32) })))
    .sort((one, other) => one.at - other.at)
    .map(({ kind }) => kind);

export const isTold = (some: readonly number[], others: readonly number[]): boolean =>
  Math.abs(superiority(some, others) - 0.5) > TELLING;
