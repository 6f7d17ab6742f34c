/** How long one thing takes when it is done again and again. */

export interface Times {
  /** In microseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly perSecond: number;
}

const MOST_SAMPLES = 1_000_000;

const quantile = (sorted: readonly number[], share: number): number => sorted[Math.floor(sorted.length * share)] ?? 0;

export const timesOf = (took: number[], elapsedMilliseconds: number): Times => {
  took.sort((one, other) => one - other);
  return {
    p50: quantile(took, 0.5),
    p99: quantile(took, 0.99),
    perSecond: (took.length * 1000) / elapsedMilliseconds,
  };
};

/** Does it for each of the things in turn, for so long or until there are no more. */
export const repeat = async <T>(
  things: Iterable<T>,
  seconds: number,
  work: (thing: T) => Promise<void> | void,
): Promise<Times> => {
  const took: number[] = [];
  const began = performance.now();
  const until = began + seconds * 1000;
  let before = began;
  for (const thing of things) {
    await work(thing);
    const after = performance.now();
    took.push((after - before) * 1000);
    before = after;
    if (after >= until || took.length === MOST_SAMPLES) break;
  }
  return timesOf(took, before - began);
};

/** The same thing for ever. */
export function* always<T>(thing: T): Generator<T> {
  for (;;) yield thing;
}
