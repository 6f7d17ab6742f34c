/**
 * What passes between the server and an Action in its sandbox. Everything is plain JSON: no function, object or handle of one side is
 * ever reachable from the other.
 */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

export type JsonObject = Readonly<Record<string, Json>>;

/** The functions that an Action may export. */
export type HandlerName = 'onExecutePostLogin' | 'onContinuePostLogin';

/** Code that can be run: one CommonJS script without imports, as it was built when it was deployed. */
export interface Program {
  /** SHA-256 of the code, in base64url. */
  readonly checksum: string;
  readonly code: string;
}

/**
 * What was answered to a run from outside, in order. Run anew with the same journal an Action does the same again, up to where it
 * stopped: the clock and randomness come from here as well.
 */
export interface Journal {
  /** 32 bytes in hexadecimal: everything random is derived from it. */
  readonly seed: string;
  /** The clock of the run, milliseconds since the epoch; each answer carries the time that it was given at. */
  readonly startedAtMs: number;
  readonly answers: readonly JournalAnswer[];
}

export interface JournalAnswer {
  /** What was asked: SHA-256 of the question, in base64url. A run that asks anything else is stopped. */
  readonly question: string;
  readonly answer: Json;
  readonly atMs: number;
}

/** What an Action asks of its host and awaits. */
export type HostQuestion =
  | { readonly ask: 'fetch'; readonly request: JsonObject }
  /** A proof that has to be there before the code after it runs. */
  | { readonly ask: 'step-up'; readonly demand: JsonObject };

/** Answered now; or not before the person has done something, so that the run is suspended and is run anew then. */
export type HostAnswer = { readonly answer: Json } | { readonly suspend: true };

/** One thing that an Action wants done, in the order in which it asked: the method of `api`, and its arguments. */
export interface Command {
  /** As in `api.`: `access.deny`, `multifactor.enable`, `idToken.setCustomClaim` … */
  readonly call: string;
  readonly args: readonly Json[];
}

export interface ConsoleLine {
  readonly level: 'debug' | 'info' | 'log' | 'warn' | 'error';
  readonly text: string;
  /** Milliseconds since the run began. */
  readonly atMs: number;
}

export interface ActionCall {
  readonly program: Program;
  readonly handler: HandlerName;
  readonly event: JsonObject;
  /** What `api` answers at once (whether a redirect is possible, what is cached …). */
  readonly context: JsonObject;
  readonly journal: Journal;
  readonly ask: (question: HostQuestion, signal: AbortSignal) => Promise<HostAnswer>;
}

export interface Timing {
  /** Milliseconds between the call and its outcome. */
  readonly wallMs: number;
  /** Milliseconds that the sandbox computed. */
  readonly cpuMs: number;
}

/** Why an Action did not come to its end, in stable words. */
export const ACTION_FAILURES = [
  'threw',
  /** It computed for longer than it may. */
  'cpu_time_exceeded',
  /** It took longer than it may, computing and waiting together. */
  'wall_time_exceeded',
  'memory_exceeded',
  /** Its commands, or one of its answers, are larger than they may be. */
  'result_too_large',
  /** Run anew, it asked something else than before. */
  'journal_mismatch',
  /** It awaits something that nothing will answer. */
  'never_settles',
  /** It is no program, or exports nothing of that name. */
  'not_runnable',
  /** All workers are busy, and so is the queue. */
  'overloaded',
  /** It asked for something that does not exist here. */
  'unsupported',
] as const;

export type ActionFailure = (typeof ACTION_FAILURES)[number];

interface Finished extends Timing {
  readonly commands: readonly Command[];
  readonly console: readonly ConsoleLine[];
  /** Lines of the console that were left out for there were too many. */
  readonly consoleLeftOut: number;
  readonly journal: Journal;
}

export type ActionOutcome =
  | ({ readonly outcome: 'finished' } & Finished)
  /** It awaits a proof. Run it anew with this journal and the answer. */
  | ({ readonly outcome: 'suspended'; readonly question: HostQuestion; readonly questionHash: string } & Finished)
  | ({
      readonly outcome: 'failed';
      readonly failure: ActionFailure;
      /** What it threw, shortened; for its author, never for the person who signs in. */
      readonly message: string;
    } & Finished);

/** How much an Action may use. */
export interface ActionLimits {
  readonly cpuMs: number;
  readonly wallMs: number;
  readonly memoryBytes: number;
  /** Of the commands together, and of each answer. */
  readonly resultBytes: number;
  readonly consoleLines: number;
  readonly consoleBytes: number;
}

/** Runs Actions, each call in a fresh world of its own. */
export interface ActionRuntime {
  run(call: ActionCall): Promise<ActionOutcome>;
  close(): Promise<void>;
}
