import type { OAuthError } from '../error.ts';
import { oauthError } from '../error.ts';
import type { Instant } from '../instant.ts';
import type { Result } from '../result.ts';
import { ok, refused } from '../result.ts';

/** A code that has just been consumed, as far as judging it goes. */
export interface ConsumedCode {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly redirectUriSent: boolean;
  readonly codeChallenge: string | null;
  readonly expiresAt: Instant;
  /** Whether the grant it stands for was revoked. */
  readonly grantRevoked: boolean;
  /** Whether the session it was born in still stands; a code does not outlive it. */
  readonly sessionAlive: boolean;
}

/** The token request that presents it. */
export interface CodePresentation {
  /** The client that authenticated. */
  readonly clientId: string;
  readonly redirectUri?: string;
  /** BASE64URL(SHA256(code_verifier)), when a verifier was sent. */
  readonly challengeOfVerifier?: string;
  readonly now: Instant;
}

/** One sentence for every reason, so that whoever holds a stolen code learns nothing from it. */
const invalidGrant = (reason: string): Result<never, OAuthError> =>
  refused(oauthError('invalid_grant', reason, 'The authorization code is not valid'));

/**
 * Judges a code after it was consumed (RFC 6749, section 4.1.3; RFC 7636, section 4.6).
 * A verifier for a code that was asked for without a challenge is refused: somebody took the challenge away
 * (RFC 9700, section 2.1.1).
 */
export const judgeCode = (code: ConsumedCode, presented: CodePresentation): Result<undefined, OAuthError> => {
  if (code.clientId !== presented.clientId) return invalidGrant('code_of_another_client');
  if (presented.now >= code.expiresAt) return invalidGrant('code_expired');
  if (code.grantRevoked) return invalidGrant('grant_revoked');
  if (!code.sessionAlive) return invalidGrant('session_ended');
  if (presented.redirectUri === undefined ? code.redirectUriSent : presented.redirectUri !== code.redirectUri) {
    return invalidGrant('redirect_uri_differs');
  }
  if (code.codeChallenge === null) {
    return presented.challengeOfVerifier === undefined ? ok(undefined) : invalidGrant('verifier_without_challenge');
  }
  if (presented.challengeOfVerifier === undefined) return invalidGrant('verifier_missing');
  return presented.challengeOfVerifier === code.codeChallenge ? ok(undefined) : invalidGrant('verifier_wrong');
};
