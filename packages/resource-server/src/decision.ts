import type { StepUpChallenge } from '@stile/core';
import type { TokenFault, VerifiedToken } from './access-token.ts';
import type { CredentialsFault } from './bearer.ts';
import type { CheckedDemand, Demand, Lack } from './demand.ts';
import { challengeParameters } from './demand.ts';
import type { Settings } from './settings.ts';

/** Why a call was refused, for the operator: the wire says less. */
export type RefusalReason = Ground['reason'];

/** A refused call. */
export interface Refusal {
  readonly status: 400 | 401 | 403 | 503;
  readonly reason: RefusalReason;
  /** What `WWW-Authenticate` says; a failure of this side (503) has none. */
  readonly challenge: StepUpChallenge | undefined;
  /** The error behind a 503, for the log: it holds no token. Never sent. */
  readonly cause: unknown;
}

/** What was decided about one call, for metrics and audit. No decision holds the token itself. */
export type Decision =
  | { readonly outcome: 'allowed'; readonly demand: Demand; readonly token: VerifiedToken; readonly usedUp: boolean }
  | {
      readonly outcome: 'refused';
      readonly demand: Demand;
      readonly refusal: Refusal;
      /** The token, if it was valid. */
      readonly token: VerifiedToken | undefined;
    };

/** The ground of a refusal, with what the answer needs to know about it. */
export type Ground =
  | { readonly reason: CredentialsFault | TokenFault | 'already_used' }
  | Lack
  | { readonly reason: 'issuer_unavailable' | 'single_use_unavailable'; readonly cause: unknown };

const lackDescription = {
  acr: 'A different authentication level is required.',
  auth_time: 'More recent authentication is required.',
  both: 'A different and more recent authentication is required.',
} as const;

/** Folds the many reasons into the few answers of RFC 6750, section 3.1 and RFC 9470, section 3. */
export const refusalFor = (ground: Ground, { scopes, proof }: CheckedDemand, settings: Settings): Refusal => {
  const answer = (status: 400 | 401 | 403, rest: Omit<StepUpChallenge, 'scheme'>): Refusal => ({
    status,
    reason: ground.reason,
    challenge: {
      scheme: 'Bearer',
      ...rest,
      ...(settings.resourceMetadata === undefined ? {} : { resourceMetadata: settings.resourceMetadata }),
    },
    cause: undefined,
  });
  const invalidToken = (errorDescription: string): Refusal => answer(401, { error: 'invalid_token', errorDescription });

  switch (ground.reason) {
    case 'no_credentials':
      // RFC 6750, section 3.1: no error code; section 3: but at least one parameter.
      return answer(401, { realm: settings.audience });
    case 'malformed_credentials':
      return answer(400, { error: 'invalid_request', errorDescription: 'Send one well-formed Bearer token.' });
    case 'insufficient_scope':
      return answer(403, {
        error: 'insufficient_scope',
        errorDescription: 'The access token lacks a scope.',
        scope: scopes,
      });
    case 'insufficient_authentication':
      return answer(401, {
        error: 'insufficient_user_authentication',
        errorDescription: lackDescription[ground.missing],
        scope: scopes,
        ...challengeParameters(proof),
      });
    case 'already_used':
      return invalidToken('The token was already used. A token with this scope is accepted once.');
    case 'issuer_unavailable':
    case 'single_use_unavailable':
      return { status: 503, reason: ground.reason, challenge: undefined, cause: ground.cause };
    case 'expired':
      return invalidToken('The access token has expired.');
    case 'malformed_token':
    case 'wrong_type':
    case 'critical_header':
    case 'algorithm_not_allowed':
    case 'unknown_key':
    case 'bad_signature':
    case 'wrong_issuer':
    case 'wrong_audience':
    case 'not_yet_valid':
    case 'bad_claims':
    case 'sender_constrained':
      return invalidToken('The access token is not valid here.');
  }
};
