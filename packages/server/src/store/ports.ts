/**
 * The store, as the rest of the server sees it: one small port per noun, each saying what must be atomic.
 * Every method that writes answers only after the write is durable. Every implementation passes `store.contract.ts`.
 */
import type { AuthenticationEvent, Instant } from '@stile/core';
import type { Asked, Commit } from '../metrics/recorder.ts';
import type { ActionStore } from './action-ports.ts';
import type { ChainStore } from './chain-ports.ts';
import type { PolicyStore } from './decision-ports.ts';
import type { GrantStore } from './grant-ports.ts';
import type { AuthenticatorStore, DeviceStore, Ended, Once, OwnerGuard } from './owner-ports.ts';
import type { MetadataChange, ProfileStore } from './profile-ports.ts';
import type {
  Arrival,
  AuditRecord,
  Authenticator,
  Ceremony,
  Interaction,
  Purpose,
  Session,
  SigningKey,
  User,
} from './records.ts';

export type {
  AuthorizationOutcome,
  GrantStore,
  Judgement,
  NewAuthorization,
  Standing,
} from './grant-ports.ts';
export type {
  AuthenticatorStore,
  Changed,
  DeviceStore,
  Ended,
  NewEnrolment,
  Once,
  OwnerGuard,
  PasswordReset,
} from './owner-ports.ts';

export interface UserStore extends ProfileStore {
  find(id: string): Promise<User | undefined>;
  /** @param username already normalised */
  findByUsername(username: string): Promise<User | undefined>;
  /** Adds the user and authenticators unless the id exists; an existing user is left as it is. True when added. Throws when another user has the user name. */
  seed(user: User, authenticators: readonly Authenticator[]): Promise<boolean>;
  /**
   * Blocks a user from a moment on, ending all their sessions and revoking all their grants in the same breath; or (null) lifts
   * the block. False when there is no such user.
   */
  setBlocked(id: string, blockedAt: Instant | null, audit: readonly AuditRecord[]): Promise<boolean>;
  /**
   * Those whose id comes after, in the order of their ids: everybody, a page at a time.
   *
   * @param id empty: from the first on
   */
  after(id: string, atMost: number): Promise<readonly User[]>;
}

/** Which ceremony is meant. */
export interface CeremonyKey {
  readonly purpose: Purpose;
  readonly boundTo: string;
  readonly authenticatorId: string | null;
}

export interface CeremonyStore {
  /**
   * Keeps it in place of an earlier one of the same purpose, bond and authenticator: that one counts as used up from then on, also for
   * whoever has just read it.
   */
  begin(ceremony: Ceremony): Promise<void>;
  /** By its id, unless it has expired or was used up. */
  find(id: string, now: Instant): Promise<Ceremony | undefined>;
  /** The one that is under way, unless it has expired or was used up. */
  underWay(key: CeremonyKey, now: Instant): Promise<Ceremony | undefined>;
  /** What an authenticator is asked just now and has not answered, the oldest first. */
  asking(authenticatorId: string, now: Instant): Promise<readonly Ceremony[]>;
  /** All that are for one purpose and were not used up, the oldest first: for operators. */
  ofPurpose(purpose: Purpose, now: Instant): Promise<readonly Ceremony[]>;
  /** Keeps the answer of another device. True once: when it is there, has not expired, was not used up and not answered. */
  answer(id: string, answer: Ceremony['answer'], now: Instant, audit: readonly AuditRecord[]): Promise<boolean>;
  /** Ends it without success: it counts as used up, also for whoever has just read it. */
  end(id: string): Promise<void>;
}

export interface ArrivalStore {
  /** Those that a person was accepted in after a moment, the latest first. */
  ofUser(userId: string, after: Instant): Promise<readonly Arrival[]>;
  /** Keeps it, in place of the earlier one of the same person, browser and country; the first time stays, and the last is never set back. */
  accept(arrival: Arrival): Promise<void>;
}

