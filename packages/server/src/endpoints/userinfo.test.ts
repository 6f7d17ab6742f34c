import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formPost, TestBrowser } from '../testing/browser.ts';
import { revoke, tokensOf, userinfo, WEB } from '../testing/endpoints.ts';
import { authorizeUrl, redeem } from '../testing/flow.ts';
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

test('userinfo answers POST as it does GET, by the header alone', async (t) => {
  const server = await testServer(t);
  const { access_token: token } = await tokensOf(server);
  const byPost = await server.send('/userinfo', {
    method: 'POST',
    headers: { authorization: `Bearer ${String(token)}` },
  });
  assert.equal(byPost.status, 200);
  const inBody = await server.send('/userinfo', formPost({ access_token: String(token) }));
  assert.equal(inBody.status, 401);
  const inQuery = await server.send(`/userinfo?access_token=${String(token)}`);
  assert.equal(inQuery.status, 401);
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
