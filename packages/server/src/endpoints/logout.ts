/** Signing out: OpenID Connect RP-Initiated Logout 1.0, and Auth0's `/v2/logout`. */
import type { Parameters } from '@stile/core';
import { singles } from '@stile/core';
import { auditRecord } from '../audit/audit.ts';
import { applicationOf, messagesFor, problemPage } from '../authorization/respond.ts';
import { hintedIdentity } from '../authorization/validated-request.ts';
import type { RegisteredClient } from '../config/config.ts';
import type { Caller, Deps, Handler } from '../deps.ts';
import { formParameters, queryParameters } from '../http/body.ts';
import { cookie, readCookie } from '../http/cookies.ts';
import type { FormBinding } from '../http/csrf.ts';
import { csrfToken, judgeForm } from '../http/csrf.ts';
import { page, seeOther } from '../http/responses.ts';
import { signOutPage } from '../pages/sign-out-page.ts';
import { signedOutPage } from '../pages/signed-out-page.ts';
import type { CurrentSession } from '../session/current-session.ts';
import { currentSession } from '../session/current-session.ts';

/** A logout request that is known to be sound. */
interface LogoutRequest {
  readonly client: RegisteredClient | undefined;
  /** Registered for the client; the only place to go afterwards. */
  readonly returnTo: string | undefined;
  readonly state: string | undefined;
  readonly hint: { readonly subject: string; readonly sessionId: string | undefined } | undefined;
  readonly uiLocales: readonly string[];
}

const NAMES = ['id_token_hint', 'client_id', 'post_logout_redirect_uri', 'state', 'logout_hint', 'ui_locales'] as const;

/**
 * On any fault there is no redirect. A hint that cannot be verified, for it may be older than our keys, is left aside with all that
 * rests on it (RP-Initiated Logout 1.0, section 4): the person can still sign out.
 */
const parse = (parameters: Parameters, deps: Deps): LogoutRequest | undefined => {
  const sent = singles(parameters, NAMES);
  if (!sent.ok) return undefined;
  const { id_token_hint, client_id, state, ui_locales } = sent.value;
  const hint = id_token_hint === undefined ? undefined : hintedIdentity(id_token_hint, deps);
  const restsOnNothing = id_token_hint !== undefined && !hint && client_id === undefined;
  const returnTo = restsOnNothing ? undefined : sent.value.post_logout_redirect_uri;
  if (client_id !== undefined && hint && hint.clientId !== client_id) return undefined;
  const clientId = client_id ?? hint?.clientId;
  const client = clientId === undefined ? undefined : deps.config.clients.get(clientId);
  if (clientId !== undefined && !client) return undefined;
  if (returnTo !== undefined && !client?.postLogoutRedirectUris.includes(returnTo)) return undefined;
  return { client, returnTo, state, hint, uiLocales: (ui_locales ?? '').split(' ') };
};

/** `GET /oidc/logout`, and `POST` by a client or by our own page. */
export const oidcLogout: Handler = async (request, deps, caller) => {
  const parameters = await parametersOf(request);
  const logout = parameters && parse(parameters, deps);
  if (!logout) return problemPage('badRequest', 400, request, caller);
  const isOurPage = parameters.has('confirm') || parameters.has('stay');
  const current = await currentSession(request, deps);
  // Without a session the post may be of another site as well: nobody is told that they are signed out before the cookie was seen.
  if (request.method === 'POST' && !(isOurPage && current)) return seeOther(`/oidc/logout?${knownOnly(parameters)}`);
  if (!current) return finished(logout, request, deps, 'nothing ended');
  if (isOurPage) return confirmed(parameters, logout, current, request, deps, caller);
  // The person is asked unless an ID token shows that the client speaks of this very session (section 2).
  if (isAbout(logout, current)) return signOut(logout, current, request, deps, caller);
  return ask(logout, current, request, deps);
};

const parametersOf = async (request: Request): Promise<Parameters | undefined> => {
  if (request.method !== 'POST') return queryParameters(request);
  const form = await formParameters(request);
  return form.ok ? new Map([...queryParameters(request), ...form.value]) : undefined;
};

/**
 * The parameters that mean something, for the address that a posted request is sent on to: a browser keeps the session's cookie back
 * when another site posts a form, and brings it along when it follows.
 */
const knownOnly = (parameters: Parameters): URLSearchParams =>
  new URLSearchParams(NAMES.flatMap((name) => (parameters.get(name) ?? []).map((value) => [name, value])));

