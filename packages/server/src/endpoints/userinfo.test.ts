import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formPost, TestBrowser } from '../testing/browser.ts';
import { revoke, tokensOf, userinfo, WEB } from '../testing/endpoints.ts';
import { authorizeUrl, claimsOf, redeem } from '../testing/flow.ts';
import { ROBIN, SAM } from '../testing/test-config.ts';
import { testServer } from '../testing/test-server.ts';

test('userinfo says what the granted scopes release, and always whom it is about', async (t) => {
  const server = await testServer(t);
  const answers = [
    ['openid', { sub: ROBIN.id }],
    ['openid profile', { sub: ROBIN.id, name: 'Robin Keller' }],
    [
      'openid profile email',
      { sub: ROBIN.id, name: 'Robin Keller', email: 'robin@fabrikam.example', email_verified: true },
    ],
    ['openid address phone', { sub: ROBIN.id }],
  ] as const;
  for (const [scope, expected] of answers) {
    const { access_token: token } = await tokensOf(server, { scope });
    const { status, body, response } = await userinfo(server, token);
    assert.deepEqual([status, body], [200, expected]);
    assert.equal(response.headers.get('cache-control'), 'no-store');
  }
});

test('userinfo answers POST as it does GET, with the token in the header or in the form, never in the address', async (t) => {
  const server = await testServer(t);
  const { access_token: token } = await tokensOf(server);
  const byPost = await server.send('/userinfo', {
    method: 'POST',
    headers: { authorization: `Bearer ${String(token)}` },
  });
  assert.equal(byPost.status, 200);
  const inForm = await server.send('/userinfo', formPost({ access_token: String(token) }));
  assert.deepEqual(await inForm.json(), await byPost.json());
  const inQuery = await server.send(`/userinfo?access_token=${String(token)}`);
  assert.equal(inQuery.status, 401);
});

test('a token in a form that is none, twice, or beside one in the header is refused', async (t) => {
  const server = await testServer(t);
  const { access_token: access } = await tokensOf(server);
  const token = String(access);
  const bearer = { authorization: `Bearer ${token}` };
  const form = (body: string, headers = {}) => ({
    method: 'POST',
    body,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
  });
  const calls: readonly (readonly [what: string, init: RequestInit, status: number])[] = [
    ['nothing', form(''), 401],
    ['an empty one', form('access_token='), 401],
    ['one of another name', form(`token=${token}`), 401],
    ['one with a space', form('access_token=a+b'), 400],
    ['one with a line break', form(`access_token=${token}%0A`), 400],
    ['two', form(`access_token=${token}&access_token=${token}`), 400],
    ['one in each place', form(`access_token=${token}`, bearer), 400],
    ['a form too large', form(`access_token=${token}`, { 'content-length': '70000' }), 400],
    [
      'one in JSON',
      { ...form(JSON.stringify({ access_token: token })), headers: { 'content-type': 'application/json' } },
      401,
    ],
    ['a form that says nothing of a token, and a header', form('a=b', bearer), 200],
  ];
  for (const [what, init, status] of calls) {
    const response = await server.send('/userinfo', init);
    assert.equal(response.status, status, what);
    assert.equal(response.headers.has('www-authenticate'), status !== 200, what);
  }
});

test('claims that were asked for by name are released beside those of the scopes, each in its place', async (t) => {
  const server = await testServer(t);
  const claims = JSON.stringify({ id_token: { email: { essential: true } }, userinfo: { name: null, nickname: null } });
  const { access_token: access, id_token: idToken } = await tokensOf(server, { scope: 'openid', claims });
  const { email, name, email_verified } = claimsOf(idToken);
  assert.deepEqual([email, name, email_verified], ['robin@fabrikam.example', undefined, undefined]);
  assert.deepEqual((await userinfo(server, access)).body, { sub: ROBIN.id, name: 'Robin Keller' });
});

test('a token that is no good is refused in a challenge that says so, one that is none as a mistake', async (t) => {
  const server = await testServer(t);
  const { access_token: access, id_token: idToken, refresh_token: refreshToken } = await tokensOf(server);
  const [head, payload] = String(access).split('.');
  const invalid = 'Bearer error="invalid_token", error_description="The access token is not valid here"';
  const malformed = 'Bearer error="invalid_request", error_description="Send one well-formed Bearer token"';
  const none = 'Bearer realm="https://login.fabrikam.example/"';
  const answers: readonly (readonly [authorization: string, status: number, challenge: string])[] = [
    ['Bearer', 400, malformed],
    ['Bearer ', 400, malformed],
    ['Bearer x', 401, invalid],
    [`Bearer ${String(idToken)}`, 401, invalid],
    [`Bearer ${String(refreshToken)}`, 401, invalid],
    [`Bearer ${head}.${payload}.`, 401, invalid],
    [`Bearer ${String(access)}=`, 401, invalid],
    [`Bearer ${String(access)} x`, 400, malformed],
    [`Bearer ${String(access)}, Bearer x`, 400, malformed],
    [`Basic ${String(access)}`, 401, none],
    [`DPoP ${String(access)}`, 401, none],
  ];
  for (const [authorization, status, challenge] of answers) {
    const response = await server.send('/userinfo', { headers: { authorization } });
    assert.deepEqual([response.status, response.headers.get('www-authenticate')], [status, challenge], authorization);
    assert.equal(await response.text(), '');
  }
  const nothing = await server.send('/userinfo');
  assert.deepEqual([nothing.status, nothing.headers.get('www-authenticate')], [401, none]);
  const lower = await server.send('/userinfo', { headers: { authorization: `bearer ${String(access)}` } });
  assert.equal(lower.status, 200);
});

test('a token for an API alone, or for one use, does not open userinfo', async (t) => {
  const server = await testServer(t);
  for (const scope of ['read:accounts', 'openid transfer:funds']) {
    server.advance(30);
    const { access_token: token } = await tokensOf(server, { scope });
    assert.equal((await userinfo(server, token)).status, 401, scope);
  }
});

test('a token is dead when it expires, when it is revoked and when its session ends', async (t) => {
  const server = await testServer(t);
  const { access_token: expired } = await tokensOf(server);
  server.advance(899);
  assert.equal((await userinfo(server, expired)).status, 200);
  server.advance(1);
  assert.equal((await userinfo(server, expired)).status, 401);
  const { access_token: revoked } = await tokensOf(server);
  await revoke(server, revoked, WEB);
  assert.equal((await userinfo(server, revoked)).status, 401);
  const browser = new TestBrowser(server);
  const { access_token: online } = await tokensOf(server, { scope: 'openid profile' }, browser);
  await browser.go('/v2/logout');
  assert.equal((await userinfo(server, online)).status, 401);
});

test('each token speaks of its own person', async (t) => {
  const server = await testServer(t);
  const browser = new TestBrowser(server);
  const { body } = await redeem(server, await browser.signIn(await browser.go(authorizeUrl()), SAM));
  assert.deepEqual((await userinfo(server, body.access_token)).body, { name: 'Sam Okafor', sub: SAM.id });
});
