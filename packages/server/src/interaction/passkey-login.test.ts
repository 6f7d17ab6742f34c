/** A passkey as the login: one press, three levels; and everybody who would like to get in by somebody else's. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { instant } from '@stile/core';
import type { Stop } from '../testing/browser.ts';
import { formAction, formPost, hiddenFields, TestBrowser } from '../testing/browser.ts';
import { answerOf, authorizeUrl, claimsOf, redeem } from '../testing/flow.ts';
import { askingOf, givePasskey, mustAsk, storedPasskey } from '../testing/passkeys.ts';
import type { Asking, Lies } from '../testing/soft-passkey.ts';
import { SoftPasskey } from '../testing/soft-passkey.ts';
import { ROBIN, SAM } from '../testing/test-config.ts';
import type { TestServer } from '../testing/test-server.ts';
import { testServer } from '../testing/test-server.ts';

const atLogin = async (t: TestContext, change: Readonly<Record<string, string>> = {}) => {
  const server = await testServer(t);
  const browser = new TestBrowser(server);
  const login = await browser.go(authorizeUrl(change));
  assert.match(login.url, /^\/login\?/);
  return { server, browser, login };
};

/** What the script of the page sends. */
const send = (browser: TestBrowser, page: Stop, credential: string): Promise<Stop> =>
  browser.submit(page, { username: '', password: '', passkey: '1', credential });

const FAILED = /That passkey could not be used to sign in/;

const refusals = async (server: TestServer, userId: string): Promise<readonly unknown[]> =>
  (await server.store.audit.ofUser(userId, 20))
    .filter(({ type }) => type === 'proof.refused')
    .map(({ details }) => details.reason);

test('one press signs in, at every level that a passkey with its user verified has', async (t) => {
  const { server, browser, login } = await atLogin(t, { acr_values: 'phr' });
  assert.match(login.html, /autocomplete="username webauthn"/);
  const { passkey } = await givePasskey(server, ROBIN.id);
  const { body } = await redeem(server, await send(browser, login, passkey.get(mustAsk(login, server))));
  const { sub, acr, acrs, amr, auth_time } = claimsOf(body.access_token);
  assert.deepEqual([sub, acr, acrs, amr], [ROBIN.id, 'phr', ['phr', 'mfa', '1fa'], ['mfa', 'swk', 'user']]);
  assert.equal(auth_time, server.deps.now());
  const silent = await browser.go(authorizeUrl({ prompt: 'none', acr_values: 'mfa' }));
  assert.ok(answerOf(silent).code, 'nobody is asked again');
});

test('the page asks for any passkey of this site, once a page, and for its user to be verified', async (t) => {
  const { server, browser, login } = await atLogin(t);
  const options = /data-options="([^"]*)"/.exec(login.html)?.[1] ?? '';
  assert.match(options, /allowCredentials&quot;:\[\]/);
  assert.match(options, /userVerification&quot;:&quot;required/);
  const again = await browser.go(login.url);
  assert.deepEqual(askingOf(again, server), askingOf(login, server), 'a reload leaves the first tab answerable');
});

test('where passkeys cannot work, none is asked for', async (t) => {
  for (const change of [{ webauthn: { enabled: false } }, { issuer: 'https://192.0.2.7/' }]) {
    const server = await testServer(t, (config) => ({ ...config, ...change }));
    const login = await new TestBrowser(server).go(authorizeUrl());
    assert.doesNotMatch(login.html, /passkey|webauthn/);
    const tried = await send(
      new TestBrowser(server),
      login,
      new SoftPasskey().get({ challenge: 'AAAA', origin: 'x', rpId: 'x' }),
    );
    assert.notEqual(tried.status, 500);
  }
});

const lies: readonly (readonly [what: string, lies: Lies, ask: Partial<Asking>, reason: string])[] = [
  ['another key', { forged: true }, {}, 'wrong'],
  ['a fake page', {}, { origin: 'https://login.fabrikam.example.evil.example' }, 'wrong'],
  ['another relying party', {}, { rpId: 'fabrikam.example' }, 'wrong'],
  ['an answer to another question', {}, { challenge: 'AAAA' }, 'wrong'],
  ['T28: a frame', { crossOrigin: true }, {}, 'wrong'],
  ['no owner', { userHandle: null }, {}, 'wrong'],
  ["T10: somebody else's handle", { userHandle: Buffer.from('another').toString('base64url') }, {}, 'wrong'],
  ['nobody verified', { userVerified: false }, {}, 'not_verified'],
];
for (const [what, lie, ask, reason] of lies) {
  test(`says no more than that it failed: ${what}`, async (t) => {
    const { server, browser, login } = await atLogin(t);
    const { passkey } = await givePasskey(server, ROBIN.id);
    const answer = await send(browser, login, passkey.get({ ...mustAsk(login, server), ...ask }, lie));
    assert.equal(answer.status, 400);
    assert.match(answer.html, FAILED);
    assert.deepEqual(await refusals(server, ROBIN.id), [reason]);
    assert.equal((await storedPasskey(server, passkey))?.signCount, 0);
    const right = await send(browser, answer, passkey.get(mustAsk(answer, server)));
    assert.ok(answerOf(right).code, 'and the next answer may be right');
  });
}

