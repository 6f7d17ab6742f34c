/** Everything that the inside can ask of its worker, by name. What it sends is text that anybody can have made up. */
import type { ActionFailure, Json } from '../call.ts';
import { isJsonList, isRecord, parseInsideJson } from './json-text.ts';
import { PURE_CALLS, Refused } from './pure-calls.ts';
import type { Run } from './run.ts';

const MOST_RANDOM_BYTES = 65_536;
/** Of what was thrown. */
const LONGEST_MESSAGE = 4096;
const LEVELS = ['debug', 'info', 'log', 'warn', 'error'] as const;

const refuse = (message: string): never => {
  throw new Refused('TypeError', message);
};

const numberIn = (value: Json | undefined, highest = Number.MAX_SAFE_INTEGER): number =>
  typeof value === 'number' && value >= 0 && value <= highest ? value : refuse('A number is needed');

const textIn = (value: Json | undefined): string => (typeof value === 'string' ? value : refuse('A string is needed'));

const levelIn = (value: Json | undefined) =>
  LEVELS.find((level) => level === value) ?? refuse('There is no such level');

type InsideCall = (run: Run, given: readonly Json[]) => unknown;

const ask: InsideCall = (run, [id, question]) => {
  const isQuestion =
    question !== undefined && isRecord(question) && (question.ask === 'fetch' || question.ask === 'step-up');
  if (!isQuestion) return refuse('There is no such question');
  const text = JSON.stringify(question);
  const most = run.limits.resultBytes;
  if (Buffer.byteLength(text) > most) return refuse(`What is asked is larger than ${most} bytes`);
  return run.questions.ask(numberIn(id), text, question.ask === 'step-up');
};

const record: InsideCall = (run, [call, args]) => {
  const isWhole = run.capture.record({
    call: textIn(call),
    args: isJsonList(args) ? args : refuse('A list is needed'),
  });
  if (!isWhole) run.end('result_too_large', `The commands together are larger than ${run.limits.resultBytes} bytes`);
};

/** How it ended, as it says itself. */
const settled: InsideCall = (run, [failure, message]) => {
  const failures: readonly ActionFailure[] = ['threw', 'not_runnable', 'unsupported', 'memory_exceeded'];
  run.settle(
    failure === null
      ? { failure: undefined }
      : {
          failure: failures.find((known) => known === failure) ?? 'threw',
          message: textIn(message).slice(0, LONGEST_MESSAGE),
        },
  );
};

const INSIDE_CALLS: ReadonlyMap<string, InsideCall> = new Map<string, InsideCall>([
  ['ask', ask],
  ['record', record],
  ['settled', settled],
  ['abandon', (run, [id]) => run.questions.abandon(numberIn(id))],
  ['random', (run, [bytes]) => run.random(numberIn(bytes, MOST_RANDOM_BYTES)).toString('latin1')],
  ['timer', (run, [id, delay]) => run.timers.set(numberIn(id), run.clock.now() + numberIn(delay))],
  ['clear', (run, [id]) => run.timers.clear(numberIn(id))],
  [
    'console',
    (run, [level, text]) => {
      run.capture.print({ level: levelIn(level), text: textIn(text), atMs: run.clock.now() - run.startedAtMs });
    },
  ],
]);

const answerOf = (run: Run | undefined, operation: string, text: string): Json => {
  const given = parseInsideJson(text);
  if (!isJsonList(given)) return refuse('A list is needed');
  const pure = PURE_CALLS.get(operation);
  if (pure) return pure(...given);
  const call = INSIDE_CALLS.get(operation);
  // While a program is read nothing runs, and nothing may be asked.
  if (call === undefined || run === undefined) return refuse(`There is no ${operation} here`);
  const answer = call(run, given);
  return typeof answer === 'string' ? answer : null;
};

/** @returns JSON: what was asked for, or an error to throw */
export const answerInside = (run: Run | undefined, operation: string, text: string): string => {
  try {
    return JSON.stringify({ value: answerOf(run, operation, text) });
  } catch (error) {
    const known = error instanceof Refused || error instanceof TypeError || error instanceof RangeError;
    const { name, message } = known ? error : new TypeError('That cannot be done');
    return JSON.stringify({ error: { name, message } });
  }
};
