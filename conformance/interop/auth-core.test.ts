/** A web application with `@auth/core`, on which `next-auth` and the other packages of Auth.js stand, by its own guides. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { AuthConfig } from '@auth/core';
import { Auth } from '@auth/core';
import type { JWT } from '@auth/core/jwt';
import { toNodeHandler } from '@stile/resource-server/node';
import { listenAnywhere } from '../api.ts';
import { startAuthorizationServer } from '../authorization-server.ts';
import { ACCOUNTS, API_SECRET } from '../fabrikam.ts';
import type { Person } from '../people.ts';
import { Visitor } from './visitor.ts';

const place = await listenAnywhere();
const server = await startAuthorizationServer({
  people: ['ada', 'ben', 'cleo', 'dan', 'eve', 'finn'],
  clients: [
    {
      id: 'portal',
      name: 'Fabrikam Portal',
      // The code is exchanged by Basic; the guide for refresh tokens sends the secret in the form.
      authentication: ['client_secret_basic', 'client_secret_post'],
      secret: API_SECRET,
      redirectUris: [`${place.origin}/auth/callback/fabrikam`],
      postLogoutRedirectUris: [`${place.origin}/`],
      firstParty: true,
      apis: { [ACCOUNTS]: ['read:accounts'] },
    },
  ],
});

/** What the application logs of sign-ins that failed. */
const logged: string[] = [];
/** How far the application's clock goes ahead. */
let ahead = 0;
const now = (): number => Math.floor(Date.now() / 1000) + ahead;

/** The guide for the rotation of refresh tokens. */
const refreshed = async (token: JWT): Promise<JWT> => {
  const response = await fetch(server.at('oauth/token'), {
    method: 'POST',
    body: new URLSearchParams({
      client_id: 'portal',
      client_secret: API_SECRET,
      grant_type: 'refresh_token',
      refresh_token: String(token.refresh_token),
    }),
  });
  const tokens = await response.json();
  if (!response.ok) return { ...token, error: 'RefreshTokenError' };
  const { access_token, expires_in, refresh_token = token.refresh_token } = tokens;
  return { ...token, access_token, expires_at: now() + expires_in, refresh_token };
};

const config: AuthConfig = {
  basePath: '/auth',
  trustHost: true,
  secret: 'a secret of the application for its cookies',
  providers: [
    {
      id: 'fabrikam',
      name: 'Fabrikam',
      type: 'oidc',
      issuer: server.issuer,
      clientId: 'portal',
      clientSecret: API_SECRET,
      checks: ['pkce', 'state', 'nonce'],
      authorization: { params: { scope: 'openid profile email offline_access read:accounts', resource: ACCOUNTS } },
    },
  ],
  callbacks: {
    jwt: async ({ token, account, profile }) => {
      if (account) {
        const { access_token, refresh_token, expires_at, id_token } = account;
        return {
          ...token,
          sub: String(profile?.sub),
          acr: profile?.acr,
          access_token,
          refresh_token,
          expires_at,
          id_token,
        };
      }
      return now() < Number(token.expires_at) ? token : refreshed(token);
    },
    session: ({ session, token }) => ({ ...session, ...token }),
    redirect: ({ url, baseUrl }) => (url.startsWith(server.at('oidc/logout')) ? url : baseUrl),
  },
  logger: {
    error: ({ cause }) => {
      const { err }: { err?: unknown } = cause ?? {};
      if (err instanceof Error) logged.push(err.message);
    },
    warn: () => undefined,
    // What the server answered stands here alone.
    debug: (what, cause) => {
      if (what === 'OAuthCallbackError') logged.push(String(Object(cause).error));
    },
  },
};

place.serve(
  toNodeHandler((request) =>
    new URL(request.url).pathname.startsWith('/auth/') ? Auth(request, config) : new Response('home'),
  ),
);
after(async () => {
  await place.close();
  await server.close();
});

const visitor = (): Visitor => new Visitor(place.origin, server.issuer);

const json = async (from: Visitor, path: string): Promise<Record<string, unknown>> => {
  const response = await from.atApplication.send(path);
  return (await response.json()) ?? {};
};

const session = (from: Visitor) => json(from, '/auth/session');

/** What its pages post: the anti-forgery token, and where to go afterwards. */
const form = async (from: Visitor, callbackUrl: string): Promise<RequestInit> => {
  const { csrfToken } = await json(from, '/auth/csrf');
  return { method: 'POST', body: new URLSearchParams({ csrfToken: String(csrfToken), callbackUrl }) };
};

/** @param query parameters of the authorization request, as `signIn` of `next-auth` takes them */
const signIn = async (from: Visitor, person: Person, query: Readonly<Record<string, string>> = {}) => {
  const path = `/auth/signin/fabrikam?${new URLSearchParams(query)}`;
  return from.visit(path, person, await form(from, place.origin));
};

