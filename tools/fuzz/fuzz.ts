/**
 * How long the properties of a parser are tried: over ten thousand cases in the normal tests, and by `npm run fuzz` for as long as
 * it is given, with a fresh seed each time.
 */
import fc from 'fast-check';

const CASES = 10_000;

const { STILE_FUZZ_SECONDS: seconds, STILE_FUZZ_SEED: seed } = process.env;

const parameters = (cases: number): fc.Parameters<unknown> => ({
  numRuns: seconds === undefined ? cases : Number.MAX_SAFE_INTEGER,
  ...(seconds === undefined ? {} : { plugins: [fc.interruptAfterTimeLimit(Number(seconds) * 1000)] }),
  ...(seed === undefined ? {} : { seed: Number(seed) }),
});

const conclude = <Ts>(details: fc.RunDetails<Ts>): void => {
  // What `tools/fuzz.ts` adds up.
  if (seconds !== undefined) process.stdout.write(`cases tried: ${details.numRuns}\n`);
  if (details.failed) throw new Error(fc.defaultReportMessage(details), { cause: details.errorInstance });
};

/**
 * Holds a property.
 *
 * @param cases fewer only where several properties share the ten thousand cases of one parser, or a whole endpoint is tried whose
 *   parsers have theirs
 */
export const fuzz = <Ts>(property: fc.IProperty<Ts>, cases = CASES): void =>
  conclude(fc.check(property, { ...parameters(cases) }));

/** Holds a property that takes its time; the same otherwise. */
export const fuzzAsync = async <Ts>(property: fc.IAsyncProperty<Ts>, cases = CASES): Promise<void> =>
  conclude(await fc.check(property, { ...parameters(cases) }));

/**
 * That enough of the cases were of the kind that a property is about; in the normal tests, where it is known how many there were.
 *
 * @param usual how many there are in almost every run; cases are drawn anew each time, so half of them will do
 */
export const enough = (found: number, usual: number, what: string): void => {
  if (seconds === undefined && found < usual / 2)
    throw new Error(`Only ${found} of the cases ${what}, where ${usual} are usual.`);
};
