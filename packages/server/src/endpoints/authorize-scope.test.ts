/** Which API, which scopes: what was asked for, what is granted, and what a client may not have. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestBrowser } from '../testing/browser.ts';
import { THIRD_PARTY } from '../testing/endpoints.ts';
import { answerOf, authorizeUrl, claimsOf, redeem, signInAndStepUp, tokenRequest, VERIFIER } from '../testing/flow.ts';
import { ACCOUNTS, REPORTS } from '../testing/test-config.ts';
import type { ConfigChange, TestServer } from '../testing/test-server.ts';
import { testServer } from '../testing/test-server.ts';

type Change = Readonly<Record<string, string | undefined>>;

const USERINFO = 'https://login.fabrikam.example/userinfo';

const granted = async (server: TestServer, change: Change) => {
  const { stop } = await signInAndStepUp(server, change);
  const { body } = await redeem(server, stop);
  const { aud, scope } = claimsOf(body.access_token);
  return { told: body.scope, aud, scope, body };
};

/** The web client with something more, or less, registered. */
const web =
  (more: object): ConfigChange =>
  (config) => ({
    ...config,
    clients: (config.clients ?? []).map((client) => (client.id === 'web' ? { ...client, ...more } : client)),
  });

const cases: readonly (readonly [name: string, change: Change, scope: string, aud: unknown])[] = [
  ['API and OpenID scopes', {}, 'openid profile read:accounts offline_access', [ACCOUNTS, USERINFO]],
  [
    'the same API as resource',
    { audience: undefined, resource: ACCOUNTS, scope: 'read:accounts' },
    'read:accounts',
    ACCOUNTS,
  ],
  ['both ways at once', { resource: ACCOUNTS, scope: 'read:accounts' }, 'read:accounts', ACCOUNTS],
  ['a scope nobody knows is left out', { scope: 'read:accounts nonsense' }, 'read:accounts', ACCOUNTS],
  ['a scope of another API is left out', { scope: 'openid read:reports' }, 'openid', [ACCOUNTS, USERINFO]],
  ['scopes of an API without naming it', { audience: undefined, scope: 'openid read:accounts' }, 'openid', USERINFO],
  ['a scope twice', { scope: 'openid openid profile' }, 'openid profile', [ACCOUNTS, USERINFO]],
  ['a scope in another case', { scope: 'openid READ:ACCOUNTS' }, 'openid', [ACCOUNTS, USERINFO]],
  ['a property of every object', { scope: 'openid constructor __proto__' }, 'openid', [ACCOUNTS, USERINFO]],
  ['single use is for the API alone', { scope: 'openid transfer:funds' }, 'openid transfer:funds', ACCOUNTS],
];

for (const [name, change, scope, aud] of cases) {
  test(`granted and told: ${name}`, async (t) => {
    const result = await granted(await testServer(t), change);
    assert.deepEqual([result.told, result.scope, result.aud], [scope, scope, aud]);
  });
}

test('without API and without openid a token still has an audience, which lets nothing through', async (t) => {
  const server = await testServer(t);
  const { aud, body } = await granted(server, { audience: undefined, scope: 'profile' });
  assert.equal(aud, USERINFO);
  assert.equal(body.id_token, undefined);
  const headers = { authorization: `Bearer ${String(body.access_token)}` };
  assert.equal((await server.send('/userinfo', { headers })).status, 403);
});

test('no scope at all asks for none and gets none', async (t) => {
  const server = await testServer(t);
  const { told, scope, body } = await granted(server, { scope: undefined });
  assert.deepEqual([told, scope, body.id_token, body.refresh_token], ['', undefined, undefined, undefined]);
});

test('two resources are for two requests', async (t) => {
  const server = await testServer(t);
  const both = new URLSearchParams([
    ['resource', ACCOUNTS],
    ['resource', REPORTS],
  ]);
  const stop = await new TestBrowser(server).go(`${authorizeUrl({ audience: undefined })}&${both}`);
  assert.equal(answerOf(stop).error, 'invalid_target');
  const same = new URLSearchParams([
    ['resource', ACCOUNTS],
    ['resource', ACCOUNTS],
  ]);
  assert.match((await new TestBrowser(server).go(`${authorizeUrl()}&${same}`)).url, /^\/login/);
});

for (const resource of [`${ACCOUNTS}#part`, `${ACCOUNTS}/`, ACCOUNTS.toUpperCase(), 'accounts', '__proto__']) {
  test(`${resource} is no API: compared as it is written`, async (t) => {
    const stop = await new TestBrowser(await testServer(t)).go(authorizeUrl({ audience: undefined, resource }));
    assert.equal(answerOf(stop).error, 'invalid_target');
  });
}

test('an API that is not open to the client cannot be named, though it exists', async (t) => {
  const server = await testServer(t);
  const change = { client_id: 'third-party', redirect_uri: 'https://budget.example/callback', audience: REPORTS };
  assert.equal(answerOf(await new TestBrowser(server).go(authorizeUrl(change))).error, 'invalid_target');
});

test('a client gets no scope that it is not registered for, whoever asks', async (t) => {
  const server = await testServer(t);
  const change = {
    client_id: 'third-party',
    redirect_uri: 'https://budget.example/callback',
    scope: 'openid read:accounts transfer:funds close:account',
  };
  const browser = new TestBrowser(server);
  const consent = await browser.signIn(await browser.go(authorizeUrl(change)));
  assert.match(consent.url, /^\/consent\?/);
  const code = answerOf(await browser.submit(consent, { allow: '1' })).code ?? '';
  const fields = { code, code_verifier: VERIFIER, redirect_uri: change.redirect_uri };
  const { body } = await tokenRequest(server, { grant_type: 'authorization_code', ...fields }, THIRD_PARTY);
  assert.equal(body.scope, 'openid read:accounts');
});

test('a request that names no API gets the client’s own, with its own algorithm', async (t) => {
  const server = await testServer(t, web({ defaultAudience: REPORTS }));
  const { aud, body } = await granted(server, { audience: undefined, scope: 'openid read:reports' });
  assert.deepEqual(aud, [REPORTS, USERINFO]);
  const [head = ''] = String(body.access_token).split('.');
  assert.equal(JSON.parse(Buffer.from(head, 'base64url').toString()).alg, 'ES256');
});

test('offline_access gives a refresh token to clients that use them, and is ignored for others', async (t) => {
  assert.equal(typeof (await granted(await testServer(t), {})).body.refresh_token, 'string');
  const online = await granted(await testServer(t), { scope: 'openid read:accounts' });
  assert.equal(online.body.refresh_token, undefined);
  const server = await testServer(t, web({ grantTypes: ['authorization_code'] }));
  const { told, body } = await granted(server, { scope: 'openid offline_access' });
  assert.deepEqual([told, body.refresh_token], ['openid', undefined]);
});
