/** Introspection (RFC 7662): who may know what, and that nobody learns why a token is dead. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formPost } from '../testing/browser.ts';
import {
  ACCOUNTS_API,
  basic,
  consume,
  introspect,
  NIGHTLY,
  refresh,
  THIRD_PARTY,
  tokensOf,
  WEB,
} from '../testing/endpoints.ts';
import { claimsOf, signInAndStepUp, tokenRequest } from '../testing/flow.ts';
import { ROBIN } from '../testing/test-config.ts';
import { START, testServer } from '../testing/test-server.ts';

const INACTIVE = { active: false };

test('RFC 9470, section 6.2: the API and the client learn what the token says, acr and auth_time among it', async (t) => {
  const server = await testServer(t);
  const { access_token: token } = await tokensOf(server, { scope: 'openid transfer:funds' });
  for (const client of [ACCOUNTS_API, WEB]) {
    const { status, body, response } = await introspect(server, token, client);
    assert.equal(status, 200);
    assert.deepEqual([body.acr, body.auth_time, body.single_use], ['mfa', START, true]);
    assert.deepEqual({ ...body }, { active: true, ...claimsOf(token), token_type: 'Bearer' });
    assert.equal(response.headers.get('cache-control'), 'no-store');
  }
});

test('to anybody else every token is inactive', async (t) => {
  const server = await testServer(t);
  const { access_token: access, refresh_token: refreshToken } = await tokensOf(server);
  for (const client of [THIRD_PARTY, NIGHTLY]) {
    for (const token of [access, refreshToken])
      assert.deepEqual((await introspect(server, token, client)).body, INACTIVE);
  }
  assert.deepEqual((await introspect(server, refreshToken, ACCOUNTS_API)).body, INACTIVE);
});

test('what is no token of ours is inactive, without a reason', async (t) => {
  const server = await testServer(t);
  const { access_token: access, id_token: idToken } = await tokensOf(server);
  const [head, , signature] = String(access).split('.');
  const raised = Buffer.from(JSON.stringify({ ...claimsOf(access), acr: 'phr' })).toString('base64url');
  const none = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url');
  const foreign = server.deps.keys.sign('RS256', 'at+jwt', { ...claimsOf(access), iss: 'https://other.example/' });
  const untyped = server.deps.keys.sign('RS256', 'JWT', claimsOf(access));
  const tokens = [
    'x',
    idToken,
    `${head}.${raised}.${signature}`,
    `${none}.${raised}.`,
    foreign,
    untyped,
    `${String(access)}=`,
  ];
  for (const token of tokens) assert.deepEqual((await introspect(server, token, WEB)).body, INACTIVE);
});

test('a token is asked for, once, by a client that proved itself', async (t) => {
  const server = await testServer(t);
  const headers = { authorization: basic(WEB) };
  const none = await server.send('/oauth/introspect', formPost({}, headers));
  const twice = await server.send('/oauth/introspect', { ...formPost({}, headers), body: 'token=a&token=b' });
  const unknown = await server.send('/oauth/introspect', formPost({ token: 'x' }));
  const bearer = await server.send('/oauth/introspect', formPost({ token: 'x' }, { authorization: 'Bearer x' }));
  const json = { method: 'POST', body: '{"token":"x"}', headers: { ...headers, 'content-type': 'application/json' } };
  assert.deepEqual(
    [none.status, twice.status, unknown.status, bearer.status, (await server.send('/oauth/introspect', json)).status],
    [400, 400, 401, 401, 400],
  );
});

test('a token that may be used once is inactive from then on', async (t) => {
  const server = await testServer(t);
  const { access_token: token } = await tokensOf(server, { scope: 'openid transfer:funds' });
  assert.equal((await introspect(server, token, ACCOUNTS_API)).body.active, true);
  await consume(server, token, ACCOUNTS_API);
  assert.deepEqual((await introspect(server, token, ACCOUNTS_API)).body, INACTIVE);
});

test('T15: asking consumes nothing', async (t) => {
  const server = await testServer(t);
  const { access_token: token } = await tokensOf(server, { scope: 'openid transfer:funds' });
  for (let i = 0; i < 5; i += 1) await introspect(server, token, ACCOUNTS_API);
  assert.deepEqual((await consume(server, token, ACCOUNTS_API)).body, { consumed: true });
});

test('of a refresh token its own client learns whose it is, how long, and what was proven', async (t) => {
  const server = await testServer(t);
  const { refresh_token: token } = await tokensOf(server, { acr_values: 'mfa', scope: 'openid offline_access' });
  const { body } = await introspect(server, token, WEB, { token_type_hint: 'refresh_token' });
  assert.deepEqual(body, {
    active: true,
    iss: 'https://login.fabrikam.example/',
    sub: ROBIN.id,
    client_id: 'web',
    scope: 'openid offline_access',
    iat: START,
    exp: START + 30 * 86_400,
    acr: 'mfa',
    auth_time: START,
  });
});

test('a refresh token that was used, is too old, or has lost its grant is inactive', async (t) => {
  const server = await testServer(t, (config) => ({ ...config, lifetimes: { refreshTokenIdle: '1h' } }));
  const { browser } = await signInAndStepUp(server);
  const { refresh_token: first } = await tokensOf(server, {}, browser);
  const { body } = await refresh(server, first);
  assert.deepEqual((await introspect(server, first, WEB)).body, INACTIVE);
  assert.equal((await introspect(server, body.refresh_token, WEB)).body.active, true);
  await browser.go('/v2/logout');
  assert.equal((await introspect(server, body.refresh_token, WEB)).body.active, true);
  server.advance(3600);
  assert.deepEqual((await introspect(server, body.refresh_token, WEB)).body, INACTIVE);
});

test('the token of a client whose registration was taken away is dead', async (t) => {
  const server = await testServer(t);
  const fields = { grant_type: 'client_credentials', audience: 'https://api.fabrikam.example/accounts' };
  const { body } = await tokenRequest(server, fields, NIGHTLY);
  assert.equal((await introspect(server, body.access_token, ACCOUNTS_API)).body.active, true);
  const clients = new Map([...server.deps.config.clients].filter(([id]) => id !== 'nightly'));
  Object.assign(server.deps.config, { clients });
  assert.deepEqual((await introspect(server, body.access_token, ACCOUNTS_API)).body, INACTIVE);
});
