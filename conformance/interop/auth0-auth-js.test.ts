/**
 * A web application's server with Auth0's `auth0-auth-js`, on which `auth0-server-js` and with it Auth0's SDKs for Next.js,
 * Fastify and Hono stand. It knows its server by a domain and makes `https://` of it, so this server's issuer is that; TLS
 * is taken off by the `fetch` that the SDK is given, as a proxy in front of the server would.
 */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { TokenByRefreshTokenOptions, TokenResponse } from '@auth0/auth0-auth-js';
import { AuthClient, TokenByRefreshTokenError } from '@auth0/auth0-auth-js';
import { startAuthorizationServer } from '../authorization-server.ts';
import { ACCOUNTS, CALLBACK, PAPE, SIGNED_OUT, WEB_SECRET } from '../fabrikam.ts';
import { claimsOf } from '../flow.ts';
import type { Page } from '../user-agent.ts';
import { UserAgent } from '../user-agent.ts';

const server = await startAuthorizationServer({
  people: ['ada', 'ben', 'cleo', 'dan', 'eve', 'finn'],
  change: (config) => ({ ...config, issuer: `https://localhost:${config.listen?.port}/` }),
});
after(() => server.close());

const { host: domain } = new URL(server.issuer);
const issuer = `https://${domain}/`;

/** What a request is sent to once TLS is off. */
const plain = (url: URL | string): URL => new URL(String(url).replace(issuer, server.issuer));

const client = new AuthClient({
  domain,
  clientId: 'web',
  clientSecret: WEB_SECRET,
  authorizationParams: {
    redirect_uri: CALLBACK,
    audience: ACCOUNTS,
    scope: 'openid profile email offline_access read:accounts',
  },
  customFetch: (input, init) =>
    input instanceof Request ? fetch(new Request(plain(input.url), input), init) : fetch(plain(input), init),
});

/** Every claim of an ID token that the SDK has validated. */
const claims = ({ claims: validated }: TokenResponse): Readonly<Record<string, unknown>> => ({ ...validated });

type Parameters = Readonly<Record<string, string>>;

const authorize = async (username: string, parameters: Parameters = {}, agent = new UserAgent(server.issuer)) => {
  const { authorizationUrl, codeVerifier } = await client.buildAuthorizationUrl({ authorizationParams: parameters });
  const { end, pages } = await agent.authorize(plain(authorizationUrl), server.person(username));
  return { agent, end, pages, codeVerifier };
};

const signIn = async (username: string, parameters: Parameters = {}, agent = new UserAgent(server.issuer)) => {
  const { end, pages, codeVerifier } = await authorize(username, parameters, agent);
  return { agent, pages, tokens: await client.getTokenByCode(end.url, { codeVerifier }) };
};

/** What the SDK says of an answer that it refuses, or that says no. */
const refusal = async (end: Page, codeVerifier: string): Promise<string> => {
  try {
    await client.getTokenByCode(end.url, { codeVerifier });
  } catch (error) {
    assert.ok(error instanceof Error);
    return JSON.stringify(error.cause);
  }
  return assert.fail('tokens');
};

/** What the server says to a refresh. */
const refreshError = async (asked: TokenByRefreshTokenOptions): Promise<string | undefined> => {
  try {
    await client.getTokenByRefreshToken(asked);
  } catch (error) {
    assert.ok(error instanceof TokenByRefreshTokenError);
    return error.cause?.error;
  }
  return assert.fail('tokens');
};

