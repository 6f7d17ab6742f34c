/** The offer of a passkey: to whom it is made, what it takes, and that it is no way round anything. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { instant } from '@stile/core';
import type { Stop } from '../testing/browser.ts';
import { currentCode, TestBrowser } from '../testing/browser.ts';
import { answerOf, authorizeUrl, claimsOf, redeem } from '../testing/flow.ts';
import { givePasskey, mustAsk } from '../testing/passkeys.ts';
import { SoftPasskey } from '../testing/soft-passkey.ts';
import { ROBIN, ROBIN_RECOVERY_CODES } from '../testing/test-config.ts';
import type { ConfigChange, TestServer } from '../testing/test-server.ts';
import { testServer } from '../testing/test-server.ts';

/** Robin, who is asked for a code. */
const challenged = async (t: TestContext, change?: ConfigChange) => {
  const server = await testServer(t, change);
  const browser = new TestBrowser(server);
  const challenge = await browser.signIn(await browser.go(authorizeUrl({ acr_values: 'mfa' })));
  assert.match(challenge.url, /^\/challenge\?/);
  return { server, browser, challenge };
};

/** What is sent where the script found that the device has passkeys. */
const confirm = (server: TestServer, browser: TestBrowser, challenge: Stop): Promise<Stop> =>
  browser.submit(challenge, { code: currentCode(server), passkeys: '1' });

const offered = async (t: TestContext, change?: ConfigChange) => {
  const { server, browser, challenge } = await challenged(t, change);
  const offer = await confirm(server, browser, challenge);
  assert.match(offer.url, /^\/offer-passkey\?/);
  return { server, browser, challenge, offer };
};

const passkeysOf = async (server: TestServer) =>
  (await server.store.authenticators.ofUser(ROBIN.id)).filter(({ factor }) => factor === 'webauthn');

test('after a code a passkey is offered; created, it is the sign-in of the next time, and the request goes on', async (t) => {
  const { server, browser, offer } = await offered(t);
  assert.match(offer.html, /Next time without a code\?/);
  const passkey = new SoftPasskey();
  const asking = mustAsk(offer, server);
  const { body } = await redeem(server, await browser.submit(offer, { credential: passkey.create(asking) }));
  assert.deepEqual(
    claimsOf(body.access_token).amr,
    ['mfa', 'otp', 'pwd'],
    'T13: creating it proves nothing in this session',
  );
  const [made] = await passkeysOf(server);
  assert.equal(made?.name, 'My passkey');
  const audited = (await server.store.audit.ofUser(ROBIN.id, 20)).map(({ type }) => type);
  assert.ok(audited.includes('authenticator.added'));
  const other = new TestBrowser(server);
  const login = await other.go(authorizeUrl());
  const handle = JSON.parse(/data-options="([^"]*)"/.exec(offer.html)?.[1]?.replaceAll('&quot;', '"') ?? '{}').user.id;
  const credential = passkey.get(mustAsk(login, server), { userHandle: handle });
  assert.ok(answerOf(await other.submit(login, { username: '', password: '', credential })).code);
});

test('is not made where the device has no passkeys, where it is switched off, or after a sheet of codes', async (t) => {
  const first = await challenged(t);
  const plain = await first.browser.submit(first.challenge, { code: currentCode(first.server) });
  assert.ok(answerOf(plain).code);
  for (const webauthn of [{ offer: false }, { enabled: false }]) {
    const { server, browser, challenge } = await challenged(t, (config) => ({ ...config, webauthn }));
    assert.doesNotMatch(challenge.html, /passkey-offer/);
    assert.ok(answerOf(await confirm(server, browser, challenge)).code);
  }
  const { server, browser, challenge } = await challenged(t);
  const sheet = (await server.store.authenticators.ofUser(ROBIN.id)).find(({ factor }) => factor === 'recovery-code');
  const page = await browser.submit(challenge, { use: sheet?.id ?? '', code: '' });
  assert.doesNotMatch(page.html, /passkey-offer/);
  assert.ok(answerOf(await browser.submit(page, { code: ROBIN_RECOVERY_CODES[0], passkeys: '1' })).code);
});

