/** Single use: the API asks whether it may accept a token, and is told yes exactly once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formPost, TestBrowser } from '../testing/browser.ts';
import type { ClientCredentials } from '../testing/endpoints.ts';
import { ACCOUNTS_API, basic, consume, revoke, THIRD_PARTY, tokensOf, WEB } from '../testing/endpoints.ts';
import { claimsOf } from '../testing/flow.ts';
import type { ConfigChange, TestServer } from '../testing/test-server.ts';
import { testServer } from '../testing/test-server.ts';

const transferToken = async (server: TestServer, browser?: TestBrowser): Promise<unknown> => {
  server.advance(30);
  return (await tokensOf(server, { scope: 'openid transfer:funds' }, browser)).access_token;
};

const consumed = async (server: TestServer, token: unknown, client: ClientCredentials = ACCOUNTS_API) =>
  (await consume(server, token, client)).body;

test('T14: of fifty APIs asking at once exactly one is told yes', async (t) => {
  const server = await testServer(t);
  const token = await transferToken(server);
  const answers = await Promise.all(Array.from({ length: 50 }, () => consumed(server, token)));
  assert.equal(answers.filter(({ consumed: yes }) => yes === true).length, 1);
  assert.equal(answers.filter(({ consumed: yes }) => yes === false).length, 49);
});

test('the use is audited with its token’s name, and the token itself is not', async (t) => {
  const server = await testServer(t);
  const token = await transferToken(server);
  await consumed(server, token);
  const [record] = (await server.store.audit.recent(5)).filter(({ type }) => type === 'token.consumed');
  assert.deepEqual(record?.details, {
    by: 'accounts-api',
    scopes: ['openid', 'transfer:funds'],
    jti: claimsOf(token).jti,
  });
});

test('T15: who may not consume it is told no, and has not used it up', async (t) => {
  const server = await testServer(t);
  const token = await transferToken(server);
  for (const client of [WEB, THIRD_PARTY]) assert.deepEqual(await consumed(server, token, client), { consumed: false });
  const unknown = await server.send('/oauth/consume', formPost({ token: String(token) }));
  const wrong = { authorization: basic({ ...ACCOUNTS_API, secret: 'wrong' }) };
  const guessed = await server.send('/oauth/consume', formPost({ token: String(token) }, wrong));
  const named = await server.send('/oauth/consume', formPost({ token: String(token), client_id: 'accounts-api' }));
  assert.deepEqual([unknown.status, guessed.status, named.status], [401, 401, 401]);
  assert.deepEqual(await consumed(server, token), { consumed: true });
});

test('what is no live token for the API is answered with no', async (t) => {
  const server = await testServer(t);
  const tokens = await tokensOf(server, { scope: 'openid profile offline_access', audience: undefined });
  for (const token of ['x', tokens.access_token, tokens.id_token, tokens.refresh_token]) {
    assert.deepEqual(await consumed(server, token), { consumed: false });
  }
  const twice = { ...formPost({}, { authorization: basic(ACCOUNTS_API) }), body: 'token=a&token=b' };
  assert.equal((await server.send('/oauth/consume', twice)).status, 400);
  assert.equal((await server.send('/oauth/consume', formPost({}, { authorization: basic(ACCOUNTS_API) }))).status, 400);
});

test('T21: a token that expired, was revoked, or whose session ended serves no more', async (t) => {
  const server = await testServer(t);
  const old = await transferToken(server);
  server.advance(300);
  assert.deepEqual(await consumed(server, old), { consumed: false });
  const revoked = await transferToken(server);
  await revoke(server, revoked, WEB);
  assert.deepEqual(await consumed(server, revoked), { consumed: false });
  const browser = new TestBrowser(server);
  const orphaned = await transferToken(server, browser);
  await browser.go('/v2/logout');
  assert.deepEqual(await consumed(server, orphaned), { consumed: false });
});

test('a use is remembered until the token is too old anyway', async (t) => {
  const server = await testServer(t);
  const token = await transferToken(server);
  await consumed(server, token);
  for (const seconds of [299, 1]) {
    server.advance(seconds);
    await server.store.sweep(server.deps.now());
    assert.deepEqual(await consumed(server, token), { consumed: false });
  }
});

test('T16: when the use cannot be recorded the answer is not yes', async (t) => {
  let broken = false;
  const server = await testServer(t, undefined, (store) => ({
    ...store,
    once: { consume: (...all) => (broken ? Promise.reject(new Error('full')) : store.once.consume(...all)) },
  }));
  const token = await transferToken(server);
  broken = true;
  const { status, body } = await consume(server, token, ACCOUNTS_API);
  assert.deepEqual([status, body.error, body.consumed], [500, 'server_error', undefined]);
  broken = false;
  assert.deepEqual(await consumed(server, token), { consumed: true });
});

test('a client that speaks for another API is told no', async (t) => {
  const add: ConfigChange = (config) => ({
    ...config,
    apis: (config.apis ?? []).map((api) =>
      api.name === 'Reports' ? { ...api, resourceServerClients: ['nightly'] } : api,
    ),
  });
  const server = await testServer(t, add);
  const token = await transferToken(server);
  const nightly = { id: 'nightly', secret: 'secret-of-the-nightly-job-for-tests' };
  assert.deepEqual(await consumed(server, token, nightly), { consumed: false });
  assert.deepEqual(await consumed(server, token), { consumed: true });
});
