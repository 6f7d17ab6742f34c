/** The authorization code: good once, for one client, one address and one verifier, for a minute. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseJsonObject } from '@stile/core';
import { sha256 } from '../digest.ts';
import { formPost, TestBrowser } from '../testing/browser.ts';
import { introspect, refresh, THIRD_PARTY, tokensOf, userinfo, WEB } from '../testing/endpoints.ts';
import { answerOf, redeem, signInAndStepUp, tokenRequest, VERIFIER } from '../testing/flow.ts';
import { ROBIN } from '../testing/test-config.ts';
import type { ConfigChange, TestServer } from '../testing/test-server.ts';
import { testServer } from '../testing/test-server.ts';

type Change = Readonly<Record<string, string | undefined>>;

const CALLBACK = 'https://intranet.fabrikam.example/callback';

const codeOf = async (server: TestServer, change: Change = {}): Promise<string> => {
  const { stop } = await signInAndStepUp(server, change);
  const { code } = answerOf(stop);
  if (code === undefined) throw new Error(`No code at ${stop.url}`);
  return code;
};

/** Redeems a code with something changed; `undefined` leaves a field out. */
const present = async (server: TestServer, code: string, change: Change = {}, client = WEB) => {
  const fields = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, code_verifier: VERIFIER, ...change };
  const sent = Object.entries(fields).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return tokenRequest(server, Object.fromEntries(sent), client);
};

const web =
  (more: object): ConfigChange =>
  (config) => ({
    ...config,
    clients: (config.clients ?? []).map((client) => (client.id === 'web' ? { ...client, ...more } : client)),
  });

const REFUSED = { error: 'invalid_grant', error_description: 'The authorization code is not valid' };