/** How a proof changes what a factor keeps of an authenticator of the same user. */
export interface MaterialChange {
  readonly authenticatorId: string;
  /** What the proof was judged by: when any of this is otherwise by now, it was used before. */
  readonly seen: Authenticator['material'];
  /** What it becomes, beside what stays as it is; undefined takes a part away. */
  readonly becomes: Authenticator['material'];
}

/** One proof, recorded all at once or not at all. */
export interface ProofRecord {
  readonly event: AuthenticationEvent;
  /** What the proof uses up. If any of it was used before, nothing is recorded. */
  readonly consume: readonly Once[];
  /** What it makes worthless besides, used or not: the time steps before the one of a code. */
  readonly retire: readonly Once[];
  /** A new session, or the one to append to: it must still be alive and hold this secret. */
  readonly session:
    | { readonly kind: 'begin'; readonly session: Session; readonly endSessionId: string | null }
    | { readonly kind: 'append'; readonly id: string; readonly secretHash: string; readonly newSecretHash: string };
  readonly interactionId: string;
  readonly materials?: readonly MaterialChange[];
  /** Authenticators that the proof enrols. */
  readonly enrol: readonly Authenticator[];
  /** Authenticators of the same user that those take the place of: they are removed, with all that rests on them. */
  readonly remove?: readonly string[];
  /** Throttle keys that a success clears. */
  readonly clearThrottles: readonly string[];
  readonly audit: readonly AuditRecord[];
}

/** Sessions that were begun and seen later than these moments have not run out. */
export interface Standings {
  readonly begunAfter: Instant;
  readonly seenAfter: Instant;
}

/** What Actions may change of a session. */
export type SessionChange = Partial<
  Pick<Session, 'cookieMode' | 'expiresAt' | 'idleExpiresAt' | 'metadata' | 'methods'>
>;

export interface SessionStore {
  find(id: string): Promise<Session | undefined>;
  /** By the digest of the cookie it has now; one it had before finds nothing. */
  findBySecret(secretHash: string): Promise<Session | undefined>;
  /** Those that nobody ended, the newest first; some may have run out. */
  ofUser(userId: string): Promise<readonly Session[]>;
  /**
   * Atomic: consumes, enrols, begins or appends (rotating the secret, leaving out events that the new one outdoes), pins the
   * interaction's user, notes when the authenticator was used, clears throttles, audits. Unless it is `recorded`, nothing is.
   * `session-gone` also when the interaction is gone or finished, somebody else began to answer it, or the user is blocked.
   */
  recordProof(proof: ProofRecord): Promise<'recorded' | 'already-used' | 'session-gone'>;
  touch(id: string, now: Instant): Promise<void>;
  /**
   * Atomic: changes what Actions may change of a session that nobody ended. False when there is none.
   *
   * @param change pure; gets the session as it is then
   */
  amend(id: string, change: (session: Session) => SessionChange): Promise<boolean>;
  /** Ends the session. True if it was alive. */
  end(id: string, now: Instant, audit: readonly AuditRecord[]): Promise<boolean>;
  /**
   * Atomic: ends one session of a user, or all but one, and revokes every grant that was made in them; with all but one also those of
   * sessions that are over, and every remembered device is forgotten. Says how many were alive; audits if any was, or if all but one were meant.
   * Nothing is changed when the guard does not stand.
   */
  signOut(
    userId: string,
    which: { readonly only: string } | { readonly except: string | null },
    now: Instant,
    audit: readonly AuditRecord[],
    guard: OwnerGuard | null,
  ): Promise<Ended | 'session-gone'>;
  /** Ends every session of a user, and forgets every remembered device. Returns how many sessions were alive. */
  endAllOf(userId: string, now: Instant, audit: readonly AuditRecord[]): Promise<number>;
  /**
   * Atomic: ends every session of everybody, forgets every remembered device and revokes every grant, and with it every code and token of it. Says how many were alive:
   * of the sessions those that had not run out by themselves.
   *
   * @param standing which had not: begun and seen later than these moments
   * @param audit pure; gets what ended, for the records of it
   */
  endEverything(now: Instant, standing: Standings, audit: (ended: Ended) => readonly AuditRecord[]): Promise<Ended>;
}