const isAbout = ({ hint }: LogoutRequest, { session, user }: CurrentSession): boolean =>
  hint !== undefined && hint.subject === user.id && hint.sessionId === session.id;

const bindingOf = ({ session }: CurrentSession, browserSecret: string): FormBinding => ({
  purpose: `logout ${session.id}`,
  browserSecret,
});

const ask = (logout: LogoutRequest, current: CurrentSession, request: Request, deps: Deps): Response => {
  const { client, returnTo, state } = logout;
  const query = new URLSearchParams({
    ...(client && { client_id: client.id }),
    ...(returnTo !== undefined && { post_logout_redirect_uri: returnTo }),
    ...(state !== undefined && { state }),
  });
  const secret = readCookie(request, 'session', deps.config) ?? '';
  const html = signOutPage(
    {
      ...(client && { application: applicationOf(client) }),
      action: `/oidc/logout?${query}`,
      csrf: csrfToken(deps, bindingOf(current, secret), current.user.id),
      signedInAs: current.user.username,
    },
    messagesFor(request, logout.uiLocales),
  );
  return page(html);
};

const confirmed = async (
  parameters: Parameters,
  logout: LogoutRequest,
  current: CurrentSession,
  request: Request,
  deps: Deps,
  caller: Caller,
): Promise<Response> => {
  const [sent] = parameters.get('csrf') ?? [];
  const secret = readCookie(request, 'session', deps.config) ?? '';
  if (request.method !== 'POST' || judgeForm(deps, bindingOf(current, secret), current.user.id, sent) !== 'genuine') {
    return problemPage('forged', 403, request, caller);
  }
  return parameters.has('confirm')
    ? signOut(logout, current, request, deps, caller)
    : finished(logout, request, deps, 'stayed');
};

const signOut = async (
  logout: LogoutRequest,
  current: CurrentSession,
  request: Request,
  deps: Deps,
  caller: Caller,
): Promise<Response> => {
  await endSession(current, logout.client, deps, caller);
  return finished(logout, request, deps, 'ended');
};

const endSession = async (
  { session, user }: CurrentSession,
  client: RegisteredClient | undefined,
  deps: Deps,
  caller: Caller,
): Promise<void> => {
  await deps.store.sessions.end(session.id, deps.now(), [
    auditRecord(deps, 'session.ended', {
      userId: user.id,
      sessionId: session.id,
      clientId: client?.id ?? null,
      requestId: caller.requestId,
      details: { reason: 'signed_out' },
    }),
  ]);
};

/** Back to the application if it said where to, else a page. The cookie goes only together with the session. */
const finished = (
  logout: LogoutRequest,
  request: Request,
  deps: Deps,
  outcome: 'ended' | 'stayed' | 'nothing ended',
): Response => {
  const cookies = outcome === 'ended' ? [cookie('session', null, 0, deps.config)] : [];
  const { returnTo, state, client } = logout;
  if (returnTo !== undefined) {
    const query = state === undefined ? '' : `${returnTo.includes('?') ? '&' : '?'}state=${encodeURIComponent(state)}`;
    return seeOther(`${returnTo}${query}`, cookies);
  }
  if (outcome === 'stayed') return seeOther(deps.config.issuer);
  const props = client ? { application: applicationOf(client) } : {};
  return page(signedOutPage(props, messagesFor(request, logout.uiLocales)), 200, { cookies });
};

/**
 * `GET /v2/logout`: Auth0's way. It asks nobody. The cookie is not sent with an image or a frame of another site, so only a
 * link that the person follows ends the session, and they see that it did.
 */
export const auth0Logout: Handler = async (request, deps, caller) => {
  const sent = singles(queryParameters(request), ['client_id', 'returnTo']);
  if (!sent.ok) return problemPage('badRequest', 400, request, caller);
  const { client_id: clientId, returnTo } = sent.value;
  const client = clientId === undefined ? undefined : deps.config.clients.get(clientId);
  const allowed = client ? [client] : [...deps.config.clients.values()];
  const registered =
    returnTo === undefined || allowed.some(({ postLogoutRedirectUris }) => postLogoutRedirectUris.includes(returnTo));
  if ((clientId !== undefined && !client) || !registered) return problemPage('badRequest', 400, request, caller);
  const current = await currentSession(request, deps);
  if (current) await endSession(current, client, deps, caller);
  const logout = { client, returnTo, state: undefined, hint: undefined, uiLocales: [] };
  return finished(logout, request, deps, current ? 'ended' : 'nothing ended');
};
