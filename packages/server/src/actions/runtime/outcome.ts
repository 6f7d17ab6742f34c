/** What a worker says of a call that is over, and what it means. */
import type { ActionOutcome, Command, ConsoleLine, HostQuestion, Journal } from '../call.ts';
import type { Ending } from './run.ts';

interface Done {
  readonly ending: Ending;
  readonly question?: { readonly text: string; readonly hash: string };
  readonly commands?: readonly Command[];
  readonly console?: readonly ConsoleLine[];
  readonly consoleLeftOut?: number;
  readonly journal: Journal;
  readonly cpuMs: number;
}

const isDone = (value: unknown): value is Done =>
  typeof value === 'object' && value !== null && 'ending' in value && 'journal' in value;

const isQuestion = (value: unknown): value is HostQuestion =>
  typeof value === 'object' && value !== null && 'ask' in value && (value.ask === 'fetch' || value.ask === 'step-up');

/** @throws Error when it is no question */
export const questionIn = (text: string): HostQuestion => {
  const question: unknown = JSON.parse(text);
  if (!isQuestion(question)) throw new Error('A worker asked what is no question.');
  return question;
};

/** @param text as the worker wrote it */
export const outcomeOf = (text: string, wallMs: number): ActionOutcome => {
  const done: unknown = JSON.parse(text);
  if (!isDone(done)) throw new Error('A worker did not say what became of a call.');
  const { ending, question, commands = [], console = [], consoleLeftOut = 0, journal, cpuMs } = done;
  const finished = { commands, console, consoleLeftOut, journal, cpuMs, wallMs };
  if (ending.failure === undefined) return { outcome: 'finished', ...finished };
  if (ending.failure !== 'suspended') {
    return { outcome: 'failed', failure: ending.failure, message: ending.message, ...finished };
  }
  if (question === undefined) throw new Error('A worker suspended a call without a question.');
  return { outcome: 'suspended', question: questionIn(question.text), questionHash: question.hash, ...finished };
};
