/**
 * What every account page does first: who is signed in, and have they just proven it well enough? Whoever has not is sent to the
 * authorization endpoint, as by any other application, and comes back to the same page.
 */
import type { Parameters } from '@stile/core';
import { single } from '@stile/core';
import type { Change, ChangeDemand } from '../authenticator/demand.ts';
import { changeDemand, meetsDemand } from '../authenticator/demand.ts';
import type { Owner } from '../authenticator/owner.ts';
import { applicationOf, messagesFor, problemPage } from '../authorization/respond.ts';
import { ACCOUNT_CLIENT, accountRedirect } from '../config/built-in.ts';
import type { Caller, Deps } from '../deps.ts';
import { randomToken } from '../deps.ts';
import type { UsableAuthenticator } from '../factors/authenticators.ts';
import { usableAuthenticators } from '../factors/authenticators.ts';
import { formParameters, queryParameters } from '../http/body.ts';
import { readCookie } from '../http/cookies.ts';
import type { FormBinding } from '../http/csrf.ts';
import { csrfToken, judgeForm } from '../http/csrf.ts';
import { seeOther } from '../http/responses.ts';
import type { AccountFrame } from '../pages/account/frame.ts';
import type { Application } from '../pages/layout.ts';
import type { CurrentSession } from '../session/current-session.ts';
import { currentSession } from '../session/current-session.ts';
import type { Changed } from '../store/ports.ts';
import { isPlace } from './place.ts';

/** An account page of somebody who is signed in. */
export interface Opened {
  readonly owner: Owner;
  readonly current: CurrentSession;
  /** What they can prove now. */
  readonly usable: readonly UsableAuthenticator[];
  /** The secret of the browser, which forms are bound to. */
  readonly browser: string;
}

/** What a page is for: to look only, or a change that has to be proven. */
export type Need = 'look' | Change;

/** The account pages as an application. */
export const accountApplication = (deps: Pick<Deps, 'config'>): Application => {
  const client = deps.config.clients.get(ACCOUNT_CLIENT);
  return client ? applicationOf(client) : { name: deps.config.organisation };
};

/**
 * An authorization request of our own for the way back to a place. Nobody knows the verifier of its challenge, so the code that comes
 * of it can never be redeemed: what counts is the session.
 */
const authorizationFor = (place: string, demand: ChangeDemand | undefined, deps: Deps): string =>
  `/authorize?${new URLSearchParams({
    client_id: ACCOUNT_CLIENT,
    response_type: 'code',
    scope: 'openid',
    redirect_uri: accountRedirect(deps.config.issuer),
    code_challenge: randomToken(deps),
    code_challenge_method: 'S256',
    state: place,
    ...(demand && { acr_values: demand.acr[0], max_age: String(demand.maxAgeSeconds) }),
  })}`;

/** Where this page is found again by GET: its path, and which authenticator it is about. */
const placeOf = (request: Request): string => {
  const { pathname, search } = new URL(request.url);
  return isPlace(`${pathname}${search}`) ? `${pathname}${search}` : pathname;
};

/** Opens a page. */
export const openPage = async (
  need: Need,
  request: Request,
  deps: Deps,
  caller: Caller,
): Promise<Opened | Response> => {
  const current = await currentSession(request, deps);
  if (!current) return seeOther(authorizationFor(placeOf(request), undefined, deps));
  const browser = readCookie(request, 'browser', deps.config);
  if (browser === undefined) return problemPage('cookiesBlocked', 400, request, caller);
  const { user, session } = current;
  const usable = await usableAuthenticators(user.id, deps);
  if (need !== 'look') {
    const demand = changeDemand(need, usable, deps.config);
    if (!meetsDemand(session.events, demand, deps.now(), deps.config)) {
      return seeOther(authorizationFor(placeOf(request), demand, deps));
    }
  }
  const owner = {
    user,
    guard: { sessionId: session.id, restsOn: session.events.map(({ authenticator }) => authenticator) },
    clientId: ACCOUNT_CLIENT,
    request,
    caller,
    t: messagesFor(request),
  };
  return { owner, current, usable, browser };
};

/** A page that was answered. */
export interface Answered extends Opened {
  readonly form: Parameters;
}

/**
 * Opens a page that was answered. The form must have been shown in this very session and browser, for this page; and the proof that a
 * change demands must still be fresh when it is made.
 */
export const openForm = async (
  need: Need,
  request: Request,
  deps: Deps,
  caller: Caller,
): Promise<Answered | Response> => {
  const opened = await openPage('look', request, deps, caller);
  if (opened instanceof Response) return opened;
  const form = await formParameters(request);
  if (!form.ok) return problemPage('badRequest', 400, request, caller);
  const sent = single(form.value, 'csrf');
  const binding = bindingOf(opened, new URL(request.url).pathname);
  const verdict = sent.ok ? judgeForm(deps, binding, opened.owner.user.id, sent.value) : 'forged';
  if (verdict !== 'genuine') return problemPage('forged', 403, request, caller);
  const proven = need === 'look' ? opened : await openPage(need, request, deps, caller);
  return proven instanceof Response ? proven : { ...proven, form: form.value };
};

const bindingOf = ({ current, browser }: Opened, path: string): FormBinding => ({
  purpose: `account ${current.session.id} ${path}`,
  browserSecret: browser,
});

/**
 * After a change whose session, or whose proof, ended in the very moment in which it was made: the page is opened anew, which leads whoever is
 * signed out to the sign-in, and whoever is not to the proof that it takes now.
 */
export const openedAnew = (request: Request): Response => seeOther(placeOf(request));

/** Where a change leads, whatever came of it. @param done what the account page then says was done */
export const changed = (outcome: Changed, done: string, request: Request): Response => {
  if (outcome === 'session-gone') return openedAnew(request);
  return seeOther(outcome === 'done' ? `/account?done=${done}` : '/account');
};

/**
 * What the views need of a page.
 *
 * @param action the path that its form is sent to, with a query that says what it is about
 */
export const frameOf = (opened: Opened, action: string, deps: Deps): AccountFrame => ({
  application: accountApplication(deps),
  action,
  csrf: csrfToken(deps, bindingOf(opened, action.split('?', 1)[0] ?? action), opened.owner.user.id),
  signedInAs: opened.owner.user.username,
});

/** The value of a parameter that must not come twice. */
export const field = (parameters: Parameters, name: string): string | undefined => {
  const value = single(parameters, name);
  return value.ok ? value.value : undefined;
};

/** The authenticator that a page is about. */
export const idIn = (request: Request): string | undefined => field(queryParameters(request), 'id');
