/**
 * What the store keeps, as plain values. Secrets that are looked up (cookies, codes, refresh tokens, tickets) are kept
 * as SHA-256 digests only, in base64url; the names of such fields end in `Hash`.
 */
import type { AuthenticationEvent, Instant, RequestedClaims, Requirement } from '@stile/core';
import type { Asked } from '../metrics/recorder.ts';

export interface User {
  /** The `sub` claim; never reused. */
  readonly id: string;
  /** What the person types to sign in; unique, compared after NFKC and lower-casing. */
  readonly username: string;
  /** Claims about the person that scopes may release, by their OpenID Connect names. */
  readonly claims: Readonly<Record<string, unknown>>;
  readonly createdAt: Instant;
  /** Set when the user may no longer sign in; sessions of such a user are dead. */
  readonly blockedAt: Instant | null;
}

/** An enrolled factor of one user. */
export interface Authenticator {
  readonly id: string;
  readonly userId: string;
  readonly factor: string;
  /** The name people see: "Pixel 9". */
  readonly name: string;
  /** What the factor needs to verify a proof; its shape belongs to the factor. Never logged, never sent out. */
  readonly material: Readonly<Record<string, unknown>>;
  /** What finds it without knowing whose it is (`webauthn:` and the credential's id); unique, null when nothing has to. */
  readonly lookup: string | null;
  readonly createdAt: Instant;
  readonly lastUsedAt: Instant | null;
  /** When its owner made it the one to be asked for first; the latest counts. */
  readonly preferredAt: Instant | null;
}

/** What something that waits for an answer is for. One that was begun for one purpose never serves another. */
export type Purpose = 'prove' | 'enrol' | 'login' | 'verify-address' | 'guard' | 'reset-password' | 'recover';

/**
 * Something that was begun and waits for its answer: a challenge that was made, a code that was sent, a device that was asked, an
 * authenticator that is being enrolled. It succeeds at most once: whoever makes a fact of it uses it up.
 */
export interface Ceremony {
  readonly id: string;
  readonly purpose: Purpose;
  readonly factor: string;
  /** Null until it is known who answers (a passkey that is also the login). */
  readonly userId: string | null;
  /** The authenticator that is asked for; null when there is none yet. */
  readonly authenticatorId: string | null;
  /** The interaction, session or browser that began it, by a name that nobody else can have. */
  readonly boundTo: string;
  /** What it takes to judge the answer; its shape belongs to the factor. Never logged, never sent out. */
  readonly data: Readonly<Record<string, unknown>>;
  /** What another device answered, once; null as long as it has not. */
  readonly answer: Readonly<Record<string, unknown>> | null;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
}

/** A browser that its person wants to be remembered. It proves nothing. */
export interface RememberedDevice {
  readonly id: string;
  readonly userId: string;
  /** Digest of the cookie value. */
  readonly secretHash: string;
  readonly userAgent: string;
  /** The levels that were met when it was remembered. */
  readonly acrs: readonly string[];
  readonly createdAt: Instant;
  readonly lastUsedAt: Instant;
  readonly expiresAt: Instant;
  readonly revokedAt: Instant | null;
}

/** Where a place lies, in degrees. */
export interface Coordinates {
  readonly latitude: number;
  readonly longitude: number;
}

/** That a person was accepted in one browser from one country: what was demanded of them there, they had proven. */
export interface Arrival {
  readonly userId: string;
  /** Digest of the cookie that tells the browser, for this person alone. */
  readonly browserHash: string;
  /** Empty when it is not known. */
  readonly country: string;
  /** Of the last time, if known. */
  readonly coordinates: Coordinates | null;
  /** The session of the last time. */
  readonly sessionId: string;
  readonly firstAt: Instant;
  readonly lastAt: Instant;
}

export interface Session {
  /** The public id of the session: the `sid` claim. It stays the same for the life of the session. */
  readonly id: string;
  /** Digest of the cookie value; replaced whenever an event is added. */
  readonly secretHash: string;
  /** When it was replaced last: the second click of a double click comes soon afterwards or not at all. */
  readonly rotatedAt: Instant;
  readonly userId: string;
  readonly events: readonly AuthenticationEvent[];
  readonly createdAt: Instant;
  readonly lastSeenAt: Instant;
  readonly endedAt: Instant | null;
  /** The browser that began it, as it calls itself, shortened; and from where. For its owner to recognise it by. */
  readonly userAgent: string;
  readonly address: string;
  /** Earlier ends than those of the configuration, which Actions gave it; null: none. */
  readonly expiresAt: Instant | null;
  readonly idleExpiresAt: Instant | null;
  /** Whether its cookie outlives the browser's being closed. */
  readonly cookieMode: CookieMode;
  /** What Actions keep with it. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Methods of others that Actions saw completed. They are told to Actions, and prove nothing. */
  readonly methods: readonly RecordedMethod[];
}

