/** Changes through the account API of what ends in the very moment in which they are made. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { parseJsonObject } from '@stile/core';
import type { Store } from '../store/ports.ts';
import { currentCode } from '../testing/browser.ts';
import { tokensOf } from '../testing/endpoints.ts';
import { claimsOf } from '../testing/flow.ts';
import { meanwhile } from '../testing/meanwhile.ts';
import { ROBIN } from '../testing/test-config.ts';
import type { TestServer } from '../testing/test-server.ts';
import { testServer } from '../testing/test-server.ts';

const ME = 'https://login.fabrikam.example/me/';
const METHODS = '/me/v1/authentication-methods';
const TOTP = 'auth_user_robin_totp';
const SCOPES = [
  'read:me:sessions',
  'create:me:authentication_methods',
  'update:me:authentication_methods',
  'delete:me:authentication_methods',
  'delete:me:sessions',
];

const start = async (t: TestContext) => {
  const moment = meanwhile();
  const server = await testServer(
    t,
    ({ clients = [], ...config }) => ({
      ...config,
      clients: clients.map((client) =>
        client.id === 'web' ? { ...client, apis: { ...client.apis, [ME]: SCOPES } } : client,
      ),
    }),
    moment.wrap,
  );
  const { access_token: token } = await tokensOf(server, { audience: ME, scope: SCOPES.join(' ') });
  return { server, moment, token: String(token) };
};

const call = async (server: TestServer, token: string, method: string, path: string, body?: unknown) => {
  const response = await server.send(path, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, headers: response.headers, body: parseJsonObject(await response.text()) ?? {} };
};

const CALLS: readonly (readonly [method: string, path: string, body?: unknown])[] = [
  ['PATCH', `${METHODS}/${TOTP}`, { name: 'Renamed' }],
  ['PATCH', `${METHODS}/${TOTP}`, { preferred: true }],
  ['DELETE', `${METHODS}/auth_user_robin_recovery-code`],
  ['DELETE', '/me/v1/sessions'],
  ['DELETE', '/me/v1/sessions/other'],
];

/** What may end; each says how. */
const ENDS: Readonly<Record<string, (store: Store, token: string, server: TestServer) => Promise<unknown>>> = {
  'its session ends': (store, _token, { deps }) => store.sessions.endAllOf(ROBIN.id, deps.now(), []),
  'its grant is revoked': (store, token, { deps }) =>
    store.grants.revoke(String(claimsOf(token).grant_id), deps.now(), 'test', []),
  'what it rests on is removed': (store, _token, { deps }) =>
    store.authenticators.remove(ROBIN.id, TOTP, deps.now(), [], null),
};

for (const [method, path, body] of CALLS) {
  for (const [what, end] of Object.entries(ENDS)) {
    test(`T8: ${method} ${path}: when ${what} meanwhile, the token is not valid and nothing is changed`, async (t) => {
      const { server, moment, token } = await start(t);
      const state = async () => [
        await server.store.authenticators.ofUser(ROBIN.id),
        await server.store.sessions.ofUser(ROBIN.id),
      ];
      let before: unknown;
      moment.next(async (store) => {
        await end(store, token, server);
        before = await state();
      });
      const answer = await call(server, token, method, path, body);
      assert.equal(answer.status, 401);
      assert.match(answer.headers.get('www-authenticate') ?? '', /error="invalid_token"/);
      assert.deepEqual(await state(), before);
    });
  }
}

test('T8: an enrolment whose session ends meanwhile is not made, and the token is not valid', async (t) => {
  const { server, moment, token } = await start(t);
  const { body } = await call(server, token, 'POST', METHODS, { type: 'totp' });
  const code = currentCode(server, String(body.manual_input_code));
  moment.next((store) => store.sessions.endAllOf(ROBIN.id, server.deps.now(), []));
  const verify = { auth_session: body.auth_session, otp_code: code };
  const answer = await call(server, token, 'POST', `${METHODS}/${String(body.id)}/verify`, verify);
  assert.equal(answer.status, 401);
  assert.match(answer.headers.get('www-authenticate') ?? '', /error="invalid_token"/);
  assert.equal((await server.store.authenticators.ofUser(ROBIN.id)).length, 3);
});

test('what was granted without a session allows to look, and changes nothing', async (t) => {
  let lost = false;
  const server = await testServer(
    t,
    ({ clients = [], ...config }) => ({
      ...config,
      clients: clients.map((client) =>
        client.id === 'web' ? { ...client, apis: { ...client.apis, [ME]: SCOPES } } : client,
      ),
    }),
    (store) => ({
      ...store,
      grants: {
        ...store.grants,
        find: async (id) => {
          const grant = await store.grants.find(id);
          const scopes = [...(grant?.scopes ?? []), 'offline_access'];
          return grant && lost ? { ...grant, sessionId: null, scopes } : grant;
        },
      },
    }),
  );
  const looking = await tokensOf(server, { audience: ME, scope: 'read:me:sessions' });
  const changing = await tokensOf(server, { audience: ME, scope: SCOPES.join(' ') });
  lost = true;
  const seen = await call(server, String(looking.access_token), 'GET', '/me/v1/sessions');
  assert.equal(seen.status, 200);
  assert.doesNotMatch(JSON.stringify(seen.body), /"current":true/);
  for (const [method, path, body] of CALLS) {
    const answer = await call(server, String(changing.access_token), method, path, body);
    assert.equal(answer.status, 401, `${method} ${path}`);
    assert.match(answer.headers.get('www-authenticate') ?? '', /error="invalid_token"/);
  }
  assert.equal((await server.store.sessions.ofUser(ROBIN.id)).length, 2);
});
