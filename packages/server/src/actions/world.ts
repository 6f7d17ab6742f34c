/** What a run through Actions is given of the world around it. */
import type { Level, Requirement } from '@stile/core';
import type { ActionOutcome, ActionRuntime, HostAnswer, JsonObject, Program } from './call.ts';
import type { Undemandable } from './demands.ts';
import type { EventInput } from './event-input.ts';
import type { ActionReport, PinnedAction } from './run-state.ts';

/** A deployed version of an Action, ready to be run. */
export interface DeployedAction {
  readonly program: Program;
  /** `event.secrets`, in the clear. They are never kept with a run. */
  readonly secrets: Readonly<Record<string, string>>;
}

export interface CacheEntry {
  readonly value: string;
  /** Milliseconds since the epoch. */
  readonly expiresAtMs: number;
}

/** A few strings that Actions keep between runs; what is kept may be gone at any time. */
export interface ActionCache {
  /** What is kept and has not expired. */
  entries(nowMs: number): Readonly<Record<string, CacheEntry>>;
  /** `null` takes an entry out. */
  write(changes: ReadonlyMap<string, CacheEntry | null>, nowMs: number): void;
}

/** An execution with all that there is to see of it, for whoever keeps or shows executions. */
export interface Execution {
  readonly pinned: PinnedAction;
  readonly report: ActionReport;
  readonly outcome: ActionOutcome;
  /** Why nothing came of it though it ran to its end: it wanted what cannot be. */
  readonly refused?: Undemandable;
  /** What it was given, without `event.secrets`: with it and the journal it can be run again. */
  readonly event: JsonObject;
  readonly context: JsonObject;
}

export interface ActionWorld {
  readonly runtime: Pick<ActionRuntime, 'run'>;
  readonly deployed: (version: string) => Promise<DeployedAction | undefined>;
  readonly input: EventInput;
  readonly levels: readonly Level[];
  /** Whether the person's events meet a requirement as things are. */
  readonly isMet: (requirement: Requirement) => boolean;
  /** Names of the factors that this server can ask for. */
  readonly availableFactors: readonly string[];
  /** Names of the factors that this person could enrol now. */
  readonly enrollableFactors: readonly string[];
  /** What somebody who has a further proof has to show before they enrol another; nothing for who has none, and passes a guard instead. */
  readonly beforeEnrolment?: Pick<Requirement, 'acr' | 'since'> | undefined;
  /** The person has come back from a redirect, and `input.request` is how. */
  readonly isContinued: boolean;
  readonly cache: ActionCache;
  readonly fetch: (request: JsonObject, signal: AbortSignal) => Promise<HostAnswer>;
  readonly nowMs: () => number;
  /** 32 random bytes in hexadecimal. */
  readonly newSeed: () => string;
  readonly observe?: (execution: Execution) => void;
}
