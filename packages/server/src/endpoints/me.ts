/**
 * The account API (`/me/v1/*`), in the shape of Auth0's My Account API: what every call does first. A call needs a token for this API
 * with the scope of what it does. For a change the proof must be as strong and as fresh as on the account pages; when it is not, the
 * answer says what is missing (RFC 9470), and the application can step up and try again.
 */

import type { JsonObject } from '@stile/core';
import { formatChallenge, isJsonObject, proofInToken, scopePolicy } from '@stile/core';
import type { Change } from '../authenticator/demand.ts';
import { changeDemand } from '../authenticator/demand.ts';
import type { Owner } from '../authenticator/owner.ts';
import { messagesFor } from '../authorization/respond.ts';
import { accountAudience } from '../config/built-in.ts';
import type { Caller, Deps } from '../deps.ts';
import { usableAuthenticators } from '../factors/authenticators.ts';
import type { Answer } from '../factors/factor.ts';
import { json } from '../http/responses.ts';
import type { Changed, OwnerGuard } from '../store/ports.ts';
import type { Grant, User } from '../store/records.ts';
import { limitsOf } from '../throttle/limits.ts';
import { takeTry } from '../throttle/take-try.ts';
import type { LiveAccessToken } from '../token/own-access-token.ts';
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
const CHANGES = {
  'create:me:authentication_methods': 'add',
  'update:me:authentication_methods': 'other',
  'delete:me:authentication_methods': 'other',
  'delete:me:sessions': 'other',
} as const satisfies Readonly<Record<string, Change>>;

/** Whoever looks at what is theirs, through an application. */
interface Viewer {
  readonly user: User;
  readonly live: LiveAccessToken;
}

export const invalidToken = (deps: Deps): Response =>
  challenged(401, { error: 'invalid_token', errorDescription: 'The access token is not valid here' }, deps);

/** The refusal of a change on which nothing rests any more, or never did: its session has ended, or what was proven in it counts no more. */
export const sessionGone = (deps: Deps): Response => invalidToken(deps);

/** The access token of a call, if it is good; or the refusal of a call without any. */
export const bearerOf = async (request: Request, deps: Deps): Promise<LiveAccessToken | Response | undefined> => {
  const header = request.headers.get('authorization');
  if (header === null) return challenged(401, {}, deps);
  const token = BEARER.exec(header)?.[1];
  return token === undefined ? undefined : liveAccessToken(token, deps);
};

/** The refusal of a token that lacks the scope of a call. */
export const lacksScope = (scope: string, deps: Deps): Response =>
  challenged(
    403,
    { error: 'insufficient_scope', errorDescription: 'The access token lacks a scope', scope: [scope] },
    deps,
  );

/** Whose account it is; or the refusal. */
export const openAccount = async (scope: string, request: Request, deps: Deps): Promise<Viewer | Response> => {
  const live = await bearerOf(request, deps);
  if (live instanceof Response) return live;
  const audience = accountAudience(deps.config.issuer);
  const user = live?.grant && live.audience.includes(audience) ? await deps.store.users.find(live.subject) : undefined;
  if (!live || !user) return invalidToken(deps);
  return live.scopes.includes(scope) ? { user, live } : lacksScope(scope, deps);
};

/** Whose account is changed and who acts for them; or the refusal. */
export const openForChange = async (
  scope: keyof typeof CHANGES,
  request: Request,
  deps: Deps,
  caller: Caller,
): Promise<Owner | Response> => {
  const opened = await openAccount(scope, request, deps);
  if (opened instanceof Response) return opened;
  const { user, live } = opened;
  const guard = guardOf(live.grant);
  // A change rests on a session, which its owner can end. What was granted without one allows to look, and no more.
  if (!guard) return sessionGone(deps);
  const audience = accountAudience(deps.config.issuer);
  const demand = changeDemand(CHANGES[scope], await usableAuthenticators(user.id, deps), deps.config);
  const policy = scopePolicy(deps.config.apis.get(audience), scope)?.requires;
  for (const one of [policy, demand]) {
    if (one && !proofInToken(live.claims, one, deps.now()).met) return insufficient(one, scope, deps);
  }
  const throttle = await takeTry(
    limitsOf('my-account', { userId: user.id, authenticatorId: '', address: caller.address }),
    deps,
  );
  if (!throttle.allowed) return tooMany(throttle.retryAfterSeconds);
  return { user, guard, clientId: live.clientId, request, caller, t: messagesFor(request) };
};

const guardOf = (grant: Grant | undefined): OwnerGuard | undefined =>
  grant && grant.sessionId !== null
    ? { sessionId: grant.sessionId, grantId: grant.id, restsOn: grant.events.map(({ authenticator }) => authenticator) }
    : undefined;

/** The answer to a change after which there is nothing to show. */
export const answerTo = (outcome: Changed, deps: Deps): Response => {
  if (outcome === 'session-gone') return sessionGone(deps);
  if (outcome === 'unknown') return notFound();
  return new Response(null, { status: 204, headers: { 'cache-control': 'no-store' } });
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
