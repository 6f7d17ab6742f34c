/** The code flow by hand, request by request, so that each may be changed. The usual client is `web`. */
import { createHash } from 'node:crypto';
import type { AuthorizationServer } from './authorization-server.ts';
import { ACCOUNTS, CALLBACK, WEB_SECRET } from './fabrikam.ts';
import type { Page } from './user-agent.ts';
import { UserAgent } from './user-agent.ts';

/** The verifier of RFC 7636, appendix B. */
export const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';

/** BASE64URL(SHA256(verifier)): RFC 7636, section 4.2. */
export const s256 = (verifier: string): string => createHash('sha256').update(verifier, 'ascii').digest('base64url');

type Fields = Readonly<Record<string, string>>;
type Changes = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Parameters with some changed: `undefined` leaves one out, a list repeats it. */
const varied = (usual: Fields, changes: Changes): URLSearchParams => {
  const all: Changes = { ...usual, ...changes };
  const pairs = Object.entries(all).flatMap(([name, value]) =>
    [value ?? []].flat().map((one): [string, string] => [name, one]),
  );
  return new URLSearchParams(pairs);
};

/** The usual authorization request, with some parameters changed. */
export const authorizationUrl = (server: AuthorizationServer, changes: Changes = {}): URL => {
  const usual = {
    client_id: 'web',
    redirect_uri: CALLBACK,
    response_type: 'code',
    scope: 'openid read:accounts',
    audience: ACCOUNTS,
    state: 'a state',
    nonce: 'a nonce',
    code_challenge: s256(VERIFIER),
    code_challenge_method: 'S256',
  };
  const url = new URL(server.at('authorize'));
  url.search = varied(usual, changes).toString();
  return url;
};

export const basic = (id: string, secret: string): Fields => ({
  authorization: `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`,
});

/** A JSON answer. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const parsed = (text: string): Readonly<Record<string, unknown>> => {
  const value: unknown = text === '' ? {} : JSON.parse(text);
  if (!isObject(value)) throw new Error(`Not a JSON object: ${text}`);
  return value;
};

export const getJson = async (url: string, headers: Fields = {}): Promise<Answer> => {
  const response = await fetch(url, { headers });
  return { status: response.status, headers: response.headers, body: parsed(await response.text()) };
};

/** Posts a form; the answer is JSON or nothing. */
export const post = async (url: string, fields: Changes, headers: Fields = {}): Promise<Answer> => {
  const response = await fetch(url, { method: 'POST', body: varied({}, fields), headers });
  return { status: response.status, headers: response.headers, body: parsed(await response.text()) };
};

const asWeb = basic('web', WEB_SECRET);

/** A token request, by `web` unless another client's headers are given. */
export const tokenRequest = (server: AuthorizationServer, fields: Changes, headers: Fields = asWeb): Promise<Answer> =>
  post(server.at('oauth/token'), fields, headers);

/** The redirect with which an authorization ended. */
export const answerIn = ({ url }: Page): Fields => Object.fromEntries(url.searchParams);

/** Redeems the code of an authorization, by `web` unless another client's headers are given. */
export const redeem = (
  server: AuthorizationServer,
  end: Page,
  changes: Changes = {},
  headers: Fields = asWeb,
): Promise<Answer> => {
  const { code } = answerIn(end);
  const usual = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, code_verifier: VERIFIER };
  return tokenRequest(server, { ...usual, ...changes }, headers);
};

/** Lets somebody sign in, and as much more as the request demands; gives back where it ended. */
export const authorized = async (
  server: AuthorizationServer,
  username: string,
  changes: Changes = {},
  agent = new UserAgent(server.issuer),
): Promise<Page> => (await agent.authorize(authorizationUrl(server, changes), server.person(username))).end;

/** The tokens that the usual client gets for somebody who signs in. */
export const tokensFor = async (
  server: AuthorizationServer,
  username: string,
  changes: Changes = {},
  agent = new UserAgent(server.issuer),
): Promise<{ readonly [name: string]: string }> => {
  const { status, body } = await redeem(server, await authorized(server, username, changes, agent));
  if (status !== 200) throw new Error(`No tokens: ${JSON.stringify(body)}`);
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, String(value)]));
};

const segment = (jwt: string | undefined, index: number): Readonly<Record<string, unknown>> =>
  parsed(Buffer.from((jwt ?? '').split('.')[index] ?? '', 'base64url').toString('utf8'));

export const headerOf = (jwt: string | undefined): Readonly<Record<string, unknown>> => segment(jwt, 0);

/** What a token says; nobody has checked it. */
export const claimsOf = (jwt: string | undefined): Readonly<Record<string, unknown>> => segment(jwt, 1);
