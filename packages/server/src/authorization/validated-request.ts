import type {
  Api,
  AuthorizationRequest,
  Client,
  OAuthError,
  Parameters,
  RequestedClaims,
  ResponseChannel,
  Result,
  UnanswerableReason,
} from '@stile/core';
import {
  AUTHORIZATION_PARAMETERS,
  grantableScopes,
  isInstant,
  oauthError,
  ok,
  parseAuthorizationRequest,
  parseChannel,
  refused,
  requestedClientId,
  scopesReleasing,
  targetApi,
} from '@stile/core';
import type { RegisteredClient } from '../config/config.ts';
import type { Deps } from '../deps.ts';
import type { Interaction } from '../store/records.ts';

/** A request that is known to be sound, with what it refers to. */
export interface ValidatedRequest {
  readonly request: AuthorizationRequest;
  readonly client: RegisteredClient;
  readonly api: Api | undefined;
  /** The scopes that will be granted if the person agrees. */
  readonly scopes: readonly string[];
  /** The claims that will be released by name if the person agrees. */
  readonly requestedClaims: RequestedClaims;
  /** What the person has to agree to: the scopes, and those that would release what is asked for by name. */
  readonly consentScopes: readonly string[];
  /** The one person the client wants. */
  readonly expectedUser: string | undefined;
}

/** A request that cannot be used: told to the person, or, once it is known where to, to the client. */
export type InvalidRequest =
  | { readonly tell: 'person'; readonly reason: UnanswerableReason | 'client_unknown' | 'client_may_not' }
  | {
      readonly tell: 'client';
      readonly client: RegisteredClient;
      readonly channel: ResponseChannel;
      readonly error: OAuthError;
    };

/** Parses and checks a request in full, before anything is loaded about the person. */
export const validateRequest = (parameters: Parameters, deps: Deps): Result<ValidatedRequest, InvalidRequest> => {
  const clientId = requestedClientId(parameters);
  if (clientId === undefined) return refused({ tell: 'person', reason: 'client_id_missing' });
  const client = deps.config.clients.get(clientId);
  if (!client) return refused({ tell: 'person', reason: 'client_unknown' });
  if (!client.grantTypes.includes('authorization_code')) return refused({ tell: 'person', reason: 'client_may_not' });
  const channel = parseChannel(parameters, client);
  if (!channel.ok) return refused({ tell: 'person', reason: channel.error });
  const tellClient = (error: OAuthError): Result<never, InvalidRequest> =>
    refused({ tell: 'client', client, channel: channel.value, error });
  const request = parseAuthorizationRequest(parameters, client, channel.value);
  if (!request.ok) return tellClient(request.error);
  const expectedUser = whoIsExpected(request.value, deps);
  if (!expectedUser.ok) return tellClient(expectedUser.error);
  const target = resolveTarget(request.value, client, deps);
  return target.ok
    ? ok({ request: request.value, client, expectedUser: expectedUser.value, ...target.value })
    : tellClient(target.error);
};

const resolveTarget = (
  request: AuthorizationRequest,
  client: Client,
  deps: Deps,
): Result<Pick<ValidatedRequest, 'api' | 'scopes' | 'requestedClaims' | 'consentScopes'>, OAuthError> => {
  const api = targetApi(deps.config.apis, request.audience, client);
  if (!api.ok) return api;
  const scopes = grantableScopes(request.scopes, client, api.value);
  if (!scopes.ok) return scopes;
  // A token says who the person is even when it allows nothing: without a scope there would be nothing to consent to.
  if (!client.firstParty && scopes.value.length === 0) {
    return refused(oauthError('invalid_scope', 'nothing_to_consent_to', 'Ask for at least one scope'));
  }
  const isOpenid = scopes.value.includes('openid');
  const requestedClaims = (isOpenid ? request.requestedClaims : undefined) ?? { idToken: [], userinfo: [] };
  const consentScopes = [...new Set([...scopes.value, ...scopesReleasing(requestedClaims)])];
  return ok({ api: api.value, scopes: scopes.value, requestedClaims, consentScopes });
};

/** The person named by `id_token_hint` or by the claims request; if both name one, the same one. */
const whoIsExpected = (request: AuthorizationRequest, deps: Deps): Result<string | undefined, OAuthError> => {
  if (request.idTokenHint === undefined) return ok(request.subClaim);
  const hinted = hintedIdentity(request.idTokenHint, deps);
  if (hinted === undefined)
    return refused(oauthError('invalid_request', 'hint_invalid', 'id_token_hint is not an ID token of this server'));
  return request.subClaim !== undefined && request.subClaim !== hinted.subject
    ? refused(oauthError('login_required', 'two_people_expected', 'id_token_hint and claims name different people'))
    : ok(hinted.subject);
};

/** Whom an ID token of ours is about; an expired one will do (OpenID Connect Core 1.0, section 3.1.2.1). */
export const hintedIdentity = (
  idToken: string,
  deps: Pick<Deps, 'keys' | 'config'>,
): { readonly subject: string; readonly sessionId: string | undefined; readonly clientId: string } | undefined => {
  const verified = deps.keys.verify(idToken);
  if (verified?.header.typ !== 'JWT') return undefined;
  const { iss, sub, sid, aud, exp } = verified.claims;
  if (iss !== deps.config.issuer || typeof sub !== 'string' || typeof aud !== 'string' || !isInstant(exp))
    return undefined;
  return { subject: sub, sessionId: typeof sid === 'string' ? sid : undefined, clientId: aud };
};

/** What an application says to the Actions alone, as at Auth0. */
const OWN_PARAMETER = /^ext-[\w-]{1,60}$/;

/** The request as an interaction keeps it: the parameters that mean something, as they came. */
export const toStored = (parameters: Parameters): Interaction['request'] =>
  Object.fromEntries(
    [...parameters].filter(([name]) => AUTHORIZATION_PARAMETERS.includes(name) || OWN_PARAMETER.test(name)),
  );

/** The parameters of the request of an interaction. */
export const storedParameters = ({ request }: Interaction): Parameters =>
  new Map(
    Object.entries(request).map(([name, values]) => [
      name,
      Array.isArray(values) ? values.filter((value) => typeof value === 'string') : [],
    ]),
  );

/**
 * The request of an interaction, parsed and checked anew against the registration of today: what was taken away from the
 * client meanwhile is gone.
 */
export const fromStored = (interaction: Interaction, deps: Deps): Result<ValidatedRequest, InvalidRequest> =>
  validateRequest(storedParameters(interaction), deps);
