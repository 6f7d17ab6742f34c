import type { OAuthError, ResponseChannel } from '@stile/core';
import { oauthError } from '@stile/core';
import type { RegisteredClient } from '../config/config.ts';
import type { Caller, Deps } from '../deps.ts';
import { page, seeOther } from '../http/responses.ts';
import { errorPage } from '../pages/error-page.ts';
import { formPostPage } from '../pages/form-post-page.ts';
import type { Application } from '../pages/layout.ts';
import type { Messages, ProblemName } from '../pages/messages.ts';
import { chooseLocale, translate } from '../pages/messages.ts';
import { webMessagePage } from '../pages/web-message-page.ts';
import { StoreUnavailable } from '../store/store-error.ts';

/** What the client is told: the members of the response besides `state` and `iss`. */
type Answer = Readonly<Record<string, string>>;

const encoded = (answer: Answer): string =>
  Object.entries(answer)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join('&');

/** Sends the answer of the authorization endpoint back through its channel, with `state` and `iss` (RFC 9207). */
export const respond = (
  channel: ResponseChannel,
  answer: Answer,
  client: RegisteredClient,
  t: Messages,
  deps: Pick<Deps, 'config'>,
): Response => {
  const { redirect, mode, state } = channel;
  const full: Answer = { ...answer, ...(state !== undefined && { state }), iss: deps.config.issuer };
  const application = applicationOf(client);
  switch (mode) {
    case 'query':
      return seeOther(`${redirect.uri}${redirect.uri.includes('?') ? '&' : '?'}${encoded(full)}`);
    case 'fragment':
      return seeOther(`${redirect.uri}#${encoded(full)}`);
    case 'form_post':
      return page(formPostPage({ application, redirectUri: redirect.uri, response: full }, t));
    case 'web_message': {
      const targetOrigin = new URL(redirect.uri).origin;
      return page(webMessagePage({ application, targetOrigin, response: full }, t), 200, {
        frameAncestor: targetOrigin,
      });
    }
  }
};

/** An error as an answer. */
export const errorAnswer = (error: OAuthError): Answer => ({ error: error.code, error_description: error.description });

/** The client as pages show it. */
export const applicationOf = (client: RegisteredClient): Application => ({
  name: client.name,
  ...(client.accent !== undefined && { accent: client.accent }),
});

/** The language of a person's pages. */
export const messagesFor = (request: Request, uiLocales: readonly string[] = []): Messages =>
  translate(chooseLocale(uiLocales, request.headers.get('accept-language') ?? undefined));

/** A page that says what is wrong, in words of the catalogue alone. */
export const problemPage = (
  problem: ProblemName,
  status: number,
  request: Request,
  caller: Caller,
  more: {
    readonly code?: string;
    readonly client?: RegisteredClient;
    readonly headers?: Readonly<Record<string, string>>;
  } = {},
): Response => {
  const html = errorPage(
    {
      problem,
      requestId: caller.requestId,
      ...(more.code !== undefined && { code: more.code }),
      ...(more.client && { application: applicationOf(more.client) }),
    },
    messagesFor(request),
  );
  const response = page(html, status);
  for (const [name, value] of Object.entries(more.headers ?? {})) response.headers.set(name, value);
  return response;
};

/** What a client is told when Stile itself failed: nothing but that. */
const serverError = oauthError('server_error', 'server_error', 'Something went wrong; try again');

/** What a client is told when the store cannot do its work just now: nothing was done, and trying again will help. */
const temporarilyUnavailable = oauthError(
  'temporarily_unavailable',
  'store_unavailable',
  'The server cannot do this just now; try again',
);

/** How a failure is told to whoever asked. Whatever broke, the answer is no. */
export const errorOf = (failure: unknown): OAuthError =>
  failure instanceof StoreUnavailable ? temporarilyUnavailable : serverError;
