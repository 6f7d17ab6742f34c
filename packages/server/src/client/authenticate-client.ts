import type { OAuthError, Parameters, Result } from '@stile/core';
import { isPublic, oauthError, ok, parseJsonObject, refused, single } from '@stile/core';
import type { RegisteredClient } from '../config/config.ts';
import type { Caller, Deps } from '../deps.ts';
import { equalInConstantTime } from '../digest.ts';
import { errorJson } from '../http/responses.ts';
import { verifyClientAssertion } from './client-assertion.ts';

/** A client that has proven who it is; a public client has only said so. */
export interface AuthenticatedClient {
  readonly client: RegisteredClient;
}

/** A refusal, and whether the answer must name the Basic scheme because the client tried it (RFC 6749, section 5.2). */
export interface ClientRefusal {
  readonly error: OAuthError;
  readonly triedBasic: boolean;
  /** So many wrong secrets came from that network that none is looked at for so long. */
  readonly retryAfterSeconds?: number;
}

interface Credentials {
  readonly method: 'none' | 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt';
  readonly clientId: string;
  readonly secret: string;
}

/** One sentence for every failure: it does not tell whether the client exists. */
const failed = (reason: string): OAuthError => oauthError('invalid_client', reason, 'Client authentication failed');

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/**
 * Authenticates the client of a request to the token endpoint and its neighbours (RFC 6749, section 2.3; RFC 7523).
 * Exactly one method is used, and it must be one the client is registered for.
 */
export const authenticateClient = async (
  request: Request,
  parameters: Parameters,
  deps: Deps,
  { address }: Pick<Caller, 'address'>,
): Promise<Result<AuthenticatedClient, ClientRefusal>> => {
  const triedBasic = /^basic /i.test(request.headers.get('authorization') ?? '');
  const refuse = (error: OAuthError): Result<never, ClientRefusal> => refused({ error, triedBasic });
  const credentials = readCredentials(request, parameters, triedBasic);
  if (!credentials.ok) return refuse(credentials.error);
  const { method, clientId } = credentials.value;
  const bySecret = method === 'client_secret_basic' || method === 'client_secret_post';
  // Asked and counted alike whether the client exists, so that nobody learns it.
  const retryAfterSeconds = bySecret ? deps.inMemory.secretWait(clientId, address) : 0;
  if (retryAfterSeconds > 0) return refused({ error: TOO_OFTEN, triedBasic, retryAfterSeconds });
  const judged = await judge(credentials.value, deps);
  if (bySecret) deps.inMemory[judged.ok ? 'secretWasRight' : 'secretWasWrong'](clientId, address);
  return judged.ok ? judged : refuse(judged.error);
};

const TOO_OFTEN = oauthError('temporarily_unavailable', 'too_many_secrets', 'Too many attempts; try again later');

const judge = async (
  { method, clientId, secret }: Credentials,
  deps: Deps,
): Promise<Result<AuthenticatedClient, OAuthError>> => {
  const client = deps.config.clients.get(clientId);
  if (!client?.authentication.includes(method))
    return refused(failed(client ? 'method_not_registered' : 'client_unknown'));
  switch (method) {
    case 'none':
      return isPublic(client) ? ok({ client }) : refused(failed('secret_missing'));
    case 'client_secret_basic':
    case 'client_secret_post':
      return client.secret !== undefined && equalInConstantTime(secret, client.secret)
        ? ok({ client })
        : refused(failed('secret_wrong'));
    case 'private_key_jwt': {
      const verified = await verifyClientAssertion(secret, client, deps);
      return verified.ok ? ok({ client }) : refused(failed(verified.error));
    }
  }
};

/** For endpoints that speak to clients who have proven who they are: a public one, which only says so, is refused. */
export const authenticateConfidentialClient = async (
  request: Request,
  parameters: Parameters,
  deps: Deps,
  caller: Pick<Caller, 'address'>,
): Promise<Result<AuthenticatedClient, ClientRefusal>> => {
  const authenticated = await authenticateClient(request, parameters, deps, caller);
  return authenticated.ok && isPublic(authenticated.value.client)
    ? refused({ error: failed('public_client'), triedBasic: false })
    : authenticated;
};

const readCredentials = (
  request: Request,
  parameters: Parameters,
  triedBasic: boolean,
): Result<Credentials, OAuthError> => {
  const sent = (name: string): string | undefined => {
    const value = single(parameters, name);
    return value.ok ? value.value : undefined;
  };
  for (const name of ['client_id', 'client_secret', 'client_assertion', 'client_assertion_type']) {
    const value = single(parameters, name);
    if (!value.ok) return value;
  }
  const [clientId, secret, assertion] = [sent('client_id'), sent('client_secret'), sent('client_assertion')];
  // RFC 6749, section 2.3: a client must not use more than one method in a request.
  if ([triedBasic, secret !== undefined, assertion !== undefined].filter(Boolean).length > 1) {
    return refused(oauthError('invalid_request', 'several_methods', 'Use one method of client authentication'));
  }
  if (triedBasic) return basicCredentials(request.headers.get('authorization') ?? '', clientId);
  if (assertion !== undefined) {
    if (sent('client_assertion_type') !== ASSERTION_TYPE) return refused(failed('assertion_type'));
    const subject = clientId ?? unverifiedSubject(assertion);
    return subject === undefined
      ? refused(failed('assertion_malformed'))
      : ok({ method: 'private_key_jwt', clientId: subject, secret: assertion });
  }
  if (clientId === undefined) return refused(failed('credentials_missing'));
  return ok(
    secret === undefined
      ? { method: 'none', clientId, secret: '' }
      : { method: 'client_secret_post', clientId, secret },
  );
};

/** RFC 6749, section 2.3.1: both parts are form-urlencoded before they are joined and encoded in base64. */
const basicCredentials = (header: string, clientIdInBody: string | undefined): Result<Credentials, OAuthError> => {
  const [, encoded] = /^basic ([A-Za-z0-9+/]+={0,2})$/i.exec(header) ?? [];
  const [, id, secret] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded ?? '', 'base64').toString('utf8')) ?? [];
  const [clientId, clientSecret] = [formDecoded(id), formDecoded(secret)];
  if (clientId === undefined || clientSecret === undefined) return refused(failed('basic_malformed'));
  if (clientIdInBody !== undefined && clientIdInBody !== clientId) return refused(failed('client_ids_differ'));
  return ok({ method: 'client_secret_basic', clientId, secret: clientSecret });
};

const formDecoded = (text: string | undefined): string | undefined => {
  try {
    return text === undefined ? undefined : decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
};

/** Whom an assertion claims to come from, to find the keys that can tell whether it does. */
const unverifiedSubject = (assertion: string): string | undefined => {
  const subject = parseJsonObject(Buffer.from(assertion.split('.')[1] ?? '', 'base64url').toString('utf8'))?.sub;
  return typeof subject === 'string' ? subject : undefined;
};

/** 401 when the client tried and failed to authenticate; the scheme is named if it tried Basic (RFC 6749, section 5.2). */
export const clientRefused = ({ error, triedBasic, retryAfterSeconds }: ClientRefusal): Response => {
  if (retryAfterSeconds !== undefined) return errorJson(error, 429, { 'retry-after': String(retryAfterSeconds) });
  if (error.code !== 'invalid_client') return errorJson(error);
  return errorJson(error, 401, triedBasic ? { 'www-authenticate': 'Basic realm="stile"' } : {});
};
