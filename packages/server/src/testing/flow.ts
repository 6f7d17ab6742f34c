/** The usual requests of the usual clients, to be varied by each test. */
import { hash } from 'node:crypto';
import { parseJsonObject } from '@stile/core';
import type { Stop } from './browser.ts';
import { formPost, TestBrowser } from './browser.ts';
import { ACCOUNTS, WEB_SECRET } from './test-config.ts';
import type { TestServer } from './test-server.ts';

export const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';

/** `/authorize` with the parameters of the web client; `undefined` takes one away. */
export const authorizeUrl = (change: Readonly<Record<string, string | undefined>> = {}): string => {
  const parameters = {
    client_id: 'web',
    redirect_uri: 'https://intranet.fabrikam.example/callback',
    response_type: 'code',
    scope: 'openid profile read:accounts offline_access',
    audience: ACCOUNTS,
    state: 'state-1',
    nonce: 'nonce-1',
    code_challenge: hash('sha256', VERIFIER, 'base64url'),
    code_challenge_method: 'S256',
    ...change,
  };
  const sent = Object.entries(parameters).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return `/authorize?${new URLSearchParams(sent)}`;
};

/** The parameters of the answer that a redirect carries. */
export const answerOf = ({ url }: Stop): Readonly<Record<string, string>> =>
  Object.fromEntries(URL.canParse(url) ? new URL(url).searchParams : []);

/** A token request of the web client (or another, by `client`). */
export const tokenRequest = async (
  server: TestServer,
  fields: Readonly<Record<string, string>>,
  client: { readonly id: string; readonly secret: string } = { id: 'web', secret: WEB_SECRET },
): Promise<{
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly response: Response;
}> => {
  const authorization = `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString('base64')}`;
  const response = await server.send('/oauth/token', formPost(fields, { authorization }));
  return { status: response.status, body: parseJsonObject(await response.clone().text()) ?? {}, response };
};

/** Redeems the code of a redirect for the web client. */
export const redeem = (server: TestServer, stop: Stop): ReturnType<typeof tokenRequest> =>
  tokenRequest(server, {
    grant_type: 'authorization_code',
    code: answerOf(stop).code ?? '',
    redirect_uri: 'https://intranet.fabrikam.example/callback',
    code_verifier: VERIFIER,
  });

/** The claims of a JWT, unverified. */
export const claimsOf = (token: unknown): Readonly<Record<string, unknown>> =>
  parseJsonObject(Buffer.from(String(token).split('.')[1] ?? '', 'base64url').toString('utf8')) ?? {};

/** Signs Robin in with a password and, when asked, a code; ends at the redirect to the client. */
export const signInAndStepUp = async (
  server: TestServer,
  change: Readonly<Record<string, string | undefined>> = {},
  browser = new TestBrowser(server),
): Promise<{ readonly browser: TestBrowser; readonly stop: Stop }> => {
  let stop = await browser.go(authorizeUrl(change));
  if (stop.url.startsWith('/login')) stop = await browser.signIn(stop);
  if (stop.url.startsWith('/challenge')) stop = await browser.giveCode(stop);
  return { browser, stop };
};
