/**
 * The account API (`/me/v1/*`), in the shape of Auth0's My Account API: what every call does first. A call needs a token for this API
 * with the scope of what it does. For a change the proof must be as strong and as fresh as on the account pages; when it is not, the
 * answer says what is missing (RFC 9470), and the application can step up and try again.
 */

import type { JsonObject } from '@stile/core';
import { formatChallenge, isJsonObject, proofInToken, scopePolicy } from '@stile/core';
import { changeDemand } from '../authenticator/demand.ts';
import type { Owner } from '../authenticator/owner.ts';
import { messagesFor } from '../authorization/respond.ts';
import { accountAudience } from '../config/built-in.ts';
import type { Caller, Deps } from '../deps.ts';
import { usableAuthenticators } from '../factors/authenticators.ts';
import type { Answer } from '../factors/factor.ts';
import { json } from '../http/responses.ts';
import { limitsOf } from '../throttle/limits.ts';
import { takeTry } from '../throttle/take-try.ts';
import { liveAccessToken } from '../token/own-access-token.ts';

/** A fault, told as RFC 9457 has it. */
export const problem = (
  status: number,
  title: string,
  detail: string,
  headers: Readonly<Record<string, string>> = {},
): Response =>
  json({ type: 'about:blank', title, status, detail }, status, {
    'content-type': 'application/problem+json; charset=utf-8',
    ...headers,
  });

export const notFound = (): Response => problem(404, 'Not found', 'There is nothing here that is yours.');

export const tooMany = (seconds: number): Response =>
  problem(429, 'Too many requests', `Try again in ${seconds} seconds.`, { 'retry-after': String(seconds) });

const challenged = (
  status: 401 | 403,
  challenge: Omit<Parameters<typeof formatChallenge>[0], 'scheme' | 'realm'>,
  deps: Deps,
): Response => {
  const header = formatChallenge({ scheme: 'Bearer', realm: deps.config.issuer, ...challenge });
  const title = status === 401 ? 'Unauthorized' : 'Forbidden';
  const detail = challenge.errorDescription ?? 'Send an access token.';
  return problem(status, title, detail, { 'www-authenticate': header });
};

const BEARER = /^bearer +([A-Za-z0-9._~+/-]+=*)$/i;

/** What changes an account, by the scope that allows it. */
const CHANGES: Readonly<Record<string, 'add' | 'other'>> = {
  'create:me:authentication_methods': 'add',
  'update:me:authentication_methods': 'other',
  'delete:me:authentication_methods': 'other',
  'delete:me:sessions': 'other',
};

/** Whose account it is and who acts for them; or the refusal. */
export const openAccount = async (
  scope: string,
  request: Request,
  deps: Deps,
  caller: Caller,
): Promise<Owner | Response> => {
  const header = request.headers.get('authorization');
  if (header === null) return challenged(401, {}, deps);
  const token = BEARER.exec(header)?.[1];
  const live = token === undefined ? undefined : await liveAccessToken(token, deps);
  const audience = accountAudience(deps.config.issuer);
  const user = live?.grant && live.audience.includes(audience) ? await deps.store.users.find(live.subject) : undefined;
  if (!live || !user) {
    return challenged(401, { error: 'invalid_token', errorDescription: 'The access token is not valid here' }, deps);
  }
  if (!live.scopes.includes(scope)) {
    const errorDescription = 'The access token lacks a scope';
    return challenged(403, { error: 'insufficient_scope', errorDescription, scope: [scope] }, deps);
  }
  const owner = {
    user,
    sessionId: live.grant?.sessionId ?? '',
    restsOn: (live.grant?.events ?? []).map(({ authenticator }) => authenticator),
    clientId: live.clientId,
    request,
    caller,
    t: messagesFor(request),
  };
  const change = CHANGES[scope];
  if (change === undefined) return owner;
  const demand = changeDemand(change, await usableAuthenticators(user.id, deps), deps.config);
  const policy = scopePolicy(deps.config.apis.get(audience), scope)?.requires;
  for (const one of [policy, demand]) {
    if (one && !proofInToken(live.claims, one, deps.now()).met) return insufficient(one, scope, deps);
  }
  const throttle = await takeTry(
    limitsOf('my-account', { userId: user.id, authenticatorId: '', address: caller.address }),
    deps,
  );
  return throttle.allowed ? owner : tooMany(throttle.retryAfterSeconds);
};

/** RFC 9470, section 3. */
const insufficient = (
  { acr, maxAgeSeconds }: { readonly acr?: readonly string[]; readonly maxAgeSeconds?: number },
  scope: string,
  deps: Deps,
): Response =>
  challenged(
    401,
    {
      error: 'insufficient_user_authentication',
      errorDescription: 'A stronger or more recent proof is needed',
      scope: [scope],
      ...(acr && { acrValues: acr }),
      ...(maxAgeSeconds !== undefined && { maxAgeSeconds }),
    },
    deps,
  );

/** The part of the path after the collection: the id of what a call is about. */
export const idInPath = (request: Request): string => new URL(request.url).pathname.split('/')[4] ?? '';

/** What Auth0's My Account API calls what our pages call otherwise. */
const ALSO_CALLED: Readonly<Record<string, string>> = {
  code: 'otp_code',
  credential: 'authn_response',
};

/** The members of a body as answers: objects as the JSON that they are. */
export const answerIn =
  (body: JsonObject): Answer =>
  (name) => {
    const member = body[name] ?? body[ALSO_CALLED[name] ?? ''];
    if (typeof member === 'string') return member;
    return isJsonObject(member) ? JSON.stringify(member) : undefined;
  };

export const moment = (at: number): string => new Date(at * 1000).toISOString();
