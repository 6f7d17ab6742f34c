import { parseChallenges } from '@stile/core';
import type { StepUpLimits } from './limits.ts';
import { defaultLimits } from './limits.ts';

/** What a resource server asks of the user before it does the work (RFC 9470, section 3; RFC 6750, section 3.1). */
export interface StepUp {
  /** Acceptable authentication context classes in order of preference; any one suffices. */
  readonly acrValues?: readonly string[];
  /** Seconds that may have passed since the user last actively authenticated. */
  readonly maxAgeSeconds?: number;
  /** Scopes the token must carry; all of them. */
  readonly scope?: readonly string[];
}

/** The three ways to read an answer: no challenge, one to answer, or one that nobody should answer. */
export type ChallengeReading =
  | { readonly kind: 'none' }
  | { readonly kind: 'step-up'; readonly stepUp: StepUp }
  | { readonly kind: 'refused'; readonly why: string };

// RFC 6749, section 3.3: the characters of a scope token. An acr value travels in the same kind of list.
const listToken = /^[\x21\x23-\x5B\x5D-\x7E]+$/;

// RFC 9470, section 3 and RFC 6750, section 3.1 pair each error with one status. Any other pair is not a challenge:
// a call answered so may have been executed, and must not be repeated.
function errorOfStatus(status: number): string | undefined {
  if (status === 401) return 'insufficient_user_authentication';
  if (status === 403) return 'insufficient_scope';
  return undefined;
}

/**
 * Reads the step-up a response asks for, or `undefined` when it asks for none that can be answered: another status,
 * another error, nothing to ask for, or a challenge beyond the {@link defaultLimits}.
 *
 * In a browser the header is visible to a cross-origin page only if the API sends
 * `Access-Control-Expose-Headers: WWW-Authenticate`.
 */
export function readStepUp(response: Pick<Response, 'status' | 'headers'>): StepUp | undefined {
  const reading = readChallenge(response, defaultLimits);
  return reading.kind === 'step-up' ? reading.stepUp : undefined;
}

/** Like {@link readStepUp}, but tells a response without a challenge from one whose challenge exceeds the limits. */
export function readChallenge(response: Pick<Response, 'status' | 'headers'>, limits: StepUpLimits): ChallengeReading {
  const error = errorOfStatus(response.status);
  const header = response.headers.get('www-authenticate');
  if (error === undefined || header === null) return { kind: 'none' };
  // Measured before it is parsed: a parser must not be fed by the megabyte.
  if (header.length > limits.headerCharacters)
    return { kind: 'refused', why: 'the WWW-Authenticate header is too long' };
  const challenge = parseChallenges(header).find((candidate) => candidate.error === error);
  if (challenge === undefined) return { kind: 'none' };
  const stepUp: StepUp = {
    ...(challenge.acrValues?.length ? { acrValues: [...new Set(challenge.acrValues)] } : {}),
    ...(challenge.maxAgeSeconds === undefined ? {} : { maxAgeSeconds: challenge.maxAgeSeconds }),
    ...(challenge.scope?.length ? { scope: [...new Set(challenge.scope)] } : {}),
  };
  // A challenge that names nothing cannot be answered by a different request than the last one.
  if (Object.keys(stepUp).length === 0) return { kind: 'none' };
  const why = excess(stepUp, limits);
  return why === undefined ? { kind: 'step-up', stepUp } : { kind: 'refused', why };
}

/** The first limit that a step-up exceeds, in words, or `undefined` when it is within all of them. */
export function excess(stepUp: StepUp, limits: StepUpLimits): string | undefined {
  const fits = (value: string) => value.length <= limits.valueCharacters && listToken.test(value);
  const { acrValues = [], scope = [], maxAgeSeconds = 0 } = stepUp;
  if (acrValues.length > limits.acrValues) return 'acr_values names too many values';
  if (!acrValues.every(fits)) return 'acr_values has a value that is too long or malformed';
  if (scope.length > limits.scopes) return 'scope names too many scopes';
  if (!scope.every(fits)) return 'scope has a value that is too long or malformed';
  if (!Number.isSafeInteger(maxAgeSeconds) || maxAgeSeconds < 0 || maxAgeSeconds > limits.maxAgeSeconds) {
    return 'max_age is out of range';
  }
  return undefined;
}
