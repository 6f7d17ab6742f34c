/** The store's ports of what people have and change as their own: authenticators and remembered devices. */
import type { Instant } from '@stile/core';
import type { AuditRecord, Authenticator, EnrolmentTicket, RememberedDevice } from './records.ts';

/** A thing that may succeed once: a code, a one-time code's step, a recovery code, a ticket, a token, an assertion. */
export interface Once {
  readonly kind:
    | 'code'
    | 'totp'
    | 'recovery-code'
    | 'enrolment-ticket'
    | 'single-use-token'
    | 'client-assertion'
    | 'interaction'
    /** An authenticator's life. */
    | 'authenticator'
    | 'ceremony'
    /** What an approving device asked. */
    | 'device-message';
  readonly key: string;
  /** From then on the thing is refused for its age anyway, so the memory of it may be dropped; null: never. */
  readonly expiresAt: Instant | null;
}

/** How many there were. */
export interface Ended {
  readonly sessions: number;
  readonly grants: number;
}

/**
 * On what a person changes what is theirs. It is judged in the transaction of the change: what stood when a request was looked at may have
 * ended since. A change takes null in its place where an administrator makes it, on nothing but their own authority.
 */
export interface OwnerGuard {
  /** Must not have ended, and be this person's. */
  readonly sessionId: string;
  /** What an application that acts for them was granted: must not have been revoked, and be this person's. */
  readonly grantId?: string;
  /** The authenticators whose proofs it rests on: none may have been removed since. */
  readonly restsOn: readonly string[];
}

/** What came of a change: `unknown` when this person has no such thing, `session-gone` when its guard does not stand. */
export type Changed = 'done' | 'unknown' | 'session-gone';

/** Authenticators that somebody who is signed in adds to those they have. */
export interface NewEnrolment {
  readonly userId: string;
  readonly guard: OwnerGuard | null;
  /** Ends every other session of the user in the same breath, with what was granted there and every remembered device. */
  readonly signOutElsewhereAt?: Instant;
  readonly authenticators: readonly Authenticator[];
  /** Instead of being added, the only new authenticator lends its material to this one, which still has this material: a new sheet of codes. */
  readonly inPlaceOf?: Pick<Authenticator, 'id' | 'material'>;
  readonly consume: readonly Once[];
  readonly audit: readonly AuditRecord[];
}

/** A new password in place of a forgotten one. */
export interface PasswordReset {
  readonly userId: string;
  /** Takes the place of the password that the user had. */
  readonly password: Authenticator;
  readonly consume: readonly Once[];
  readonly clearThrottles: readonly string[];
  readonly audit: readonly AuditRecord[];
}

export interface AuthenticatorStore {
  ofUser(userId: string): Promise<readonly Authenticator[]>;
  /** Replaces what a factor keeps (a password hash made stronger), only if the old material is still there. */
  replaceMaterial(
    id: string,
    old: Authenticator['material'],
    material: Authenticator['material'],
    audit?: readonly AuditRecord[],
  ): Promise<boolean>;
  /**
   * Atomic: an authenticator is gone, and with it all that rests on it. Its proofs are taken out of every session (one that was begun
   * by it alone ends), every grant that was made with one is revoked, every remembered device of the user is forgotten, and a proof that is
   * under way is not recorded any more.
   * Says how many sessions and grants lost something; else nothing is changed: `unknown` when this user has no such authenticator.
   *
   * @param among the ids of the user's authenticators when it was judged whether this one may go: when they are others by now, it counts as unknown
   */
  remove(
    userId: string,
    id: string,
    now: Instant,
    audit: readonly AuditRecord[],
    guard: OwnerGuard | null,
    among?: readonly string[],
  ): Promise<Ended | Exclude<Changed, 'done'>>;
  /**
   * Atomic: adds authenticators to a user, uses up what it took, and audits. Nothing unless it is `enrolled`. `taken` when somebody has
   * one with that lookup, or when what it should take the place of has changed.
   */
  enrol(enrolment: NewEnrolment): Promise<'enrolled' | 'already-used' | 'session-gone' | 'taken'>;
  /**
   * Atomic: uses up what it took, puts the new password in the place of the old one (whose proofs count no more, also those under way),
   * ends every session, revokes every grant and forgets every remembered device of the user, and in which browsers and countries they were
   * accepted. Nothing unless it is `reset`; `gone` when the
   * user is not there, is blocked or has no password.
   */
  resetPassword(reset: PasswordReset, now: Instant): Promise<'reset' | 'already-used' | 'gone'>;
  /** The one with that lookup, whoever's it is. */
  findByLookup(lookup: string): Promise<Authenticator | undefined>;
  /** Gives it another name. */
  rename(
    userId: string,
    id: string,
    name: string,
    audit: readonly AuditRecord[],
    guard: OwnerGuard | null,
  ): Promise<Changed>;
  /** Makes it the one that is asked for first. */
  prefer(
    userId: string,
    id: string,
    now: Instant,
    audit: readonly AuditRecord[],
    guard: OwnerGuard | null,
  ): Promise<Changed>;
  saveTicket(ticket: EnrolmentTicket): Promise<void>;
  /** The ticket if it exists, is not expired and was not used. Consumes nothing. */
  findTicket(ticketHash: string, now: Instant): Promise<EnrolmentTicket | undefined>;
  /** The ids of the recovery codes (or other once-only parts) of this kind that were used, of those asked about. */
  usedOf(kind: Once['kind'], keys: readonly string[]): Promise<readonly string[]>;
}

export interface DeviceStore {
  /** Nothing is remembered, and the answer is false, when the guard does not stand. */
  remember(device: RememberedDevice, audit: readonly AuditRecord[], guard: OwnerGuard | null): Promise<boolean>;
  /** By the digest of its cookie, unless it is revoked or has expired. */
  findBySecret(secretHash: string, now: Instant): Promise<RememberedDevice | undefined>;
  /** Those that are remembered now, the newest first. */
  ofUser(userId: string, now: Instant): Promise<readonly RememberedDevice[]>;
  touch(id: string, now: Instant): Promise<void>;
  revoke(
    userId: string,
    id: string,
    now: Instant,
    audit: readonly AuditRecord[],
    guard: OwnerGuard | null,
  ): Promise<Changed>;
}