test('is not made to somebody who has one', async (t) => {
  const { server, browser, challenge } = await challenged(t);
  await givePasskey(server, ROBIN.id);
  assert.ok(answerOf(await confirm(server, browser, challenge)).code);
});

test('“not now” leads on, and is remembered for a time, for this person, in this browser', async (t) => {
  const { server, browser, offer } = await offered(t);
  assert.ok(answerOf(await browser.submit(offer, { later: '1', credential: '' })).code);
  const again = async (): Promise<Stop> => {
    server.advance(400);
    return confirm(server, browser, await browser.go(authorizeUrl({ scope: 'openid transfer:funds' })));
  };
  assert.ok(answerOf(await again()).code);
  const later = browser.cookies.get('__Host-stile_later') ?? '';
  browser.cookies.set('__Host-stile_later', `${later.startsWith('A') ? 'B' : 'A'}${later.slice(1)}`);
  assert.match((await again()).url, /^\/offer-passkey\?/, 'a cookie that is not ours says nothing');
});

test('T8: takes a fresh second proof, whoever knows the address', async (t) => {
  const server = await testServer(t);
  const thief = new TestBrowser(server);
  const challenge = await thief.signIn(await thief.go(authorizeUrl({ acr_values: 'mfa' })));
  const address = challenge.url.replace('/challenge', '/offer-passkey');
  const page = await thief.go(address);
  assert.match(page.url, /^\/challenge\?/, 'the password alone adds nothing');
  const posted = await thief.submit(
    { ...challenge, html: challenge.html.replace('/challenge?', '/offer-passkey?') },
    {
      credential: new SoftPasskey().create({ challenge: 'AAAA', origin: 'x', rpId: 'x' }),
    },
  );
  assert.match(posted.url, /^\/challenge\?/);
  assert.deepEqual(await passkeysOf(server), []);
});

test('T8: a second proof that is no longer fresh is none', async (t) => {
  const { server, browser, offer } = await offered(t);
  const credential = new SoftPasskey().create(mustAsk(offer, server));
  server.advance(301);
  const stop = await browser.submit(offer, { credential });
  assert.ok(answerOf(stop).code, 'the request itself goes on');
  assert.deepEqual(await passkeysOf(server), []);
});

test('an answer to another question, or another’s passkey, is refused, and may be tried again', async (t) => {
  const { server, browser, offer } = await offered(t);
  const asking = mustAsk(offer, server);
  const wrong = await browser.submit(offer, { credential: new SoftPasskey().create({ ...asking, challenge: 'AAAA' }) });
  assert.equal(wrong.status, 400);
  assert.match(wrong.html, /could not be accepted/);
  const { passkey } = await givePasskey(server, 'user_sam');
  const theirs = await browser.submit(wrong, { credential: passkey.create(mustAsk(wrong, server)) });
  assert.match(theirs.html, /in use already/);
  assert.ok(
    answerOf(await browser.submit(theirs, { credential: new SoftPasskey().create(mustAsk(theirs, server)) })).code,
  );
  assert.equal((await passkeysOf(server)).length, 1);
});

test('T14: one answer makes one passkey; a session that has ended makes none', async (t) => {
  const { server, browser, offer } = await offered(t);
  const credential = new SoftPasskey().create(mustAsk(offer, server));
  await browser.submit(offer, { credential });
  await browser.submit(offer, { credential });
  assert.equal((await passkeysOf(server)).length, 1);
  const second = await offered(t);
  const [session] = await second.server.store.sessions.ofUser(ROBIN.id);
  await second.server.store.sessions.end(session?.id ?? '', instant(second.server.deps.now()), []);
  const fresh = new SoftPasskey().create(mustAsk(second.offer, second.server));
  await second.browser.submit(second.offer, { credential: fresh });
  assert.deepEqual(await passkeysOf(second.server), []);
});
