/** What the host and a worker tell each other. Nothing but text and numbers crosses; a worker has one call at a time. */
import type { ActionFailure, ActionLimits, HandlerName, Journal } from '../call.ts';

/** What a worker is given when it starts. */
export interface WorkerSettings {
  readonly limits: ActionLimits;
  /** A script whose value is `(host) => ({ event, api })`. */
  readonly insideSource: string;
  readonly engine: WebAssembly.Module;
}

/** Every message belongs to a call, by its number: what comes too late is of no call. */
export type ToWorker =
  | {
      readonly type: 'run';
      readonly call: number;
      readonly checksum: string;
      readonly handler: HandlerName;
      /** JSON: the event and the context. */
      readonly input: string;
      readonly journal: Journal;
    }
  | { readonly type: 'program'; readonly call: number; readonly code: string }
  | { readonly type: 'answer'; readonly call: number; readonly question: number; readonly answer: string }
  | { readonly type: 'suspend'; readonly call: number; readonly question: number }
  | { readonly type: 'stop'; readonly call: number; readonly failure: ActionFailure; readonly message: string };

export interface Asked {
  readonly id: number;
  /** JSON of the question. */
  readonly text: string;
}

export type FromWorker =
  | { readonly type: 'ready' }
  /** The program of the call is not known here. */
  | { readonly type: 'program-wanted'; readonly call: number }
  /** It computes, for a timer of its own has come due. */
  | { readonly type: 'computing'; readonly call: number }
  | {
      readonly type: 'waiting';
      readonly call: number;
      /** How many messages of this call it had received by then. */
      readonly received: number;
      readonly cpuMs: number;
      readonly asked: readonly Asked[];
      /** Questions whose answers are no longer awaited. */
      readonly abandoned: readonly number[];
    }
  /** JSON of what became of the call. */
  | { readonly type: 'done'; readonly call: number; readonly text: string }
  /** The engine failed and cannot be used again. */
  | { readonly type: 'broken'; readonly call: number; readonly cpuMs: number; readonly message: string };
