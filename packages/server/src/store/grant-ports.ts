/** The store's port of what was granted: codes, tokens and consents. */
import type { Instant } from '@stile/core';
import type { SessionChange } from './ports.ts';
import type { MetadataChange } from './profile-ports.ts';
import type { AuditRecord, Code, Consent, Grant, RefreshToken, Session, User } from './records.ts';

/** What the authorization endpoint hands out. */
export interface NewAuthorization {
  readonly grant: Grant;
  readonly code: Code;
  /** The interaction it answers; it is finished in the same breath, once: a second code for it is never made. */
  readonly interactionId: string | null;
  /** Consents to remember. */
  readonly consents: readonly Consent[];
  readonly touchSession: { readonly id: string; readonly at: Instant } | null;
  /** What Actions want kept of its person. */
  readonly metadata?: MetadataChange;
  /** What Actions change of its session; pure. */
  readonly amendSession?: (session: Session) => SessionChange;
  readonly audit: readonly AuditRecord[];
}

/** What a code or token stands on. */
export interface Standing {
  readonly grant: Grant;
  readonly session: Session | undefined;
  readonly user: User | undefined;
}

/** What a judge says of a consumed code or a presented refresh token. */
export interface Judgement<T> {
  readonly value: T;
  /** A refresh token to keep; none when refused or not granted. */
  readonly refreshToken: RefreshToken | null;
  readonly audit: readonly AuditRecord[];
  /** True to revoke the grant in the same transaction (fraud). */
  readonly revoke?: string;
}

type CodeOutcome<T> =
  | { readonly outcome: 'judged'; readonly value: T }
  /** The code had been used: its grant is revoked now, durably. */
  | { readonly outcome: 'reused'; readonly grantId: string }
  | { readonly outcome: 'unknown' };

type RefreshOutcome<T> =
  | { readonly outcome: 'judged'; readonly value: T }
  | { readonly outcome: 'reused'; readonly grantId: string }
  | { readonly outcome: 'unknown' };

/** `proofs-gone`: the session has ended since, or an authenticator that the grant rests on was removed. */
export type AuthorizationOutcome = 'authorized' | 'already-answered' | 'proofs-gone';

export interface GrantStore {
  /**
   * Atomic: the grant, its code, the finished interaction, consents, what Actions want kept, audit; and nothing unless it is
   * `authorized`. It throws when what Actions want kept cannot be. It is `already-answered` when the interaction was finished before, or is gone. What the grant rests on must still be there: its session
   * alive, with a proof by each authenticator whose proof the grant remembers.
   */
  authorize(authorization: NewAuthorization): Promise<AuthorizationOutcome>;
  /**
   * Atomic: consumes the code, *then* asks the judge, then keeps what the judge grants. The code stays consumed whatever
   * the judge says, also when the judge throws. A code that was consumed before revokes its grant.
   *
   * @param judge pure; gets the grant, its session and its user as they stand in the same transaction
   */
  redeemCode<T>(
    codeHash: string,
    now: Instant,
    judge: (found: { code: Code } & Standing) => Judgement<T>,
  ): Promise<CodeOutcome<T>>;
  /**
   * Atomic rotation. A token that was never rotated, or was rotated at most `graceSeconds` ago to the same successor that is
   * itself still unused, is put before the judge; if the judge grants a refresh token (its hash is `successorHash`) the presented one counts as
   * rotated (in the grace case the successor that already exists is kept as it is). A token rotated earlier, or whose successor was used,
   * is reused: its grant is revoked. Without a grace (0), so is every second use. Expiry is the judge's business.
   */
  rotateRefreshToken<T>(
    tokenHash: string,
    successorHash: string,
    now: Instant,
    graceSeconds: number,
    judge: (found: { refreshToken: RefreshToken } & Standing) => Judgement<T>,
  ): Promise<RefreshOutcome<T>>;
  find(id: string): Promise<Grant | undefined>;
  findRefreshToken(tokenHash: string): Promise<RefreshToken | undefined>;
  /** Revokes the grant and with it every code and token of it. True if it was alive. */
  revoke(id: string, now: Instant, reason: string, audit: readonly AuditRecord[]): Promise<boolean>;
  consentsOf(userId: string, clientId: string): Promise<readonly Consent[]>;
}