/** What an Action that denies wants done for all that. */
export interface Denial {
  readonly userId: string;
  readonly metadata?: MetadataChange;
  /** The session that ends, with everything that was made in it unless that is to be preserved. */
  readonly ends?: {
    readonly sessionId: string;
    readonly preserveRefreshTokens: boolean;
    readonly audit: readonly AuditRecord[];
  };
}

export interface InteractionStore {
  save(interaction: Interaction): Promise<void>;
  find(id: string): Promise<Interaction | undefined>;
  /**
   * Changes what an unfinished interaction remembers. False, and nothing is changed, when it is finished, or when it does not
   * belong to the person named in `onlyIf` any more, or when what it keeps of Actions is not what is named there: of what was kept
   * once, one request makes something else, on any number of processes.
   */
  update(
    id: string,
    change: Partial<
      Pick<Interaction, 'accountSelectedAt' | 'actions' | 'asked' | 'consentedAt' | 'progress' | 'userId'>
    >,
    onlyIf?: { readonly userId?: string; readonly actions?: Interaction['actions'] },
  ): Promise<boolean>;
  /**
   * Finishes some of those whose time is over, and forgets their progress. Says what the person of each was asked last; each is
   * told once, on any number of processes.
   */
  abandon(now: Instant, atMost: number): Promise<readonly (Asked | null)[]>;
  /**
   * Atomic: marks it finished, once (a refusal sent to the client), and forgets its progress and its Actions, but not who was going on with
   * those just then. True the first time.
   */
  finish(id: string, now: Instant, audit: readonly AuditRecord[]): Promise<boolean>;
  /**
   * Atomic: keeps that an Action denies, when what is kept of Actions is what is named in `onlyIf`, and does what it wants done for all that.
   * That is done, too, when the interaction was finished meanwhile while whoever is named there was going on with it: then it is `over`.
   * `raced` when somebody else was first; then nothing is done. When metadata cannot be kept it is `unkept`: the session ends nonetheless,
   * and nothing else is changed.
   */
  deny(
    id: string,
    change: { readonly actions: Interaction['actions'] },
    onlyIf: { readonly actions: Interaction['actions'] },
    denial: Denial,
    now: Instant,
  ): Promise<'kept' | 'over' | 'raced' | 'unkept'>;
}

export interface OnceStore {
  /** True exactly once for a kind and key, on any number of processes. Audited in the same transaction when it succeeds. */
  consume(once: Once, audit: readonly AuditRecord[]): Promise<boolean>;
}

/** So many tries at once, then one every so often; both whole numbers, at least 1. */
export interface ThrottleLimit {
  readonly key: string;
  readonly burst: number;
  readonly intervalSeconds: number;
  /** Under what it is found beside the others of the same person; a digest. */
  readonly whose?: string | null;
  /** What an operator tells it by. */
  readonly label?: string;
}

export type ThrottleOutcome =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly retryAfterSeconds: number; readonly key: string };

/** What is spent of a limit: all of its tries are free again at that moment. */
export interface SpentThrottle {
  readonly key: string;
  readonly freeAt: Instant;
  readonly whose: string | null;
  readonly label: string | null;
}

export interface ThrottleStore {
  /** Takes one try from every limit, or from none if any is exhausted; then says in how many seconds the next is free. */
  take(limits: readonly ThrottleLimit[], now: Instant): Promise<ThrottleOutcome>;
  /** What taking one would say. Nothing is taken. */
  look(limits: readonly ThrottleLimit[], now: Instant): Promise<ThrottleOutcome>;
  /** What is spent of somebody's limits, the one that is free last first. */
  spentOf(whose: readonly string[], now: Instant): Promise<readonly SpentThrottle[]>;
  /** Gives somebody every try back. Says of how many limits; audits if of any. */
  lift(whose: readonly string[], audit: readonly AuditRecord[]): Promise<number>;
}

