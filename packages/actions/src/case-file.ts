/**
 * Cases for `stile actions test`: what an Action is given, and what is expected of it. They stand beside it, in `name.case.ts`:
 *
 *     export const cases: CaseFile = [{ name: 'asks at night', event: { … }, expect: { calls: ['multifactor.enable'] } }];
 */
import type { Json } from './json.ts';

export type CaseFile = readonly ActionCase[];

export interface ActionCase {
  readonly name: string;
  /** The Action; that of the file unless it is said. */
  readonly action?: string;
  /** `onExecutePostLogin` unless it is said. */
  readonly handler?: 'onExecutePostLogin' | 'onContinuePostLogin';
  /** The clock of the case: ISO 8601. */
  readonly at?: string;
  /** 64 hexadecimal digits from which everything random comes. */
  readonly seed?: string;
  /** What is different from an ordinary login; `undefined` takes a member away. */
  readonly event?: Difference;
  /** `event` is all there is. */
  readonly isWholeEvent?: boolean;
  readonly secrets?: Record<string, string>;
  /** What is cached. */
  readonly cache?: Record<string, string>;
  readonly canRedirect?: boolean;
  /** What the world answers to each `fetch`, in order. */
  readonly fetch?: CaseFetch[];
  /** What is proven at each `api.stepUp.require`; the first that is missing has yet to be proven. */
  readonly stepUps?: Record<string, Json>[];
  readonly expect: CaseExpectation;
}

/** Parts of an event. */
export interface Difference {
  readonly [name: string]: Json | Difference | undefined;
}

export interface CaseFetch {
  /** The call has to be to this address; any will do if it is left out. */
  readonly url?: string;
  readonly method?: string;
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly text?: string;
  readonly json?: Json;
  /** The call fails, with this message. */
  readonly error?: string;
}

export interface CaseExpectation {
  /** `suspended`: it waits for a proof. `finished` unless it is said. */
  readonly outcome?: 'finished' | 'suspended' | 'failed';
  /** Why it failed: `threw`, `unsupported`, `invalid_command` … */
  readonly failure?: string;
  /** Stands in what it threw. */
  readonly message?: string;
  /** All that it called of `api`, in order: the method, then its arguments. */
  readonly commands?: [call: string, ...args: Json[]][];
  /** The methods alone. */
  readonly calls?: string[];
  /** What `api.stepUp.require` demands that was not proven. */
  readonly demand?: Record<string, Json>;
  /** What it wrote to the console. */
  readonly console?: string[];
}
