/**
 * What is measured inside one process, without HTTP: `node program.ts <seconds>`. It runs on the core of the servers, and tells
 * the process that started it what it found.
 */
import { measureDecisions } from './decisions.ts';
import { measureHashing } from './hashing.ts';
import { measureTokenChecks } from './token-checks.ts';

const seconds = Number(process.argv[2] ?? '1');

process.send?.({
  checks: await measureTokenChecks(seconds),
  decisionsPerSecond: measureDecisions(seconds),
  hashesPerSecond: await measureHashing(seconds),
});
process.disconnect();
