/** The endpoints that clients and APIs call directly, as tests call them. */
import { parseJsonObject } from '@stile/core';
import type { Stop } from './browser.ts';
import { formPost, unescaped } from './browser.ts';
import { claimsOf, redeem, signInAndStepUp, tokenRequest } from './flow.ts';
import { API_SECRET, WEB_SECRET } from './test-config.ts';
import type { TestServer } from './test-server.ts';

export interface ClientCredentials {
  readonly id: string;
  readonly secret: string;
}

export const WEB: ClientCredentials = { id: 'web', secret: WEB_SECRET };
export const ACCOUNTS_API: ClientCredentials = { id: 'accounts-api', secret: API_SECRET };
export const THIRD_PARTY: ClientCredentials = { id: 'third-party', secret: 'secret-of-the-third-party-for-tests' };
export const NIGHTLY: ClientCredentials = { id: 'nightly', secret: 'secret-of-the-nightly-job-for-tests' };

export const basic = ({ id, secret }: ClientCredentials): string =>
  `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`;

/** An answer in JSON, with its status. */
export interface JsonAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly response: Response;
}

const asJson = async (response: Response): Promise<JsonAnswer> => ({
  status: response.status,
  body: parseJsonObject(await response.clone().text()) ?? {},
  response,
});

const postAs =
  (path: string) =>
  async (
    server: TestServer,
    token: unknown,
    client: ClientCredentials,
    more: Readonly<Record<string, string>> = {},
  ): Promise<JsonAnswer> =>
    asJson(await server.send(path, formPost({ token: String(token), ...more }, { authorization: basic(client) })));

export const introspect = postAs('/oauth/introspect');
export const consume = postAs('/oauth/consume');
export const revoke = postAs('/oauth/revoke');

export const userinfo = async (server: TestServer, token: unknown): Promise<JsonAnswer> =>
  asJson(await server.send('/userinfo', { headers: { authorization: `Bearer ${String(token)}` } }));

export const refresh = (
  server: TestServer,
  refreshToken: unknown,
  more: Readonly<Record<string, string>> = {},
  client: ClientCredentials = WEB,
): Promise<JsonAnswer> =>
  tokenRequest(server, { grant_type: 'refresh_token', refresh_token: String(refreshToken), ...more }, client);

/** Robin's tokens for the web client, all the way through the pages. */
export const tokensOf = async (
  server: TestServer,
  change: Readonly<Record<string, string | undefined>> = {},
  browser?: Parameters<typeof signInAndStepUp>[2],
): Promise<Readonly<Record<string, unknown>>> => {
  const { stop } = await signInAndStepUp(server, change, browser);
  const { status, body } = await redeem(server, stop);
  if (status !== 200) throw new Error(`No tokens: ${JSON.stringify(body)}`);
  return body;
};

/** The level, the moment and the scopes that an access token speaks of. */
export const proofOf = (accessToken: unknown): readonly unknown[] => {
  const { acr, auth_time, amr, scope } = claimsOf(accessToken);
  return [acr, auth_time, amr, scope];
};

/** What a page of ours hands over to the client, by a form or by a message to its window, and where to. */
export const handedOver = ({ html }: Stop): { readonly to: string; readonly response: Record<string, unknown> } => {
  const [, to = '', message = ''] = /data-target-origin="([^"]*)" data-response="([^"]*)"/.exec(html) ?? [];
  if (to !== '') return { to, response: { ...parseJsonObject(unescaped(message)) } };
  const fields = [...html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)];
  return {
    to: unescaped(/<form[^>]*\saction="([^"]*)"/.exec(html)?.[1] ?? ''),
    response: Object.fromEntries(fields.map(([, name = '', value = '']) => [unescaped(name), unescaped(value)])),
  };
};
