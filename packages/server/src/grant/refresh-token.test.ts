/** Refreshing: what was proven stays as it was, what has lapsed is left out, and a token that is used twice ends the grant. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseJsonObject } from '@stile/core';
import { formPost } from '../testing/browser.ts';
import { introspect, proofOf, refresh, THIRD_PARTY, tokensOf, userinfo, WEB } from '../testing/endpoints.ts';
import { answerOf, claimsOf, signInAndStepUp, VERIFIER } from '../testing/flow.ts';
import { ACCOUNTS, REPORTS, ROBIN } from '../testing/test-config.ts';
import type { ConfigChange } from '../testing/test-server.ts';
import { START, testServer } from '../testing/test-server.ts';

const ALL = 'openid read:accounts transfer:funds close:account offline_access';
const REFUSED = { error: 'invalid_grant', error_description: 'Unknown or invalid refresh token.' };

/** Refresh tokens are online ones as well where a test wants them without `offline_access`. */
const reusableTransfer: ConfigChange = (config) => ({
  ...config,
  apis: (config.apis ?? []).map((api) =>
    api.audience === ACCOUNTS
      ? { ...api, scopes: { ...api.scopes, 'transfer:funds': { requires: { acr: 'mfa', maxAge: '5m' } } } }
      : api,
  ),
});

test('T5: a refresh keeps acr, amr and auth_time, in both tokens, and repeats no nonce', async (t) => {
  const server = await testServer(t);
  const first = await tokensOf(server, {
    scope: 'openid read:accounts close:account offline_access',
    acr_values: 'mfa',
  });
  server.advance(4000);
  const { body } = await refresh(server, first.refresh_token);
  assert.deepEqual(proofOf(body.access_token), proofOf(first.access_token));
  const [before, after] = [claimsOf(first.id_token), claimsOf(body.id_token)];
  const { iat, exp, nonce, ...same } = before;
  assert.equal(nonce, 'nonce-1');
  assert.deepEqual(after, { ...same, iat: START + 4000, exp: START + 7600 });
  assert.ok(typeof iat === 'number' && typeof exp === 'number');
});

test('T27: a single-use scope never comes back, and the rest is refreshed all the same', async (t) => {
  const server = await testServer(t);
  const first = await tokensOf(server, { scope: ALL });
  assert.equal(first.scope, ALL);
  const { body } = await refresh(server, first.refresh_token);
  assert.equal(body.scope, 'openid read:accounts close:account offline_access');
  assert.equal(claimsOf(body.access_token).single_use, undefined);
});

test('T27: a scope whose proof must be fresh is left out when it is not, to the second', async (t) => {
  const server = await testServer(t, reusableTransfer);
  const first = await tokensOf(server, { scope: ALL });
  server.advance(300);
  const second = await refresh(server, first.refresh_token);
  assert.equal(second.body.scope, ALL);
  assert.deepEqual(proofOf(second.body.access_token), proofOf(first.access_token));
  server.advance(1);
  const third = await refresh(server, second.body.refresh_token);
  assert.equal(third.body.scope, 'openid read:accounts close:account offline_access');
  assert.equal(claimsOf(third.body.access_token).auth_time, START);
});

test('T6: a refresh token from before a step-up gains neither the level nor the scope by it', async (t) => {
  const server = await testServer(t);
  const { browser } = await signInAndStepUp(server);
  const first = await tokensOf(server, {}, browser);
  server.advance(60);
  await tokensOf(server, { scope: ALL, acr_values: 'mfa' }, browser);
  const { body } = await refresh(server, first.refresh_token);
  assert.deepEqual(proofOf(body.access_token), proofOf(first.access_token));
  const more = await refresh(server, body.refresh_token, { scope: 'openid transfer:funds' });
  assert.equal(more.body.error, 'invalid_scope');
});

