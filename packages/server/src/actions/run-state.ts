/**
 * The state of a run through all bound Actions. It is plain JSON, kept in the interaction between two requests of one person, and
 * parsed when it is read (`parse-run.ts`).
 */
import type { Instant } from '@stile/core';
import type { ActionFailure, HandlerName, Journal, JsonObject } from './call.ts';
import type { Effect } from './effects.ts';

/** A deployed version of an Action that a run is held to, whatever is bound or deployed meanwhile. */
export interface PinnedAction {
  /** The name its author gave it: it stands in traces and reports. */
  readonly name: string;
  /** Names the immutable version, so that its program can be found. */
  readonly version: string;
}

/** What an Action demands to be proven. It becomes a requirement among the others, and never takes one away. */
export interface Demand {
  readonly action: string;
  /** By which command: at the end of the run, after the Action, by enrolling something new, or inside the Action. */
  readonly by: 'multifactor.enable' | 'challenge' | 'enrol' | 'step-up';
  readonly acr?: readonly string[];
  /** Names of Stile's factors, any of which will do. */
  readonly factors?: readonly string[];
  /** All that a challenge named, when some of it was proven already and does not answer it. */
  readonly among?: readonly string[];
  readonly since?: Instant;
  /** A browser that was remembered may be spared it, where remembering is configured. */
  readonly sparedByRememberedBrowser?: true;
  /** In the author's words, for the page that asks. */
  readonly reason?: string;
}

/** What a run waits for before it goes on. */
export type Wait =
  | { readonly wait: 'proof'; readonly demand: Demand }
  /** The person is sent there, and comes back to `/continue`. `state` is to be added by whoever sends them. */
  | { readonly wait: 'redirect'; readonly url: string };

/** Why a run failed, in stable words. */
export type RunFailure =
  | ActionFailure
  /** A command that does not exist here, or with arguments that it cannot have. */
  | 'invalid_command'
  /** More than four challenges and enrolments in one run. */
  | 'too_many_challenges'
  /** None of the factors that were demanded can be used by this person. */
  | 'no_usable_factor'
  /** The person would have to be asked, or sent somewhere, and cannot be. */
  | 'interaction_required'
  /** A pinned version is not there any more. */
  | 'version_missing'
  /** It was kept in a shape that it cannot have. */
  | 'state_invalid';

export type RunState =
  /** The next Action is to be run. */
  | { readonly is: 'running' }
  /** The first of these is waited for. */
  | { readonly is: 'waiting'; readonly waits: readonly [Wait, ...Wait[]] }
  | { readonly is: 'done' }
  | {
      readonly is: 'denied';
      readonly action: string;
      /** For the application and perhaps the person, in the author's words. */
      readonly reason: string;
      /** The error code that the author chose (`validation.error`): the application is told it unless it is one of a protocol's. */
      readonly code?: string;
    }
  | {
      readonly is: 'failed';
      readonly action: string;
      readonly failure: RunFailure;
      /** For operators and the author; never for the person. */
      readonly message: string;
      /** With `interaction_required`: what the person would have had to do. */
      readonly needs?: 'proof' | 'redirect';
    };

/** An Action that stands still in the middle: all that it takes to bring it there again. */
export interface Suspended {
  readonly handler: HandlerName;
  readonly journal: Journal;
  /** Hash of what it asked. */
  readonly question: string;
  /** What it was given, without secrets: it must see the same when it is run anew. */
  readonly event: JsonObject;
  readonly context: JsonObject;
}

/** One execution, for the log of decisions. */
export interface ActionReport {
  readonly action: string;
  readonly version: string;
  readonly handler: HandlerName;
  readonly outcome: 'finished' | 'suspended' | 'denied' | 'failed';
  /** Milliseconds, whole. */
  readonly ms: number;
  readonly cpuMs: number;
  /** The methods of `api` that it called, in order. */
  readonly commands: readonly string[];
  /** Why it failed or denied. */
  readonly reason?: string;
}

export interface ActionRun {
  readonly format: 1;
  readonly state: RunState;
  readonly actions: readonly PinnedAction[];
  /** The Action that runs next, or that is being waited for. */
  readonly position: number;
  /** Which of its functions runs next: the second one after a redirect. */
  readonly handler: HandlerName;
  /** Proofs since then belong to this transaction. */
  readonly requestedAt: Instant;
  /** Whether the person can be asked and sent somewhere. */
  readonly interactive: boolean;
  readonly demands: readonly Demand[];
  readonly effects: readonly Effect[];
  /** Challenges and enrolments that were commanded. */
  readonly challenges: number;
  readonly suspended: Suspended | null;
  readonly reports: readonly ActionReport[];
}