const refusals: readonly (readonly [name: string, change: Change])[] = [
  ['a wrong verifier', { code_verifier: 'x'.repeat(43) }],
  ['no verifier', { code_verifier: undefined }],
  ['the challenge as verifier', { code_verifier: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM' }],
  ['no redirect_uri where one was named', { redirect_uri: undefined }],
  ['another redirect_uri', { redirect_uri: `${CALLBACK}/` }],
];

for (const [name, change] of refusals) {
  test(`${name} is refused in one sentence, and the code is gone`, async (t) => {
    const server = await testServer(t);
    const code = await codeOf(server);
    const { status, body } = await present(server, code, change);
    assert.deepEqual([status, body], [400, REFUSED]);
    assert.deepEqual((await present(server, code)).body, REFUSED);
  });
}

test('a code of another client is refused, and gone: whoever sent it must not have had it', async (t) => {
  const server = await testServer(t);
  const code = await codeOf(server);
  assert.deepEqual((await present(server, code, {}, THIRD_PARTY)).body, REFUSED);
  assert.deepEqual((await present(server, code)).body, REFUSED);
});

test('a public client cannot redeem the code of a confidential one by saying its name', async (t) => {
  const server = await testServer(t);
  const fields = { grant_type: 'authorization_code', redirect_uri: CALLBACK, code_verifier: VERIFIER };
  const code = await codeOf(server);
  const named = await server.send('/oauth/token', formPost({ ...fields, code, client_id: 'web' }));
  assert.equal(named.status, 401);
  const other = await server.send('/oauth/token', formPost({ ...fields, code, client_id: 'spa' }));
  assert.deepEqual(parseJsonObject(await other.text()), REFUSED);
});

test('what is missing or malformed is said before the code is looked at', async (t) => {
  const server = await testServer(t);
  const code = await codeOf(server);
  for (const change of [
    { code: undefined },
    { code: '' },
    { code_verifier: 'short' },
    { code_verifier: 'x'.repeat(129) },
  ]) {
    assert.equal((await present(server, code, change)).body.error, 'invalid_request');
  }
  assert.equal((await present(server, code)).status, 200);
});

test('a code lives for a minute, to the second', async (t) => {
  const server = await testServer(t);
  const [one, other] = [await codeOf(server), await codeOf(server)];
  server.advance(59);
  assert.equal((await present(server, one)).status, 200);
  server.advance(1);
  assert.deepEqual((await present(server, other)).body, REFUSED);
});

test('a code that nobody ever issued is refused like any other', async (t) => {
  const server = await testServer(t);
  for (const code of ['x', 'x'.repeat(43), '__proto__']) assert.deepEqual((await present(server, code)).body, REFUSED);
});

test('T14: of fifty redemptions at once exactly one succeeds, and the tokens it gave die for the reuse', async (t) => {
  const server = await testServer(t);
  const code = await codeOf(server);
  const answers = await Promise.all(Array.from({ length: 50 }, () => present(server, code)));
  const [winner, ...others] = answers.filter(({ status }) => status === 200);
  assert.equal(others.length, 0);
  assert.equal(answers.filter(({ body }) => body.error === 'invalid_grant').length, 49);
  assert.deepEqual((await introspect(server, winner?.body.access_token, WEB)).body, { active: false });
});

test('a code that is used again takes with it everything it gave: tokens, userinfo, refresh', async (t) => {
  const server = await testServer(t);
  const code = await codeOf(server);
  const { body } = await present(server, code);
  const renewed = await refresh(server, body.refresh_token);
  assert.equal((await userinfo(server, renewed.body.access_token)).status, 200);
  assert.deepEqual((await present(server, code)).body, REFUSED);
  for (const token of [body.access_token, renewed.body.access_token]) {
    assert.equal((await userinfo(server, token)).status, 401);
    assert.deepEqual((await introspect(server, token, WEB)).body, { active: false });
  }
  assert.equal((await refresh(server, renewed.body.refresh_token)).body.error, 'invalid_grant');
  const [reused] = (await server.store.audit.recent(10)).filter(({ type }) => type === 'code.reused');
  assert.deepEqual([reused?.clientId, reused?.details], ['web', { revoked: true }]);
});

test('a code does not outlive the session it was born in', async (t) => {
  const server = await testServer(t);
  const { browser, stop } = await signInAndStepUp(server);
  await browser.go('/v2/logout');
  assert.deepEqual((await redeem(server, stop)).body, REFUSED);
});

test('a code of a person who is blocked meanwhile gives nothing, and its grant ends', async (t) => {
  const server = await testServer(t);
  const code = await codeOf(server);
  await server.store.users.setBlocked(ROBIN.id, server.deps.now(), []);
  assert.deepEqual((await present(server, code)).body, REFUSED);
  const [refused] = (await server.store.audit.recent(5)).filter(({ type }) => type === 'token.refused');
  const grant = await server.store.grants.find(refused?.grantId ?? '');
  assert.equal(grant?.revokedReason, 'user-blocked');
  await server.store.users.setBlocked(ROBIN.id, null, []);
  assert.deepEqual((await present(server, code)).body, REFUSED);
});

test('the redirect_uri may be left out at both ends, or named at the second', async (t) => {
  const server = await testServer(t);
  const change = { redirect_uri: undefined, scope: 'read:accounts' };
  assert.equal((await present(server, await codeOf(server, change), { redirect_uri: undefined })).status, 200);
  assert.equal((await present(server, await codeOf(server, change))).status, 200);
  const other = { redirect_uri: 'https://evil.example/' };
  assert.deepEqual((await present(server, await codeOf(server, change), other)).body, REFUSED);
});

test('a confidential client may rely on nonce instead of PKCE; a verifier nobody announced is refused then', async (t) => {
  const server = await testServer(t);
  const plain = { code_challenge: undefined, code_challenge_method: undefined };
  assert.equal((await present(server, await codeOf(server, plain), { code_verifier: undefined })).status, 200);
  assert.deepEqual((await present(server, await codeOf(server, plain))).body, REFUSED);
});

const withoutPkce = { code_challenge: undefined, code_challenge_method: undefined };

for (const [name, more, change, outcome] of [
  ['required: never without', { pkce: 'required' }, withoutPkce, 'invalid_request'],
  ['unless-nonce: not without nonce', {}, { ...withoutPkce, nonce: undefined }, 'invalid_request'],
  ['unless-nonce: not without openid', {}, { ...withoutPkce, scope: 'read:accounts' }, 'invalid_request'],
  ['optional: as Auth0 does', { pkce: 'optional' }, { ...withoutPkce, nonce: undefined }, 'code'],
  ['public: never without', { authentication: ['none'], pkce: 'optional' }, withoutPkce, 'invalid_request'],
] as const) {
  test(`PKCE ${name}`, async (t) => {
    const server = await testServer(t, web(more));
    const { stop } = await signInAndStepUp(server, change, new TestBrowser(server));
    const { error, code } = answerOf(stop);
    assert.equal(error ?? (code === undefined ? 'page' : 'code'), outcome);
  });
}

test('a verifier of the least and of the greatest length serves', async (t) => {
  const server = await testServer(t);
  for (const verifier of ['~'.repeat(43), 'aZ9-._~'.padEnd(128, 'x')]) {
    const challenge = sha256(verifier);
    const code = await codeOf(server, { code_challenge: challenge });
    assert.equal((await present(server, code, { code_verifier: verifier })).status, 200);
  }
});

test('what a failed redemption could not give is in nobody’s hands: no refresh token is kept', async (t) => {
  const server = await testServer(t);
  const tokens = await tokensOf(server);
  assert.equal((await introspect(server, tokens.refresh_token, WEB)).body.active, true);
  const code = await codeOf(server);
  await present(server, code, { code_verifier: 'x'.repeat(43) });
  const [refused] = (await server.store.audit.recent(1)).filter(({ type }) => type === 'token.refused');
  assert.deepEqual(refused?.details, { grantType: 'authorization_code', reason: 'verifier_wrong' });
});
