import type { Client } from '../client/client.ts';
import { isPublic } from '../client/client.ts';
import { redirectOrigin, trustRedirect } from '../client/redirect-uri.ts';
import type { OAuthError } from '../error.ts';
import { oauthError } from '../error.ts';
import type { Result } from '../result.ts';
import { ok, refused } from '../result.ts';
import type { AuthorizationRequest, Prompt, ResponseChannel, ResponseMode } from './authorization-request.ts';
import { PROMPTS, RESPONSE_MODES } from './authorization-request.ts';
import { parseClaims } from './claims.ts';
import type { Parameters } from './parameters.ts';
import { several, single, singles, words } from './parameters.ts';

/** Why a request cannot even be answered to the client: the person sees a page instead. */
export type UnanswerableReason =
  | 'client_id_missing'
  | 'redirect_uri_missing'
  | 'redirect_uri_unregistered'
  | 'response_mode_unsupported'
  | 'request_malformed';

/** The client a request names; what else is wrong with the request cannot be said to anyone before that is known. */
export const requestedClientId = (parameters: Parameters): string | undefined => {
  const id = single(parameters, 'client_id');
  return id.ok ? id.value : undefined;
};

/**
 * First half: where may the answer go? Until this succeeds nothing is sent to any address in the request
 * (RFC 6749, section 4.1.2.1).
 */
export const parseChannel = (parameters: Parameters, client: Client): Result<ResponseChannel, UnanswerableReason> => {
  const sent = singles(parameters, ['redirect_uri', 'response_mode']);
  if (!sent.ok) return refused('request_malformed');
  const scope = single(parameters, 'scope');
  const redirect = trustRedirect(client, sent.value.redirect_uri, scope.ok && words(scope.value).includes('openid'));
  if (!redirect.ok) return redirect;
  const mode = responseMode(sent.value.response_mode);
  // A form or a message can be sent to a web address only, not to an app's own scheme.
  const needsWeb = mode === 'form_post' || mode === 'web_message';
  if (mode === undefined || (needsWeb && redirectOrigin(redirect.value) === undefined)) {
    return refused('response_mode_unsupported');
  }
  const state = single(parameters, 'state');
  if (!state.ok) return refused('request_malformed');
  return ok({ redirect: redirect.value, mode, ...(state.value !== undefined && { state: state.value }) });
};

const responseMode = (mode: string | undefined): ResponseMode | undefined =>
  mode === undefined ? 'query' : RESPONSE_MODES.find((known) => known === mode);

const NAMES = [
  'response_type',
  'scope',
  'audience',
  'nonce',
  'prompt',
  'max_age',
  'acr_values',
  'claims',
  'code_challenge',
  'code_challenge_method',
  'login_hint',
  'id_token_hint',
  'ui_locales',
  'request',
  'request_uri',
  'registration',
] as const;

/** Every parameter that an authorization request may have; others are ignored (RFC 6749, section 3.1). */
export const AUTHORIZATION_PARAMETERS: readonly string[] = [
  ...NAMES,
  'client_id',
  'redirect_uri',
  'response_mode',
  'state',
  'resource',
];

type Sent = { readonly [name in (typeof NAMES)[number]]?: string };

/** Second half: everything else. Errors from here on are answered through the channel. */
export const parseAuthorizationRequest = (
  parameters: Parameters,
  client: Client,
  channel: ResponseChannel,
): Result<AuthorizationRequest, OAuthError> => {
  const sent = singles(parameters, NAMES);
  if (!sent.ok) return sent;
  const unsupported = refuseUnsupported(sent.value);
  if (unsupported) return refused(unsupported);
  const scopes = words(sent.value.scope);
  const prompt = parsePrompt(sent.value.prompt);
  if (!prompt.ok) return prompt;
  const maxAge = parseMaxAge(sent.value.max_age);
  if (!maxAge.ok) return maxAge;
  const claims = parseClaims(sent.value.claims);
  if (!claims.ok) return claims;
  const challenge = parseCodeChallenge(sent.value, client, scopes.includes('openid'));
  if (!challenge.ok) return challenge;
  const audience = parseAudience(parameters, sent.value.audience, client);
  if (!audience.ok) return audience;
  return ok({
    clientId: client.id,
    channel,
    scopes,
    prompt: prompt.value,
    acrValues: words(sent.value.acr_values),
    uiLocales: words(sent.value.ui_locales),
    ...claims.value,
    ...optional('audience', audience.value),
    ...optional('codeChallenge', challenge.value),
    ...optional('nonce', sent.value.nonce),
    ...optional('maxAgeSeconds', maxAge.value),
    ...optional('loginHint', sent.value.login_hint),
    ...optional('idTokenHint', sent.value.id_token_hint),
  });
};