export interface KeyStore {
  all(): Promise<readonly SigningKey[]>;
  /** Adds keys for an algorithm that has none yet; otherwise changes nothing (two processes may start at once). */
  ensure(keys: readonly SigningKey[]): Promise<void>;
  /**
   * Atomic, for the algorithms of `newNext`: `current` → `retired` until `retiresAt`, `next` → `current`, and `newNext` → `next`.
   * Forgets retired keys past their time.
   *
   * @param knownSince each next key must have been made by then, so that the world knows it; null: whenever it was made
   * @returns false, and nothing is changed, when one was made later
   */
  rotate(
    newNext: readonly SigningKey[],
    now: Instant,
    retiresAt: Instant,
    knownSince: Instant | null,
    audit: readonly AuditRecord[],
  ): Promise<boolean>;
  /**
   * Atomic: forgets a key at once, for it is in the wrong hands. When it signed, `next` → `current`; unless it was retired,
   * `newNext` → `next`. Says which state it was in; nothing when there is no such key.
   */
  withdraw(kid: string, newNext: SigningKey, audit: readonly AuditRecord[]): Promise<SigningKey['state'] | undefined>;
  /** A random secret of the server by name, made once. */
  secret(name: string, candidate: Uint8Array): Promise<Uint8Array>;
  /** The secrets of the server that were made, by name. */
  secrets(): Promise<ReadonlyMap<string, Uint8Array>>;
  /** Atomic: forgets every secret of the server, and keeps these. */
  renewSecrets(secrets: ReadonlyMap<string, Uint8Array>, audit: readonly AuditRecord[]): Promise<void>;
}

export interface AuditStore {
  append(records: readonly AuditRecord[]): Promise<void>;
  find(id: string): Promise<AuditRecord | undefined>;
  /** Newest first; within one second by id, the greatest first. */
  recent(limit: number): Promise<readonly AuditRecord[]>;
  /** Those about one user, in the same order. */
  ofUser(userId: string, limit: number): Promise<readonly AuditRecord[]>;
  /** The first of them that is of one of these types. */
  latestOf(userId: string, types: readonly string[]): Promise<AuditRecord | undefined>;
  /** Those of these types that come after a place, the oldest first; within one second by id: the log, a page at a time. */
  after(place: AuditPlace, types: readonly string[], atMost: number): Promise<readonly AuditRecord[]>;
  /** Those of these types that come before a place, the newest first: of one person, or of all. */
  before(place: AuditPlace, types: readonly string[], atMost: number, userId?: string): Promise<readonly AuditRecord[]>;
  /** How many of these types come after a place. */
  countAfter(place: AuditPlace, types: readonly string[]): Promise<number>;
}

/** A place in the log: that of a record, or (with an empty id) before the first one of a second. */
export type AuditPlace = Pick<AuditRecord, 'at' | 'id'>;

export interface Store {
  readonly users: UserStore;
  readonly authenticators: AuthenticatorStore;
  readonly ceremonies: CeremonyStore;
  readonly devices: DeviceStore;
  readonly arrivals: ArrivalStore;
  readonly sessions: SessionStore;
  readonly interactions: InteractionStore;
  readonly grants: GrantStore;
  readonly once: OnceStore;
  readonly throttles: ThrottleStore;
  readonly keys: KeyStore;
  readonly actions: ActionStore;
  readonly audit: AuditStore;
  readonly chain: ChainStore;
  readonly policies: PolicyStore;
  /** Throws when the store cannot write and read. */
  check(): Promise<void>;
  /** Forgets what has expired, in small steps. Returns how many rows went. */
  sweep(now: Instant): Promise<number>;
  /** Tells of every commit from now on: for the metrics. */
  onCommit(listener: (commit: Commit) => void): void;
  close(): Promise<void>;
}
