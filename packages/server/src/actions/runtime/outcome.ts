/** What a worker says of a call that is over, and what it means. */
import type { ActionOutcome, Command, ConsoleLine, HostQuestion, Journal, Json } from '../call.ts';
import type { Answered, Ending } from './run.ts';

interface Done {
  readonly ending: Ending;
  readonly question?: { readonly text: string; readonly hash: string };
  readonly commands?: readonly Command[];
  readonly console?: readonly ConsoleLine[];
  readonly consoleLeftOut?: number;
  readonly answers?: readonly Answered[];
  readonly cpuMs: number;
}

const isDone = (value: unknown): value is Done =>
  typeof value === 'object' && value !== null && 'ending' in value && 'cpuMs' in value;

const isQuestion = (value: unknown): value is HostQuestion =>
  typeof value === 'object' && value !== null && 'ask' in value && (value.ask === 'fetch' || value.ask === 'step-up');

/** @throws Error when it is no question */
export const questionIn = (text: string): HostQuestion => {
  const question: unknown = JSON.parse(text);
  if (!isQuestion(question)) throw new Error('A worker asked what is no question.');
  return question;
};

/**
 * @param text as the worker wrote it
 * @param given what the host has answered, by the numbers of the questions
 */
export const outcomeOf = (
  text: string,
  wallMs: number,
  before: Journal,
  given: ReadonlyMap<number, Json>,
): ActionOutcome => {
  const done: unknown = JSON.parse(text);
  if (!isDone(done)) throw new Error('A worker did not say what became of a call.');
  const { ending, question, commands = [], console = [], consoleLeftOut = 0, answers = [], cpuMs } = done;
  const answerFrom = (from: Answered['from']): Json =>
    ('asked' in from ? given.get(from.asked) : before.answers[from.journal]?.answer) ?? null;
  const entries = answers.map(({ question: asked, atMs, from }) => ({
    question: asked,
    answer: answerFrom(from),
    atMs,
  }));
  const journal = { ...before, answers: entries };
  const finished = { commands, console, consoleLeftOut, journal, cpuMs, wallMs };
  if (ending.failure === undefined) return { outcome: 'finished', ...finished };
  if (ending.failure !== 'suspended') {
    return { outcome: 'failed', failure: ending.failure, message: ending.message, ...finished };
  }
  if (question === undefined) throw new Error('A worker suspended a call without a question.');
  return { outcome: 'suspended', question: questionIn(question.text), questionHash: question.hash, ...finished };
};
