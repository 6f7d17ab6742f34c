/** What belongs to one run while it goes on. */
import type { ActionFailure, ActionLimits, Journal } from '../call.ts';
import type { Capture } from './captured.ts';
import { createCapture } from './captured.ts';
import type { Questions } from './questions.ts';
import { createQuestions } from './questions.ts';
import { createRandomness } from './randomness.ts';
import type { Timers } from './timers.ts';
import { createTimers } from './timers.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** How a run ended. */
export type Ending =
  | { readonly failure: undefined }
  | { readonly failure: ActionFailure; readonly message: string }
  | { readonly failure: 'suspended'; readonly question: number };

/** A question that was answered, now or when it was asked before; the answer itself is where it came from. */
export interface Answered {
  readonly question: string;
  readonly atMs: number;
  readonly from: { readonly asked: number } | { readonly journal: number };
}

export interface Run {
  readonly limits: ActionLimits;
  readonly clock: VirtualClock;
  readonly startedAtMs: number;
  readonly random: (bytes: number) => Buffer;
  readonly capture: Capture;
  readonly questions: Questions;
  readonly timers: Timers;
  readonly journal: Journal;
  readonly answers: Answered[];
  /** Its handler came to an end, one way or the other. The first time counts. */
  settle(ending: Ending): void;
  /** Ends it whatever it does. */
  end(failure: ActionFailure, message: string): void;
  /** What the handler came to. */
  settled(): Ending | undefined;
  /** What ended it by force. */
  ended(): Ending | undefined;
}

export const createRun = (limits: ActionLimits, clock: VirtualClock, journal: Journal): Run => {
  let settled: Ending | undefined;
  let ended: Ending | undefined;
  return {
    limits,
    clock,
    startedAtMs: journal.startedAtMs,
    random: createRandomness(journal.seed),
    capture: createCapture(limits),
    questions: createQuestions(),
    timers: createTimers(),
    journal,
    answers: [],
    settle: (ending) => {
      settled ??= ending;
    },
    end: (failure, message) => {
      ended ??= { failure, message };
    },
    settled: () => settled,
    ended: () => ended,
  };
};