/** The authorization request of a sign-in that goes no further. */
const begin = async (from: Visitor, query: Readonly<Record<string, string>> = {}): Promise<URL> => {
  const path = `/auth/signin/fabrikam?${new URLSearchParams(query)}`;
  const response = await from.atApplication.send(path, await form(from, place.origin));
  return new URL(response.headers.get('location') ?? '');
};

describe('@auth/core', () => {
  it('sign in: by discovery, with PKCE, state and nonce', async () => {
    const ada = visitor();
    const asked = await begin(ada);
    for (const name of ['state', 'nonce', 'code_challenge']) assert.ok(asked.searchParams.has(name), name);
    const { body, pages } = await signIn(ada, server.person('ada'));
    assert.deepEqual([body, pages], ['home', ['/login']]);
    const { sub, name, email, acr } = await session(ada);
    assert.deepEqual([sub, name, email, acr], ['user_ada', 'ada of Fabrikam', 'ada@fabrikam.example', '1fa']);
  });

  it('step up: by acr_values and max_age with a new sign-in, which asks only for what is missing', async () => {
    const ben = visitor();
    await signIn(ben, server.person('ben'));
    const { pages } = await signIn(ben, server.person('ben'), { acr_values: 'mfa', max_age: '300' });
    assert.deepEqual(pages, ['/challenge']);
    assert.equal((await session(ben)).acr, 'mfa');
  });

  it('refresh: as its guide does it, and the session has the new token', async () => {
    const cleo = visitor();
    await signIn(cleo, server.person('cleo'));
    const before = await session(cleo);
    assert.equal((await session(cleo)).access_token, before.access_token);
    ahead = 7200;
    const later = await session(cleo);
    ahead = 0;
    assert.equal(later.error, undefined);
    assert.notEqual(later.access_token, before.access_token);
    assert.notEqual(later.refresh_token, before.refresh_token);
    assert.equal((await session(cleo)).refresh_token, later.refresh_token);
  });

  it('sign out: of the application, and on through end_session of the server', async () => {
    const dan = visitor();
    await signIn(dan, server.person('dan'));
    const { id_token } = await session(dan);
    const end = new URL(server.at('oidc/logout'));
    end.search = new URLSearchParams({
      id_token_hint: String(id_token),
      post_logout_redirect_uri: `${place.origin}/`,
    }).toString();
    const { url, body, pages } = await dan.visit('/auth/signout', server.person('dan'), await form(dan, end.href));
    assert.deepEqual([url.href, body, pages], [`${place.origin}/`, 'home', []]);
    assert.deepEqual(await session(dan), {});
    assert.deepEqual((await signIn(dan, server.person('dan'))).pages, ['/login']);
  });

  it('failure: the person cancels the step-up: access_denied, and the session stays as it was', async () => {
    const eve = visitor();
    await signIn(eve, server.person('eve'));
    const page = await eve.atServer.open(await begin(eve, { acr_values: 'mfa' }));
    const { url } = await eve.atServer.submit(page, { cancel: '1' });
    logged.length = 0;
    await eve.visit(url.href, server.person('eve'));
    assert.deepEqual(logged, ['access_denied']);
    assert.equal((await session(eve)).acr, '1fa');
  });

  it('failure: T3: unmet_authentication_requirements', async () => {
    const finn = visitor();
    logged.length = 0;
    await signIn(finn, server.person('finn'), { acr_values: 'phrh' });
    assert.deepEqual(logged, ['unmet_authentication_requirements']);
    assert.deepEqual(await session(finn), {});
  });

  it('failure: an answer with the iss of another server, or with another state, is refused', async () => {
    for (const [name, value] of [
      ['iss', 'https://elsewhere.example/'],
      ['state', 'of another request'],
    ] as const) {
      const ada = visitor();
      const { end } = await ada.atServer.authorize(await begin(ada), server.person('ada'));
      end.url.searchParams.set(name, value);
      logged.length = 0;
      await ada.visit(end.url.href, server.person('ada'));
      assert.match(logged.join(), new RegExp(`unexpected "${name}" .*response parameter value`));
      assert.deepEqual(await session(ada), {});
    }
  });

  it("failure: a code of somebody else's request is refused by the server", async () => {
    const [ada, mallory] = [visitor(), visitor()];
    const { end } = await mallory.atServer.authorize(await begin(mallory), server.person('finn'));
    const asked = await begin(ada);
    end.url.searchParams.set('state', asked.searchParams.get('state') ?? '');
    logged.length = 0;
    await ada.visit(end.url.href, server.person('ada'));
    assert.deepEqual(logged, ['server responded with an error in the response body']);
    assert.deepEqual(await session(ada), {});
  });

  it('failure: a refresh token that has expired ends in RefreshTokenError', async () => {
    const ada = visitor();
    await signIn(ada, server.person('ada'));
    const year = 366 * 24 * 3600;
    server.advance(year);
    ahead = 7200;
    const { error } = await session(ada);
    ahead = 0;
    assert.equal(error, 'RefreshTokenError');
  });
});
