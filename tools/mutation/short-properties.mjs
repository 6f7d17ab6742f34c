/**
 * Loaded before each test while the core is changed: properties always draw the same cases and do not look for the
 * smallest that fails; all but those that count their cases end after a moment. So the thousands of runs take
 * minutes, and two of them find the same.
 */
import fc from 'fast-check';

const countsItsCases = process.argv.some((argument) =>
  /\/(?:laws|hostile|claims|redirect)[\w-]*\.test\.ts$/.test(argument),
);
const soon = { interruptAfterTimeLimit: 300, markInterruptAsFailure: false };
fc.configureGlobal({ seed: 20_260_101, endOnFailure: true, ...(countsItsCases ? {} : soon) });
