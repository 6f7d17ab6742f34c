import type { AuthenticationContext } from '../authentication-context.ts';
import type { Instant } from '../instant.ts';
import { secondsAfter } from '../instant.ts';
import { withoutReserved } from './custom-claims.ts';

/** What an access token is made of. */
export interface AccessTokenFacts {
  readonly issuer: string;
  /** The user; the client itself for `client_credentials`. */
  readonly subject: string;
  readonly clientId: string;
  readonly audience: readonly string[];
  readonly scopes: readonly string[];
  readonly jti: string;
  readonly issuedAt: Instant;
  readonly lifetimeSeconds: number;
  /** The grant it belongs to, so that revoking the grant revokes it. */
  readonly grantId?: string;
  readonly sessionId?: string;
  readonly context?: AuthenticationContext;
  readonly singleUse: boolean;
  /** What Actions add. */
  readonly customClaims?: Readonly<Record<string, unknown>>;
}

/** The members that say what was proven, and when. */
const proofClaims = (context: AuthenticationContext): Readonly<Record<string, unknown>> => ({
  acr: context.acr,
  acrs: context.acrs,
  amr: context.amr,
  amr_times: context.amrTimes,
  auth_time: context.authTime,
});

/**
 * The claims of a JWT access token (RFC 9068, section 2.2). `acr`, `amr` and `auth_time` are those of the authorization
 * and the same in every token that descends from it. `acrs`, `amr_times`, `single_use` and `grant_id` are Stile's own.
 */
export const accessTokenClaims = (facts: AccessTokenFacts): Readonly<Record<string, unknown>> => {
  const [only, ...others] = facts.audience;
  return {
    ...withoutReserved(facts.customClaims ?? {}),
    iss: facts.issuer,
    sub: facts.subject,
    aud: others.length === 0 ? only : facts.audience,
    client_id: facts.clientId,
    iat: facts.issuedAt,
    exp: secondsAfter(facts.issuedAt, facts.lifetimeSeconds),
    jti: facts.jti,
    ...(facts.scopes.length > 0 && { scope: facts.scopes.join(' ') }),
    ...(facts.sessionId !== undefined && { sid: facts.sessionId }),
    ...(facts.grantId !== undefined && { grant_id: facts.grantId }),
    ...(facts.context && proofClaims(facts.context)),
    ...(facts.singleUse && { single_use: true }),
  };
};