const optional = <Name extends string, T>(name: Name, value: T | undefined): { readonly [name in Name]?: T } =>
  value === undefined ? {} : ({ [name]: value } as { readonly [name in Name]?: T });

const refuseUnsupported = (sent: Sent): OAuthError | undefined => {
  // OpenID Connect Core 1.0, section 3.1.2.6 and RFC 9101, section 7 name these errors.
  if (sent.request !== undefined)
    return oauthError('request_not_supported', 'request_object', 'request is not supported');
  if (sent.request_uri !== undefined) {
    return oauthError('request_uri_not_supported', 'request_uri', 'request_uri is not supported');
  }
  if (sent.registration !== undefined) {
    return oauthError('registration_not_supported', 'registration', 'registration is not supported');
  }
  if (sent.response_type === undefined) {
    return oauthError('invalid_request', 'response_type_missing', 'response_type is missing');
  }
  return sent.response_type === 'code'
    ? undefined
    : oauthError('unsupported_response_type', 'response_type', 'Only response_type=code is supported');
};

const parsePrompt = (text: string | undefined): Result<readonly Prompt[], OAuthError> => {
  const prompts = words(text).map((word) => PROMPTS.find((known) => known === word));
  const known = prompts.filter((prompt) => prompt !== undefined);
  if (known.length !== prompts.length) {
    return refused(oauthError('invalid_request', 'prompt_unknown', 'prompt holds a value that is not supported'));
  }
  // OpenID Connect Core 1.0, section 3.1.2.1: `none` with any other value is an error.
  if (known.includes('none') && known.length > 1) {
    return refused(oauthError('invalid_request', 'prompt_none_mixed', 'prompt=none stands alone'));
  }
  return ok(known);
};

const parseMaxAge = (text: string | undefined): Result<number | undefined, OAuthError> => {
  if (text === undefined) return ok(undefined);
  return /^\d{1,10}$/.test(text)
    ? ok(Number(text))
    : refused(oauthError('invalid_request', 'max_age_malformed', 'max_age is a whole number of seconds'));
};

const parseCodeChallenge = (sent: Sent, client: Client, isOpenid: boolean): Result<string | undefined, OAuthError> => {
  const challenge = sent.code_challenge;
  if (challenge === undefined) {
    if (sent.code_challenge_method !== undefined) {
      return refused(oauthError('invalid_request', 'code_challenge_missing', 'code_challenge is missing'));
    }
    const nonceServes = client.pkce === 'unless-nonce' && isOpenid && sent.nonce !== undefined;
    if (!isPublic(client) && (client.pkce === 'optional' || nonceServes)) return ok(undefined);
    return refused(
      oauthError('invalid_request', 'pkce_required', 'code_challenge is required, with code_challenge_method=S256'),
    );
  }
  // RFC 7636, section 4.3: a missing method means `plain`, which RFC 9700 advises against and Stile refuses.
  if (sent.code_challenge_method !== 'S256') {
    return refused(oauthError('invalid_request', 'pkce_method', 'code_challenge_method must be S256'));
  }
  return /^[A-Za-z0-9_-]{43}$/.test(challenge)
    ? ok(challenge)
    : refused(
        oauthError(
          'invalid_request',
          'code_challenge_malformed',
          'code_challenge is not a SHA-256 digest in base64url',
        ),
      );
};

/** One token is for one API: Auth0's `audience` and RFC 8707's `resource` must name the same one. */
const parseAudience = (
  parameters: Parameters,
  audience: string | undefined,
  client: Client,
): Result<string | undefined, OAuthError> => {
  const resources = several(parameters, 'resource');
  if (!resources.ok) return resources;
  const named = new Set([...(audience === undefined ? [] : [audience]), ...resources.value]);
  if (named.size > 1) {
    return refused(
      oauthError(
        'invalid_target',
        'several_targets',
        'An access token is for one API; ask for each in a request of its own',
      ),
    );
  }
  const [only] = named;
  return ok(only ?? client.defaultAudience);
};