test('fewer scopes may be asked for, and all of them again the next time; more never', async (t) => {
  const server = await testServer(t);
  const first = await tokensOf(server);
  const narrow = await refresh(server, first.refresh_token, { scope: 'read:accounts' });
  assert.deepEqual([narrow.body.scope, narrow.body.id_token], ['read:accounts', undefined]);
  assert.equal(claimsOf(narrow.body.access_token).aud, ACCOUNTS);
  const wide = await refresh(server, narrow.body.refresh_token);
  assert.equal(wide.body.scope, 'openid profile read:accounts offline_access');
  for (const scope of ['openid email', 'transfer:funds', 'openid read:reports', 'constructor']) {
    const { status, body } = await refresh(server, wide.body.refresh_token, { scope });
    assert.deepEqual([status, body.error], [400, 'invalid_scope']);
  }
  assert.equal((await refresh(server, wide.body.refresh_token)).status, 200);
});

test('asking for a lapsed scope alone gives a token that carries none', async (t) => {
  const server = await testServer(t);
  const first = await tokensOf(server, { scope: ALL });
  const { body } = await refresh(server, first.refresh_token, { scope: 'transfer:funds' });
  assert.deepEqual([body.scope, claimsOf(body.access_token).scope], ['', undefined]);
});

test('the API is the one of the grant, and no other', async (t) => {
  const server = await testServer(t);
  const first = await tokensOf(server);
  for (const more of [{ audience: REPORTS }, { resource: REPORTS }, { audience: ACCOUNTS, resource: REPORTS }]) {
    assert.equal((await refresh(server, first.refresh_token, more)).body.error, 'invalid_target');
  }
  assert.equal((await refresh(server, first.refresh_token, { audience: ACCOUNTS, resource: ACCOUNTS })).status, 200);
});

test('each token is used once: the next takes its place, and within the grace the same next is given again', async (t) => {
  const server = await testServer(t);
  const first = await tokensOf(server);
  const second = await refresh(server, first.refresh_token);
  assert.notEqual(second.body.refresh_token, first.refresh_token);
  server.advance(10);
  const again = await refresh(server, first.refresh_token);
  assert.equal(again.body.refresh_token, second.body.refresh_token);
  const [record] = (await server.store.audit.recent(5)).filter(({ type }) => type === 'token.granted');
  assert.equal(record?.details.repeated, true);
  assert.equal((await refresh(server, second.body.refresh_token)).status, 200);
});

for (const [name, wait, useNext] of [
  ['after the grace', 11, false],
  ['within the grace, when its successor was used', 1, true],
] as const) {
  test(`a token that is used again ${name} ends the whole grant`, async (t) => {
    const server = await testServer(t);
    const first = await tokensOf(server);
    const second = await refresh(server, first.refresh_token);
    const latest = useNext ? await refresh(server, second.body.refresh_token) : second;
    server.advance(wait);
    assert.deepEqual((await refresh(server, first.refresh_token)).body, REFUSED);
    assert.deepEqual((await refresh(server, latest.body.refresh_token)).body, REFUSED);
    assert.equal((await userinfo(server, latest.body.access_token)).status, 401);
    const audited = (await server.store.audit.recent(10)).map(({ type }) => type);
    assert.ok(audited.includes('refresh_token.reused'));
  });
}

test('T14: refreshes at once agree on one successor, which serves', async (t) => {
  const server = await testServer(t);
  const first = await tokensOf(server);
  const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(server, first.refresh_token)));
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
  const next = new Set(answers.map(({ body }) => body.refresh_token));
  assert.equal(next.size, 1);
  assert.equal((await refresh(server, [...next][0])).status, 200);
});

test('a token serves its own client only; another one neither uses nor spoils it', async (t) => {
  const server = await testServer(t);
  const first = await tokensOf(server);
  assert.deepEqual((await refresh(server, first.refresh_token, {}, THIRD_PARTY)).body, REFUSED);
  assert.equal((await refresh(server, first.refresh_token)).status, 200);
});

