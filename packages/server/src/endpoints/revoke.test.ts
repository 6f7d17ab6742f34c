/** Revocation (RFC 7009): a client takes back what it holds, and can neither harm nor ask about anybody else's. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formPost } from '../testing/browser.ts';
import {
  basic,
  introspect,
  NIGHTLY,
  refresh,
  revoke,
  THIRD_PARTY,
  tokensOf,
  userinfo,
  WEB,
} from '../testing/endpoints.ts';
import { testServer } from '../testing/test-server.ts';

test('revoking the refresh token ends every token of the grant', async (t) => {
  const server = await testServer(t);
  const first = await tokensOf(server);
  const second = await refresh(server, first.refresh_token);
  const other = await tokensOf(server);
  assert.equal((await revoke(server, second.body.refresh_token, WEB)).status, 200);
  assert.equal((await refresh(server, second.body.refresh_token)).body.error, 'invalid_grant');
  for (const token of [first.access_token, second.body.access_token]) {
    assert.equal((await userinfo(server, token)).status, 401);
  }
  assert.equal((await userinfo(server, other.access_token)).status, 200);
});

test('revoking an access token ends it alone', async (t) => {
  const server = await testServer(t);
  const first = await tokensOf(server);
  assert.equal((await revoke(server, first.access_token, WEB, { token_type_hint: 'refresh_token' })).status, 200);
  assert.deepEqual((await introspect(server, first.access_token, WEB)).body, { active: false });
  assert.equal((await refresh(server, first.refresh_token)).status, 200);
});

test('an unknown token, one of another client, and one that is dead are answered alike, and nothing happens', async (t) => {
  const server = await testServer(t);
  const { access_token: access, refresh_token: refreshToken } = await tokensOf(server);
  for (const token of ['x', access, refreshToken]) {
    for (const client of [THIRD_PARTY, NIGHTLY]) {
      const { status, response } = await revoke(server, token, client);
      assert.equal(status, 200);
      assert.equal(await response.text(), '');
      assert.equal(response.headers.get('cache-control'), 'no-store');
    }
  }
  assert.equal((await userinfo(server, access)).status, 200);
  assert.equal((await refresh(server, refreshToken)).status, 200);
});

test('it is done twice as well as once', async (t) => {
  const server = await testServer(t);
  const { access_token: access, refresh_token: refreshToken } = await tokensOf(server);
  for (const token of [access, access, refreshToken, refreshToken]) {
    assert.equal((await revoke(server, token, WEB)).status, 200);
  }
});

test('whoever revokes says who they are and what they mean', async (t) => {
  const server = await testServer(t);
  const { refresh_token: token } = await tokensOf(server);
  const unknown = await server.send('/oauth/revoke', formPost({ token: String(token) }));
  const wrong = await server.send(
    '/oauth/revoke',
    formPost({ token: String(token) }, { authorization: basic({ ...WEB, secret: 'wrong' }) }),
  );
  const nothing = await server.send('/oauth/revoke', formPost({}, { authorization: basic(WEB) }));
  assert.deepEqual([unknown.status, wrong.status, nothing.status], [401, 401, 400]);
  assert.equal((await refresh(server, token)).status, 200);
});

test('as Auth0’s SDKs do it: in JSON, with the secret in the body', async (t) => {
  const server = await testServer(t);
  const { refresh_token: token } = await tokensOf(server);
  const body = JSON.stringify({ client_id: WEB.id, client_secret: WEB.secret, token });
  const response = await server.send('/oauth/revoke', {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json' },
  });
  assert.equal(response.status, 200);
  assert.equal((await refresh(server, token)).status, 400);
});