test('an unknown passkey, a blocked owner and garbage are answered alike', async (t) => {
  const { server, browser, login } = await atLogin(t);
  const asking = mustAsk(login, server);
  const { passkey } = await givePasskey(server, SAM.id);
  await server.store.users.setBlocked(SAM.id, instant(server.deps.now()), []);
  const stranger = new SoftPasskey();
  stranger.userHandle = 'AAAA';
  const words = (stop: Stop) => [stop.status, /role="alert"><svg.*?<p>(.*?)<\/p>/s.exec(stop.html)?.[1]];
  const unknown = words(await send(browser, login, stranger.get(asking)));
  assert.equal(unknown[0], 400);
  assert.deepEqual(words(await send(browser, login, passkey.get(asking))), unknown);
  for (const garbage of ['{}', '[]', 'x', '{"type":"public-key"}', '0'.repeat(10_000)]) {
    assert.deepEqual(words(await send(browser, login, garbage)), unknown, garbage.slice(0, 20));
  }
});

test('a key that was enrolled without verifying its user begins no session, whatever it says today', async (t) => {
  const { server, browser, login } = await atLogin(t);
  const { passkey } = await givePasskey(server, ROBIN.id, new SoftPasskey({ userVerified: false }));
  const answer = await send(browser, login, passkey.get(mustAsk(login, server), { userVerified: true }));
  assert.match(answer.html, FAILED);
  assert.deepEqual(await refusals(server, ROBIN.id), ['not_verified']);
});

test('T14: an answer signs in once, and in no other request', async (t) => {
  const { server, browser, login } = await atLogin(t);
  const { passkey } = await givePasskey(server, ROBIN.id);
  const credential = passkey.get(mustAsk(login, server));
  const elsewhere = new TestBrowser(server);
  const theirs = await elsewhere.go(authorizeUrl());
  assert.match((await send(elsewhere, theirs, credential)).html, FAILED, 'a stolen answer is worth nothing elsewhere');
  assert.ok(answerOf(await send(browser, login, credential)).code);
  const replayed = await send(browser, login, credential);
  assert.notEqual(replayed.status, 500);
  const sessions = await server.store.sessions.ofUser(ROBIN.id);
  assert.equal(sessions.length, 1);
  assert.equal(sessions[0]?.events.length, 1);
});

test('T14: of an answer that is sent eight at once, one signs in', async (t) => {
  const { server, browser, login } = await atLogin(t);
  const { passkey } = await givePasskey(server, ROBIN.id);
  const fields = {
    ...hiddenFields(login),
    username: '',
    password: '',
    credential: passkey.get(mustAsk(login, server)),
  };
  const answers = await Promise.all(Array.from({ length: 8 }, () => browser.send(formAction(login), formPost(fields))));
  assert.ok(answers.every(({ status }) => status < 500));
  const sessions = await server.store.sessions.ofUser(ROBIN.id);
  assert.deepEqual(
    sessions.map(({ events }) => events.length),
    [1],
  );
});

test('T13: an answer to the question of a step-up does not sign in, nor the other way round', async (t) => {
  const { server, browser } = await atLogin(t);
  const { passkey } = await givePasskey(server, ROBIN.id);
  const challenge = await browser.signIn(await browser.go(authorizeUrl({ acr_values: 'phr' })));
  assert.match(challenge.url, /^\/challenge\?/);
  const other = new TestBrowser(server);
  const login = await other.go(authorizeUrl());
  assert.match((await send(other, login, passkey.get(mustAsk(challenge, server)))).html, FAILED);
  const stepped = await browser.submit(challenge, { credential: passkey.get(mustAsk(login, server)) });
  assert.match(stepped.html, /could not be accepted/);
});

test('whoever began to answer a request is not replaced by the owner of a passkey', async (t) => {
  const { server, browser, login } = await atLogin(t, { prompt: 'login', acr_values: 'mfa' });
  const { passkey } = await givePasskey(server, SAM.id);
  const challenge = await browser.signIn(login);
  assert.match(challenge.url, /^\/challenge\?/);
  // The session is gone, the request is still Robin's.
  for (const { id } of await server.store.sessions.ofUser(ROBIN.id)) {
    await server.store.sessions.end(id, instant(server.deps.now()), []);
  }
  const again = await browser.go(login.url);
  assert.match(again.url, /^\/login\?/);
  const sams = await send(browser, again, passkey.get(mustAsk(again, server)));
  assert.equal(sams.status, 400);
  assert.match(sams.html, /meant for somebody else/);
  assert.deepEqual(await refusals(server, SAM.id), ['another_person']);
});

test('too many wrong answers have to wait', async (t) => {
  const { server, browser, login } = await atLogin(t);
  const { passkey } = await givePasskey(server, ROBIN.id);
  let last = login;
  for (let tries = 0; tries < 40 && last.status !== 429; tries += 1) {
    last = await send(browser, login, passkey.get({ ...mustAsk(login, server), challenge: 'AAAA' }));
  }
  assert.equal(last.status, 429);
  assert.ok(Number(last.response.headers.get('retry-after')) > 0);
});