test('what is no refresh token is refused in Auth0’s words', async (t) => {
  const server = await testServer(t);
  const first = await tokensOf(server);
  for (const token of ['x', first.access_token, first.id_token, '__proto__']) {
    assert.deepEqual((await refresh(server, token)).body, REFUSED);
  }
  const { body } = await refresh(server, '');
  assert.deepEqual(body, { error: 'invalid_request', error_description: 'Missing Refresh Token' });
});

test('unused for its idle time it is over, and used or not after its whole life', async (t) => {
  const lives: ConfigChange = (config) => ({
    ...config,
    lifetimes: { refreshTokenIdle: '1h', refreshTokenAbsolute: '2h' },
  });
  const server = await testServer(t, lives);
  const idle = await tokensOf(server);
  let kept = (await tokensOf(server)).refresh_token;
  server.advance(3599);
  kept = (await refresh(server, kept)).body.refresh_token;
  server.advance(1);
  assert.deepEqual((await refresh(server, idle.refresh_token)).body, REFUSED);
  server.advance(3598);
  kept = (await refresh(server, kept)).body.refresh_token;
  assert.equal(typeof kept, 'string');
  server.advance(2);
  assert.deepEqual((await refresh(server, kept)).body, REFUSED);
});

test('T21: after logout elevated scopes are gone, from the refreshed token and from the old one; offline ones stay', async (t) => {
  const server = await testServer(t);
  const { browser } = await signInAndStepUp(server);
  const elevated = await tokensOf(server, { scope: 'openid read:accounts close:account offline_access' }, browser);
  const everyday = await tokensOf(server, {}, browser);
  await browser.go('/v2/logout');
  assert.deepEqual((await introspect(server, elevated.access_token, WEB)).body, { active: false });
  assert.equal((await introspect(server, everyday.access_token, WEB)).body.active, true);
  const { body } = await refresh(server, elevated.refresh_token);
  assert.equal(body.scope, 'openid read:accounts offline_access');
  assert.equal((await userinfo(server, body.access_token)).status, 200);
});

test('T21: when the session ends by age, elevated scopes end with it', async (t) => {
  const server = await testServer(t, (config) => ({ ...config, sessions: { idle: '10m' } }));
  const first = await tokensOf(server, { scope: 'openid close:account offline_access' });
  server.advance(599);
  const second = await refresh(server, first.refresh_token);
  assert.equal(second.body.scope, 'openid close:account offline_access');
  server.advance(1);
  assert.equal((await refresh(server, second.body.refresh_token)).body.scope, 'openid offline_access');
});

test('a person who is blocked refreshes nothing, in Auth0’s words, and the grant ends', async (t) => {
  const server = await testServer(t);
  const first = await tokensOf(server);
  await server.store.users.setBlocked(ROBIN.id, server.deps.now(), []);
  assert.equal((await userinfo(server, first.access_token)).status, 401);
  const { body } = await refresh(server, first.refresh_token);
  assert.deepEqual(body, { error: 'invalid_grant', error_description: 'user is blocked' });
  await server.store.users.setBlocked(ROBIN.id, null, []);
  assert.deepEqual((await refresh(server, first.refresh_token)).body, REFUSED);
});

test('a public client refreshes by its name alone, and each token still once', async (t) => {
  const server = await testServer(t);
  const redirect = { redirect_uri: 'https://bank.fabrikam.example/' };
  const { stop } = await signInAndStepUp(server, { client_id: 'spa', ...redirect });
  const post = async (fields: Readonly<Record<string, string>>) => {
    const response = await server.send('/oauth/token', formPost({ client_id: 'spa', ...fields }));
    return parseJsonObject(await response.text()) ?? {};
  };
  const code = answerOf(stop).code ?? '';
  const first = await post({ grant_type: 'authorization_code', code, code_verifier: VERIFIER, ...redirect });
  const again = { grant_type: 'refresh_token', refresh_token: String(first.refresh_token) };
  const second = await post(again);
  assert.equal(claimsOf(second.access_token).client_id, 'spa');
  server.advance(31);
  assert.deepEqual(await post(again), REFUSED);
  assert.deepEqual(await post({ ...again, refresh_token: String(second.refresh_token) }), REFUSED);
});
