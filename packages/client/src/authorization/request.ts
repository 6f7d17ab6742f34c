import { randomString, sha256Base64url } from '../base64url.ts';
import type { StepUp } from '../challenge.ts';
import { StepUpError } from '../error.ts';

/**
 * What an API may make this application ask for. An API speaks through its challenges; without this list it could
 * send the application's users to a consent page for anything it likes.
 */
export interface StepUpAllowance {
  /** Scopes the application may ask for on top of its everyday ones. */
  readonly scope: readonly string[];
  /** Authentication context classes the application may ask for. */
  readonly acrValues: readonly string[];
  /** Those of the scopes whose tokens serve one call only. */
  readonly singleUseScope?: readonly string[];
}

/** The part of an authorization request that does not depend on a challenge. */
export interface AuthorizationBase {
  readonly clientId: string;
  readonly redirectUri: string;
  /** The everyday scopes. */
  readonly scope: readonly string[];
  /** The API the token is for. */
  readonly audience?: string;
  readonly allowed: StepUpAllowance;
  /** Further parameters, such as `login_hint`, `ui_locales` or `organization`. The protocol's own cannot be overridden. */
  readonly additionalParameters?: Readonly<Record<string, string>>;
}

/** An authorization request, and what must be remembered until its response arrives. */
export interface AuthorizationRequest {
  /** For the authorization endpoint or the pushed authorization request endpoint. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly state: string;
  readonly nonce: string;
  /** RFC 7636. Never leaves the application except to the token endpoint. */
  readonly codeVerifier: string;
  /** What was asked for, to be compared with what was achieved. */
  readonly requested: {
    readonly scope: readonly string[];
    readonly acrValues?: readonly string[];
    readonly maxAgeSeconds?: number;
  };
}

const ownParameters = new Set([
  'response_type',
  'response_mode',
  'client_id',
  'redirect_uri',
  'scope',
  'audience',
  'state',
  'nonce',
  'code_challenge',
  'code_challenge_method',
  'acr_values',
  'max_age',
  'request',
  'request_uri',
  'claims',
]);

/**
 * Narrows a step-up to what the application has declared.
 *
 * Of several `acr_values` any one suffices, so undeclared ones are left out as long as one remains. Of several scopes
 * all are needed: asking for a part would trouble the user in vain, so one undeclared scope refuses the whole.
 *
 * @throws {StepUpError} `challenge_refused`
 */
export function withinAllowance(stepUp: StepUp, everydayScope: readonly string[], allowed: StepUpAllowance): StepUp {
  const foreign = stepUp.scope?.filter((scope) => !allowed.scope.includes(scope) && !everydayScope.includes(scope));
  if (foreign?.length) {
    throw new StepUpError(
      'challenge_refused',
      `The API asks for a scope this application has not declared: ${foreign.join(' ')}`,
      { stepUp },
    );
  }
  const acrValues = stepUp.acrValues?.filter((acr) => allowed.acrValues.includes(acr));
  if (acrValues?.length === 0) {
    throw new StepUpError('challenge_refused', 'The API asks only for acr values this application has not declared', {
      stepUp,
    });
  }
  return acrValues === undefined ? stepUp : { ...stepUp, acrValues };
}

/** The application's ordinary authorization request: no particular authentication context. */
export async function loginAuthorizationParameters(base: AuthorizationBase): Promise<AuthorizationRequest> {
  return authorizationRequest(base, { scope: [...new Set(base.scope)] });
}

/**
 * The authorization request that answers a challenge: the everyday scopes and the demanded ones, `acr_values` in the
 * API's order of preference, `max_age`, with a fresh `state`, `nonce` and PKCE challenge. It never carries
 * `prompt=none`, for a step-up needs its user, and never `offline_access`, for an elevation is not to be refreshed.
 *
 * @throws {StepUpError} `challenge_refused` when the step-up exceeds what `base.allowed` declares
 * @see RFC 9470, section 4
 */
export async function stepUpAuthorizationParameters(
  base: AuthorizationBase,
  stepUp: StepUp,
): Promise<AuthorizationRequest> {
  const { acrValues, maxAgeSeconds, scope = [] } = withinAllowance(stepUp, base.scope, base.allowed);
  return authorizationRequest(base, {
    scope: [...new Set([...base.scope, ...scope])].filter((value) => value !== 'offline_access'),
    ...(acrValues === undefined ? {} : { acrValues }),
    ...(maxAgeSeconds === undefined ? {} : { maxAgeSeconds }),
  });
}

async function authorizationRequest(
  base: AuthorizationBase,
  requested: AuthorizationRequest['requested'],
): Promise<AuthorizationRequest> {
  const additional = base.additionalParameters ?? {};
  for (const name of Object.keys(additional)) {
    if (ownParameters.has(name)) throw new TypeError(`additionalParameters must not contain ${name}`);
  }
  if (additional.prompt?.split(' ').includes('none'))
    throw new TypeError('A request that needs its user cannot have prompt=none');

  const [state, nonce, codeVerifier] = [randomString(), randomString(), randomString()];
  const parameters: Record<string, string> = {
    ...additional,
    response_type: 'code',
    client_id: base.clientId,
    redirect_uri: base.redirectUri,
    scope: requested.scope.join(' '),
    state,
    nonce,
    code_challenge: await sha256Base64url(new TextEncoder().encode(codeVerifier)),
    code_challenge_method: 'S256',
  };
  if (base.audience !== undefined) parameters.audience = base.audience;
  if (requested.acrValues !== undefined) parameters.acr_values = requested.acrValues.join(' ');
  if (requested.maxAgeSeconds !== undefined) parameters.max_age = String(requested.maxAgeSeconds);
  return { parameters, state, nonce, codeVerifier, requested };
}
