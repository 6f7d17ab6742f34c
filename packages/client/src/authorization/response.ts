import { StepUpError } from '../error.ts';

/** What the response must match. */
export interface ResponseExpectation {
  readonly state: string;
  readonly issuer: string;
  /** Whether the server promised `iss` in every response (RFC 9207, section 3). */
  readonly issIsPromised: boolean;
}

// RFC 6749, section 4.1.2.1: the characters of an error code.
const errorCode = /^[\x20-\x21\x23-\x5B\x5D-\x7E]{1,100}$/;

/**
 * Reads the code from an authorization response, after it has been shown to answer this very request of this issuer.
 *
 * @throws {StepUpError} `state_mismatch`, `issuer_mismatch`, `authorization_refused`
 * @see RFC 6749, section 4.1.2; RFC 9207, section 2.4
 */
export function readAuthorizationResponse(parameters: URLSearchParams, expected: ResponseExpectation): string {
  const state = single(parameters, 'state');
  if (state !== expected.state) {
    throw new StepUpError('state_mismatch', 'The authorization response does not answer this request');
  }
  // Before the error is believed: RFC 9207 protects error responses as well.
  const iss = single(parameters, 'iss');
  if (iss === undefined ? expected.issIsPromised : iss !== expected.issuer) {
    throw new StepUpError('issuer_mismatch', 'The authorization response comes from another issuer');
  }
  const error = single(parameters, 'error');
  if (error !== undefined) {
    const oauthError = oauthErrorOf(error);
    throw new StepUpError('authorization_refused', `The authorization server answered ${oauthError}`, { oauthError });
  }
  const code = single(parameters, 'code');
  if (code === undefined) {
    throw new StepUpError('authorization_refused', 'The authorization response has neither a code nor an error');
  }
  return code;
}

/** An error code as it may be shown and logged: anything else than an error code becomes `invalid_error`. */
export function oauthErrorOf(value: unknown): string {
  return typeof value === 'string' && errorCode.test(value) ? value : 'invalid_error';
}

// RFC 6749, section 3.1: parameters must not be included more than once; an empty one counts as omitted.
function single(parameters: URLSearchParams, name: string): string | undefined {
  const values = parameters.getAll(name).filter((value) => value !== '');
  if (values.length > 1) throw new StepUpError('state_mismatch', `The authorization response repeats ${name}`);
  return values[0];
}
