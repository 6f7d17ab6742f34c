/**
 * What an Action's `event` is made of: plain values, without secrets of the server or of a person. Whoever runs Actions on a path
 * gathers them; `event.ts` gives them Auth0's names and leaves out what must not be seen.
 */
import type { AuthenticationContext, AuthenticationEvent, Instant, Prompt, ResponseMode } from '@stile/core';
import type { JsonObject } from './call.ts';

/** On which way somebody is about to get tokens; each has its word in `event.transaction.protocol`. */
export type ActionPath = 'authorize' | 'refresh' | 'device' | 'password' | 'token-exchange' | 'ciba';

/** The request by which somebody came, or came back after a redirect. */
export interface RequestInput {
  readonly method: string;
  readonly hostname: string;
  /** The address of the person's device. */
  readonly ip: string;
  readonly userAgent?: string | undefined;
  readonly language?: string | undefined;
  /** As sent; what is secret in it is left out of the event. */
  readonly query: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, string>>;
  /** Where the address is, if that is known. */
  readonly place?: { readonly country: string; readonly latitude?: number; readonly longitude?: number } | undefined;
}

export interface PersonInput {
  readonly id: string;
  readonly username: string;
  /** Claims by their OpenID Connect names. */
  readonly claims: Readonly<Record<string, unknown>>;
  readonly createdAt: Instant;
  readonly updatedAt?: Instant | undefined;
  readonly lastPasswordChangeAt?: Instant | undefined;
  readonly userMetadata: JsonObject;
  readonly appMetadata: JsonObject;
  readonly roles: readonly string[];
  /** Authenticators that can be used, the password aside. */
  readonly authenticators: readonly EnrolledInput[];
}

/** An enrolled authenticator, as far as an Action may know of it. */
export interface EnrolledInput {
  /** The name of Stile's factor: `totp`, `webauthn`, `phone` … */
  readonly factor: string;
  /** Whether a key is part of the device that it is used on (the transport `internal`). */
  readonly isPlatform?: boolean | undefined;
  /** How a phone is reached. */
  readonly channel?: 'sms' | 'voice' | undefined;
}

export interface SessionInput {
  readonly id: string;
  readonly createdAt: Instant;
  readonly lastSeenAt: Instant;
  readonly expiresAt?: Instant | undefined;
  readonly idleExpiresAt?: Instant | undefined;
  readonly userAgent: string;
  readonly address: string;
  readonly clientIds: readonly string[];
  readonly metadata: JsonObject;
  /** Methods that Actions recorded after a redirect, in earlier transactions. */
  readonly recordedMethods: readonly { readonly url: string; readonly at: Instant }[];
}

export interface RefreshTokenInput {
  readonly id: string;
  readonly clientId: string;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
  readonly idleExpiresAt: Instant;
  readonly sessionId?: string | undefined;
  readonly audience?: string | undefined;
  readonly scopes: readonly string[];
  readonly metadata: JsonObject;
}

export interface ClientInput {
  readonly id: string;
  readonly name: string;
  readonly metadata: JsonObject;
}

export interface TransactionInput {
  readonly id: string;
  readonly path: ActionPath;
  readonly acrValues: readonly string[];
  readonly maxAgeSeconds?: number | undefined;
  readonly prompt: readonly Prompt[];
  readonly scopes: readonly string[];
  readonly audience?: string | undefined;
  readonly redirectUri?: string | undefined;
  readonly responseType: readonly string[];
  readonly responseMode?: ResponseMode | undefined;
  readonly state?: string | undefined;
  readonly loginHint?: string | undefined;
  readonly uiLocales: readonly string[];
  /** The language that pages are shown in. */
  readonly locale: string;
}

/** A sign of risk (`risk/signals.ts`) that was asked about, and whether it is there. */
export interface RiskInput {
  readonly signal: string;
  readonly present: boolean;
  /** Nobody could say. */
  readonly assumed: boolean;
}

export interface EventInput {
  readonly issuer: string;
  readonly person: PersonInput;
  /** Everything that was proven and counts. */
  readonly events: readonly AuthenticationEvent[];
  /** What the events are worth when nothing is demanded; nothing when they earn no level. */
  readonly context: AuthenticationContext | undefined;
  readonly session: SessionInput | undefined;
  readonly refreshToken: RefreshTokenInput | undefined;
  readonly client: ClientInput;
  readonly request: RequestInput;
  readonly transaction: TransactionInput;
  readonly risk: readonly RiskInput[];
  /** How often this person has signed in. */
  readonly logins: number;
}
