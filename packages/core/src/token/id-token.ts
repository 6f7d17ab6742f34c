import type { AuthenticationContext } from '../authentication-context.ts';
import type { Instant } from '../instant.ts';
import { secondsAfter } from '../instant.ts';

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
}

/** Names that say something about the token itself; what is known about a person can never speak in their place. */
const RESERVED = new Set(
  (
    'iss sub aud exp iat nbf jti nonce auth_time acr acrs amr amr_times azp sid at_hash c_hash s_hash ' +
    'client_id scope cnf act may_act grant_id single_use typ'
  ).split(' '),
);

/** The claims of an ID token (OpenID Connect Core 1.0, section 2), with `sid` for logout. */
export const idTokenClaims = (facts: IdTokenFacts): Readonly<Record<string, unknown>> => ({
  ...Object.fromEntries(Object.entries(facts.userClaims).filter(([name]) => !RESERVED.has(name))),
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
