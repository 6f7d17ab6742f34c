import type { StepUp } from './challenge.ts';

/** Why a step-up, a login or a repeated call did not succeed. One union, so that a `switch` can be exhaustive. */
export type StepUpErrorCode =
  /** The API's challenge is out of bounds, or asks for a scope or an `acr` that this application never declared. */
  | 'challenge_refused'
  /** The API has asked for more step-ups per minute than `limits.stepUpsPerMinute`. */
  | 'too_many_step_ups'
  /** The call was repeated once with the new token and was challenged again. It is not repeated a second time. */
  | 'still_challenged'
  /** The call was challenged but marked `repeat: 'never'`. */
  | 'not_repeated'
  /** The page (or the server-side app) is on its way to the authorization server; the call continues after the callback. */
  | 'redirecting'
  /** The same call is being sent at this moment. */
  | 'already_in_flight'
  /** This pending call was already sent once. */
  | 'already_sent'
  /** The URL is not beneath the resource to which the tokens belong. */
  | 'outside_resource'
  /** The body of the call is larger than `limits.bodyBytes`. */
  | 'call_too_large'
  /** The new token has neither the scope nor the authentication context the challenge asked for. */
  | 'elevation_insufficient'
  /** There is no everyday token, it can no longer be refreshed, or the user has logged out while a step-up was under way. */
  | 'login_required'
  /** The authorization server answered with an OAuth error; see `oauthError` (`access_denied`, `unmet_authentication_requirements`, …). */
  | 'authorization_refused'
  /** The authorization response does not belong to a request that this browser or session has made. */
  | 'state_mismatch'
  /** The authorization response names another issuer, or none where one was promised (RFC 9207). */
  | 'issuer_mismatch'
  /** The ID token is missing or a claim of it is wrong (OpenID Connect Core, section 3.1.3.7). */
  | 'id_token_invalid'
  /** None of the `acr` values asked for was achieved, neither by `acr` nor by `acrs`. */
  | 'acr_not_met'
  /** The `auth_time` is missing or lies before what `max_age` allows. */
  | 'authentication_too_old'
  /** Somebody else than the signed-in user answered the step-up, or has signed in while it was under way. */
  | 'different_user'
  /** The token endpoint refused; see `oauthError`. */
  | 'token_request_refused'
  /** The authorization server could not be reached or answered with something that is not OAuth. */
  | 'server_unusable'
  /** The browser did not let the popup open: call again from a click. */
  | 'popup_blocked'
  /** The user closed the popup. */
  | 'popup_closed'
  /** The popup did not answer in time. */
  | 'popup_timed_out'
  /** Another popup of this client is open. */
  | 'step_up_in_progress'
  /** The session keeps no pending step-up under this state: it was taken already, has expired, or was never there. */
  | 'no_pending_step_up';

/** What else is known about a {@link StepUpError}. */
export interface StepUpErrorDetails {
  /** The step-up in question. */
  readonly stepUp?: StepUp;
  /** The API's answer, its body not yet read. */
  readonly response?: Response;
  /** The `error` of an OAuth error response (RFC 6749, sections 4.1.2.1 and 5.2). */
  readonly oauthError?: string;
  /** What the application gave to `loginWithRedirect` or `stepUpWithRedirect`, so that it can return to where it was. */
  readonly appState?: unknown;
  readonly cause?: unknown;
}

/**
 * Every failure this package reports on its own account. Failures of the network on the way to the API are not
 * wrapped: they are `fetch`'s own, and the call that met one is never sent again.
 * No message contains a token, a code or a verifier.
 */
export class StepUpError extends Error {
  override readonly name = 'StepUpError';
  readonly code: StepUpErrorCode;
  readonly stepUp: StepUp | undefined;
  readonly response: Response | undefined;
  readonly oauthError: string | undefined;
  readonly appState: unknown;

  constructor(code: StepUpErrorCode, message: string, details: StepUpErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.stepUp = details.stepUp;
    this.response = details.response;
    this.oauthError = details.oauthError;
    this.appState = details.appState;
  }
}

/** The same error with more details: where it is caught, more may be known than where it was thrown. */
export function withDetails(error: StepUpError, details: Pick<StepUpErrorDetails, 'stepUp' | 'appState'>): StepUpError {
  return new StepUpError(error.code, error.message, {
    ...(error.stepUp === undefined ? {} : { stepUp: error.stepUp }),
    ...(error.response === undefined ? {} : { response: error.response }),
    ...(error.oauthError === undefined ? {} : { oauthError: error.oauthError }),
    ...(error.appState === undefined ? {} : { appState: error.appState }),
    ...details,
    cause: error.cause ?? error,
  });
}
