import type { AuthenticationContext } from '../authentication-context.ts';
import type { Instant } from '../instant.ts';
import { secondsAfter } from '../instant.ts';
import { withoutReserved } from './custom-claims.ts';

/** What an ID token is made of. */
export interface IdTokenFacts {
  readonly issuer: string;
  readonly subject: string;
  readonly clientId: string;
  readonly issuedAt: Instant;
  readonly lifetimeSeconds: number;
  readonly sessionId: string;
  readonly context: AuthenticationContext;
  /** Not repeated when a token is refreshed (OpenID Connect Core 1.0, section 12.2). */
  readonly nonce?: string;
  /** What is released about the person. */
  readonly userClaims: Readonly<Record<string, unknown>>;
  /** What Actions add. */
  readonly customClaims?: Readonly<Record<string, unknown>>;
}

/** The claims of an ID token (OpenID Connect Core 1.0, section 2), with `sid` for logout. */
export const idTokenClaims = (facts: IdTokenFacts): Readonly<Record<string, unknown>> => ({
  ...withoutReserved({ ...facts.userClaims, ...facts.customClaims }),
  iss: facts.issuer,
  sub: facts.subject,
  aud: facts.clientId,
  iat: facts.issuedAt,
  exp: secondsAfter(facts.issuedAt, facts.lifetimeSeconds),
  sid: facts.sessionId,
  acr: facts.context.acr,
  acrs: facts.context.acrs,
  amr: facts.context.amr,
  amr_times: facts.context.amrTimes,
  auth_time: facts.context.authTime,
  ...(facts.nonce !== undefined && { nonce: facts.nonce }),
});