describe('@auth0/auth0-auth-js', () => {
  it('sign in: with the audience of an API, and the ID token says how', async () => {
    const { pages, tokens } = await signIn('ada');
    assert.deepEqual(pages, ['/login']);
    const { sub, name, acr, amr, iss } = claims(tokens);
    assert.deepEqual([sub, name, acr, amr, iss], ['user_ada', 'ada of Fabrikam', '1fa', ['pwd'], issuer]);
    assert.deepEqual(claimsOf(tokens.accessToken).aud, [ACCOUNTS, `${issuer}userinfo`]);
    const info = await client.getUserInfo({ accessToken: tokens.accessToken });
    assert.equal(info.email, 'ada@fabrikam.example');
  });

  it('step up: by the acr_values of Auth0’s documentation, which is returned, and only what is missing is asked for', async () => {
    const { agent } = await signIn('ben');
    const { pages, tokens } = await signIn('ben', { acr_values: PAPE, max_age: '300' }, agent);
    assert.deepEqual(pages, ['/challenge']);
    const { acr, amr } = claims(tokens);
    assert.deepEqual([acr, amr], [PAPE, ['mfa', 'otp', 'pwd']]);
  });

  it('step up: for a scope that demands it', async () => {
    const { agent } = await signIn('cleo');
    const { pages, tokens } = await signIn('cleo', { scope: 'openid close:account' }, agent);
    assert.deepEqual(pages, ['/challenge']);
    assert.deepEqual([tokens.scope, claims(tokens).acr], ['openid close:account', 'mfa']);
  });

  it('refresh: keeps who it was and how, and revoking ends it', async () => {
    const { tokens } = await signIn('dan', { acr_values: 'mfa' });
    const fresh = await client.getTokenByRefreshToken({ refreshToken: tokens.refreshToken ?? '' });
    assert.notEqual(fresh.accessToken, tokens.accessToken);
    const { sub, acr, auth_time } = claims(fresh);
    assert.deepEqual([sub, acr, auth_time], ['user_dan', 'mfa', claims(tokens).auth_time]);
    await client.revokeToken({ token: fresh.refreshToken ?? '' });
    assert.equal(await refreshError({ refreshToken: fresh.refreshToken ?? '' }), 'invalid_grant');
  });

  it('refresh: never brings a scope that needs a proof', async () => {
    const { refreshToken = '' } = (await signIn('ada')).tokens;
    const scope = 'openid close:account';
    assert.equal(await refreshError({ refreshToken, audience: ACCOUNTS, scope }), 'invalid_scope');
  });

  it('sign out: by end_session without an ID token, so the person is asked, and then returns', async () => {
    const { agent } = await signIn('eve');
    const url = await client.buildLogoutUrl({ returnTo: SIGNED_OUT });
    assert.equal(url.pathname, '/oidc/logout');
    const page = await agent.open(plain(url));
    assert.equal(page.status, 200);
    assert.equal((await agent.submit(page, { confirm: '1' })).url.href, SIGNED_OUT);
    assert.deepEqual((await authorize('eve', {}, agent)).pages, ['/login']);
  });

  it('failure: T3, T4: unmet_authentication_requirements, and login_required for prompt=none', async () => {
    const { agent } = await signIn('finn');
    const never = await authorize('finn', { acr_values: 'phrh' }, agent);
    assert.match(await refusal(never.end, never.codeVerifier), /"unmet_authentication_requirements"/);
    const silent = await authorize('finn', { acr_values: PAPE, prompt: 'none' }, agent);
    const said = await refusal(silent.end, silent.codeVerifier);
    assert.match(said, /"login_required".*Multifactor authentication required/);
  });

  it('failure: an answer with the iss of another server, or without, is refused', async () => {
    for (const iss of ['https://elsewhere.example/', undefined]) {
      const { end, codeVerifier } = await authorize('ada');
      if (iss === undefined) end.url.searchParams.delete('iss');
      else end.url.searchParams.set('iss', iss);
      assert.match(await refusal(end, codeVerifier), /invalid response encountered/);
    }
  });

  it('failure: an answer with a state is refused, for it checks none', async () => {
    const { end, codeVerifier } = await authorize('ada', { state: 'of the application' });
    assert.equal(end.url.searchParams.get('state'), 'of the application');
    assert.match(await refusal(end, codeVerifier), /invalid response encountered/);
  });

  it("failure: a code of somebody else's request is refused by the server", async () => {
    const [mine, other] = [await authorize('ada'), await authorize('finn')];
    assert.match(await refusal(other.end, mine.codeVerifier), /"invalid_grant"/);
  });
});