export type CookieMode = 'persistent' | 'non-persistent';

/** A method of somebody else's, by its URL, that was completed after a redirect. */
export interface RecordedMethod {
  readonly url: string;
  readonly at: Instant;
}

/** An authorization request that waits for its user. */
export interface Interaction {
  readonly id: string;
  /** Digest of the cookie that binds it to one browser; null for a request that came by POST and waits to be fetched. */
  readonly browserHash: string | null;
  readonly clientId: string;
  /** The validated request, as the authorization endpoint serialised it. */
  readonly request: Readonly<Record<string, unknown>>;
  readonly requestedAt: Instant;
  readonly expiresAt: Instant;
  /** The person who began to answer; nobody else may finish. */
  readonly userId: string | null;
  readonly accountSelectedAt: Instant | null;
  readonly consentedAt: Instant | null;
  /** What the person was asked last; null before anybody was asked. */
  readonly asked: Asked | null;
  /** What a step keeps between its pages (an authenticator being enrolled); its shape belongs to the step. */
  readonly progress: Readonly<Record<string, unknown>>;
  /** How far the Actions have come with it; null before the first one ran. Its shape belongs to whoever runs them. */
  readonly actions: Readonly<Record<string, unknown>> | null;
  readonly finishedAt: Instant | null;
}

/** Claims that Actions put into tokens, beside those of the standards, which they cannot touch. */
export interface CustomClaims {
  readonly accessToken: Readonly<Record<string, unknown>>;
  readonly idToken: Readonly<Record<string, unknown>>;
}

/** What one authorization gave to one client: the root of its codes and tokens. Revoking it revokes them all. */
export interface Grant {
  readonly id: string;
  readonly clientId: string;
  /** Null when the client acts for itself. */
  readonly userId: string | null;
  readonly sessionId: string | null;
  /** The API the tokens are for; null when only OpenID Connect's own scopes were granted. */
  readonly audience: string | null;
  readonly scopes: readonly string[];
  /** The claims about the person that are released by name, beside those that the scopes release. */
  readonly requestedClaims: RequestedClaims;
  /** The facts and the requirements at the moment of authorization. They never change: no refresh can raise them. */
  readonly events: readonly AuthenticationEvent[];
  readonly requirements: readonly Requirement[];
  readonly nonce: string | null;
  /** What Actions put into the tokens. */
  readonly customClaims: CustomClaims;
  /** The moment that the ages of its proofs were counted back from. */
  readonly agesFrom: Instant;
  /** When it was asked for; null for one that nobody asked on a page for, or that is from before this was kept. */
  readonly requestedAt: Instant | null;
  readonly createdAt: Instant;
  readonly revokedAt: Instant | null;
  readonly revokedReason: string | null;
}

export interface Code {
  readonly codeHash: string;
  readonly grantId: string;
  readonly clientId: string;
  readonly redirectUri: string;
  /** Whether the authorization request named the redirect URI, so that the token request must repeat it (RFC 6749, section 4.1.3). */
  readonly redirectUriSent: boolean;
  readonly codeChallenge: string | null;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
}

export interface RefreshToken {
  readonly tokenHash: string;
  readonly grantId: string;
  readonly clientId: string;
  readonly createdAt: Instant;
  /** Unused until then; moves with every rotation. */
  readonly idleExpiresAt: Instant;
  /** The family ends then, whatever happens. */
  readonly expiresAt: Instant;
  readonly rotatedAt: Instant | null;
  readonly successorHash: string | null;
  /** What Actions keep with it and its successors. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

export interface SigningKey {
  readonly kid: string;
  readonly alg: 'RS256' | 'ES256';
  readonly privateJwk: Readonly<Record<string, unknown>>;
  /** `next` is published but does not sign; `current` signs; `retired` is still published, until `retiresAt`. */
  readonly state: 'next' | 'current' | 'retired';
  readonly createdAt: Instant;
  readonly retiresAt: Instant | null;
}

/** An administrator's one-time permission to enrol an authenticator. */
export interface EnrolmentTicket {
  readonly ticketHash: string;
  readonly userId: string;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
}

/** When a user allowed a client a scope of an API. */
export interface Consent {
  readonly userId: string;
  readonly clientId: string;
  /** Empty for OpenID Connect's own scopes. */
  readonly audience: string;
  readonly scope: string;
  readonly grantedAt: Instant;
}

/** One decision or event, with its trace. Holds no secret, code or token. */
export interface AuditRecord {
  readonly id: string;
  readonly at: Instant;
  /** What happened, as a stable word: `authorize.decided`, `token.issued`, `proof.refused` … */
  readonly type: string;
  readonly userId: string | null;
  readonly clientId: string | null;
  readonly sessionId: string | null;
  readonly grantId: string | null;
  readonly requestId: string | null;
  readonly details: Readonly<Record<string, unknown>>;
}
