/** The provider that the certification profiles look at: everything about its people is known, so that each scope has something to release. */
import assert from 'node:assert/strict';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import type { AuthorizationServer } from '../authorization-server.ts';
import { startAuthorizationServer } from '../authorization-server.ts';
import { answerIn, authorizationUrl, redeem } from '../flow.ts';
import type { Page } from '../user-agent.ts';
import { UserAgent } from '../user-agent.ts';

/** The standard claims (OpenID Connect Core 1.0, section 5.4), by the scope that releases them. */
export const CLAIMS_OF: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  profile: {
    name: 'Ada Lovelace',
    family_name: 'Lovelace',
    given_name: 'Ada',
    middle_name: 'King',
    nickname: 'Countess',
    preferred_username: 'ada',
    profile: 'https://people.example/ada',
    picture: 'https://people.example/ada.png',
    website: 'https://ada.example/',
    gender: 'female',
    birthdate: '1815-12-10',
    zoneinfo: 'Europe/London',
    locale: 'en-GB',
    updated_at: 1_700_000_000,
  },
  email: { email: 'ada@people.example', email_verified: true },
  address: { address: { formatted: '12 St James’s Square\nLondon', country: 'GB' } },
  phone: { phone_number: '+44 20 7946 0000', phone_number_verified: false },
};

/** All of them together. */
export const everyClaim: Readonly<Record<string, unknown>> = Object.fromEntries(
  Object.values(CLAIMS_OF).flatMap((claims) => Object.entries(claims)),
);

type Start = NonNullable<Parameters<typeof startAuthorizationServer>[0]>;

export const startProvider = ({ change = (config) => config, ...start }: Start): Promise<AuthorizationServer> =>
  startAuthorizationServer({
    ...start,
    change: (config) => {
      const { users = [], ...rest } = change(config);
      return { ...rest, users: users.map((user) => ({ ...user, claims: everyClaim })) };
    },
  });

export type Changes = NonNullable<Parameters<typeof authorizationUrl>[1]>;

/** The usual request of these profiles: no API, OpenID Connect alone. */
export const oidcUrl = (server: AuthorizationServer, changes: Changes = {}): URL =>
  authorizationUrl(server, { scope: 'openid', audience: undefined, ...changes });

/** A browser in which somebody is signed in. */
export const signedIn = async (server: AuthorizationServer, username: string): Promise<UserAgent> => {
  const agent = new UserAgent(server.issuer);
  const { end } = await agent.authorize(oidcUrl(server), server.person(username));
  assert.ok(answerIn(end).code);
  return agent;
};

/** Lets somebody answer whatever page comes, and redeems the code; the tokens, and the pages that were shown. */
export const flow = async (
  server: AuthorizationServer,
  username: string,
  changes: Changes = {},
  agent = new UserAgent(server.issuer),
) => {
  const { end, pages } = await agent.authorize(oidcUrl(server, changes), server.person(username));
  const { status, body } = await redeem(server, end);
  assert.equal(status, 200, JSON.stringify([answerIn(end), body]));
  return { pages, body, claims: await verified(server, body.id_token), agent };
};

/** The claims of an ID token, verified by the published keys as a client does (OpenID Connect Core 1.0, section 3.1.3.7). */
export const verified = async (server: AuthorizationServer, idToken: unknown, audience = 'web') => {
  const keys = createRemoteJWKSet(new URL(server.at('.well-known/jwks.json')));
  const { payload } = await jwtVerify(String(idToken), keys, {
    algorithms: ['RS256', 'ES256'],
    issuer: server.issuer,
    audience,
    typ: 'JWT',
    currentDate: new Date(server.now() * 1000),
    requiredClaims: ['sub', 'iat', 'exp', 'auth_time'],
  });
  return payload;
};

/** What the client is told when the person does nothing. */
export const told = async (server: AuthorizationServer, changes: Changes, agent = new UserAgent(server.issuer)) =>
  answerIn(await agent.open(oidcUrl(server, changes)));

export const userinfo = async (
  server: AuthorizationServer,
  accessToken: unknown,
): Promise<Readonly<Record<string, unknown>>> => {
  const response = await fetch(server.at('userinfo'), { headers: { authorization: `Bearer ${String(accessToken)}` } });
  assert.equal(response.status, 200);
  assert.match(response.headers.get('content-type') ?? '', /^application\/json/);
  const body: unknown = await response.json();
  assert.ok(typeof body === 'object' && body !== null);
  return { ...body };
};

/** A page that tells the person what is wrong and sends nobody anywhere. */
export const isErrorPage = ({ status, response, html }: Page): boolean =>
  status === 400 && response.headers.get('location') === null && html.includes('<h1');
