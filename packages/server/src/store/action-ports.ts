/**
 * The store's port of Actions: what was deployed, what is bound to run, what came of it, and what Actions keep for a while.
 * Secrets are sealed before they come here: the store never sees one.
 */
import type { Instant } from '@stile/core';
import type { Command, ConsoleLine, HandlerName, Journal, JsonObject } from '../actions/call.ts';
import type { RunFailure } from '../actions/run-state.ts';
import type { AuditRecord } from './records.ts';

/** What Actions can be bound to. */
export type Trigger = 'post-login';

/** `live`: what it says is done. `shadow`: it runs beside, its verdict is kept, and nothing of it is done. */
export type BindingMode = 'live' | 'shadow';

export interface Action {
  readonly id: string;
  /** Unique: the name of its file. */
  readonly name: string;
  readonly createdAt: Instant;
}

/** A package that was bundled with an Action. */
export interface Dependency {
  readonly name: string;
  readonly version: string;
}

/** What was deployed once, and never changes. */
export interface ActionVersion {
  readonly id: string;
  readonly actionId: string;
  /** Counts from 1 for each Action; a number is never used again. */
  readonly number: number;
  /** SHA-256 of the code, in base64url. */
  readonly checksum: string;
  /** One CommonJS script without imports. */
  readonly code: string;
  readonly dependencies: readonly Dependency[];
  readonly secretNames: readonly string[];
  /** The secrets, encrypted for this version alone; null when there are none. */
  readonly sealedSecrets: string | null;
  /** A keyed digest, by which the same secrets are known again; empty when there are none. */
  readonly secretsDigest: string;
  readonly createdAt: Instant;
}

/** A version without its code and secrets, for lists. */
export type VersionSummary = Omit<ActionVersion, 'code' | 'sealedSecrets' | 'secretsDigest'>;

/** That a version of an Action runs. An Action is bound at most once in each mode. */
export interface Binding {
  readonly trigger: Trigger;
  readonly actionId: string;
  readonly mode: BindingMode;
  readonly versionId: string;
  readonly enabled: boolean;
}

export interface BoundAction {
  readonly binding: Binding;
  readonly action: Action;
  readonly version: ActionVersion;
}

/** Where a trigger stands. */
export interface TriggerState {
  /** Grows with everything that changes what runs. 0: nothing was ever bound. */
  readonly revision: number;
  /** Set while everything that is bound to it is switched off. */
  readonly offSince: Instant | null;
}

/** A version that is to be deployed; its number is given by the store. */
export interface Deployment {
  readonly trigger: Trigger;
  readonly name: string;
  /** For the Action, if it is new. */
  readonly newActionId: string;
  readonly version: Omit<ActionVersion, 'actionId' | 'number'>;
  /** So many versions are kept; the oldest that are not bound go. */
  readonly mostVersions: number;
}

export interface Deployed {
  /** False when the newest version is the same already, and none was made. */
  readonly isNew: boolean;
  readonly action: Action;
  readonly version: VersionSummary;
}

/** What becomes of the bindings of a trigger: pure, for it may be asked more than once. */
export interface BindingChange<T> {
  /** In their new order; undefined: they stay as they are, and nothing is audited. */
  readonly bindings: readonly Binding[] | undefined;
  readonly value: T;
  readonly audit: readonly AuditRecord[];
}

/** How an Action ended, for its author: shortened, and with its secrets masked. */
export interface ActionExecution {
  readonly id: string;
  readonly at: Instant;
  readonly trigger: Trigger;
  /** Its name, which stays readable when its version is gone. */
  readonly action: string;
  readonly versionId: string;
  readonly number: number;
  readonly mode: BindingMode;
  readonly userId: string | null;
  readonly clientId: string | null;
  readonly requestId: string | null;
  readonly outcome: 'finished' | 'suspended' | 'failed';
  readonly details: ExecutionDetails;
}

export interface ExecutionDetails {
  readonly handler: HandlerName;
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly failure?: RunFailure;
  readonly message?: string;
  readonly commands: readonly Command[];
  readonly console: readonly ConsoleLine[];
  readonly consoleLeftOut: number;
  /** What it takes to run it again (`RecordedExecution`), encrypted for this execution alone; left out where that is not to be kept. */
  readonly recorded?: string;
}

/** What an Action was given. */
export interface RecordedExecution {
  readonly event: JsonObject;
  readonly context: JsonObject;
  readonly journal: Journal;
}

export interface CacheEntry {
  readonly trigger: Trigger;
  readonly key: string;
  readonly value: string;
  readonly expiresAt: Instant;
}

export type CacheChange = { readonly set: Omit<CacheEntry, 'trigger'> } | { readonly delete: string };

export interface CacheLimits {
  readonly entries: number;
  /** Of all keys and values together. */
  readonly totalBytes: number;
}

export interface ActionStore {
  /** By their names. */
  all(): Promise<readonly Action[]>;
  findByName(name: string): Promise<Action | undefined>;
  /** The newest first. */
  versionsOf(actionId: string): Promise<readonly VersionSummary[]>;
  findVersion(id: string): Promise<{ readonly action: Action; readonly version: ActionVersion } | undefined>;
  /** One row, read often. */
  state(trigger: Trigger): Promise<TriggerState>;
  /** In their order, those that are not enabled too. */
  bindings(trigger: Trigger): Promise<readonly Binding[]>;
  /** What runs, in its order, with the state that it belongs to: nothing while the trigger is switched off. */
  bound(trigger: Trigger): Promise<{ readonly state: TriggerState; readonly actions: readonly BoundAction[] }>;
  /**
   * Atomic: makes the Action if it is new, and a version of it unless the newest is the same, changes the bindings as it is told,
   * forgets the oldest versions beyond the limit that are not bound, and audits.
   *
   * @param change gets the bindings as they are
   */
  deploy(
    deployment: Deployment,
    change: (deployed: Deployed, bindings: readonly Binding[]) => Omit<BindingChange<unknown>, 'value'>,
  ): Promise<Deployed>;
  /** Atomic: puts other bindings in the place of those that there are. */
  changeBindings<T>(trigger: Trigger, change: (bindings: readonly Binding[]) => BindingChange<T>): Promise<T>;
  /** Switches off everything that is bound, or on again (null). False, and nothing is audited, when it was so already. */
  setOff(trigger: Trigger, offSince: Instant | null, audit: readonly AuditRecord[]): Promise<boolean>;
  recordExecutions(executions: readonly ActionExecution[]): Promise<void>;
  findExecution(id: string): Promise<ActionExecution | undefined>;
  /**
   * The newest first.
   *
   * @param of the name of an Action; undefined: of all
   */
  executions(limit: number, of?: string): Promise<readonly ActionExecution[]>;
  /** Forgets the executions of that moment and older, in small steps. Returns how many. */
  forgetExecutions(until: Instant): Promise<number>;
  /** What Actions keep for a while and has not expired. */
  cached(trigger: Trigger, now: Instant): Promise<readonly CacheEntry[]>;
  /** Atomic: changes what is kept, in order; beyond the limits what would expire first goes. */
  changeCache(trigger: Trigger, changes: readonly CacheChange[], limits: CacheLimits, now: Instant): Promise<void>;
}
