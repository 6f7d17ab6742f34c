/** Lock-outs are visible, pass, and can be lifted. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestBrowser } from '../testing/browser.ts';
import { authorizeUrl } from '../testing/flow.ts';
import { operated } from '../testing/operated.ts';
import { ROBIN, ROBIN_TOTP_SECRET } from '../testing/test-config.ts';
import type { TestServer } from '../testing/test-server.ts';
import { limits } from './limits.ts';

const wrongPasswords = async (server: TestServer, many: number, addressOf: (i: number) => string): Promise<void> => {
  for (let i = 0; i < many; i += 1) {
    const browser = new TestBrowser(server, addressOf(i));
    await browser.signIn(await browser.go(authorizeUrl()), { username: ROBIN.username, password: 'wrong' });
  }
};

const signIn = async (server: TestServer, address: string): Promise<number> => {
  const browser = new TestBrowser(server, address);
  return (await browser.signIn(await browser.go(authorizeUrl()))).status;
};

const wrongCodes = async (server: TestServer, many: number, address = '192.0.2.10'): Promise<TestBrowser> => {
  const browser = new TestBrowser(server, address);
  const page = await browser.signIn(await browser.go(authorizeUrl({ acr_values: 'mfa' })));
  for (let i = 0; i < many; i += 1) await browser.submit(page, { code: '000000' });
  return browser;
};

test('what is exhausted is listed with the moment until when, and what is merely spent with how much', async (t) => {
  const { server, run } = await operated(t);
  assert.match((await run(limits, 'robin')).text, /Nothing is spent of the limits of robin/);
  await wrongPasswords(server, 10, () => '203.0.113.1');
  const { status, text } = await run(limits, ' Robin ');
  assert.equal(status, 0);
  assert.match(text, /^passwordFromNetwork {2}203\.0\.113\.1 {2}exhausted until 2026-11-24T00:00:30Z/m);
  assert.match(text, /^failuresInARow {2}password {2}10 of 100 spent/m);
  assert.match(text, /stile limits robin --lift$/);
  assert.match((await run(limits, 'sam')).text, /Nothing is spent/, 'of one person, not of all');
  server.advance(30);
  assert.match((await run(limits, 'robin')).text, /^passwordFromNetwork .* 9 of 10 spent/m);
});

test('codes are listed by their factor, and nothing of a secret or a code is in the list', async (t) => {
  const { server, run } = await operated(t);
  await wrongCodes(server, 11);
  const { text } = await run(limits, 'robin');
  assert.match(text, /^codeFromNetwork {2}totp from 192\.0\.2\.10 {2}exhausted until/m);
  assert.match(text, /^codeOfPerson {2}totp {2}10 of 50 spent/m);
  assert.doesNotMatch(text, new RegExp(`000000|${ROBIN_TOTP_SECRET}|${ROBIN.password}`));
});

test('NIST SP 800-63B-4, section 3.2.2: a hundred failures in a row, from anywhere, and the password is locked; it opens by time or by an administrator', async (t) => {
  const { server, run } = await operated(t);
  await wrongPasswords(server, 101, (i) => `198.51.100.${i}`);
  assert.equal(await signIn(server, '203.0.113.1'), 429);
  server.advance(3 * 3600);
  assert.equal(await signIn(server, '203.0.113.1'), 429);
  assert.match((await run(limits, 'robin')).text, /^failuresInARow {2}password {2}exhausted until/m);

  const { status, text } = await run(limits, 'robin', '--lift');
  assert.equal(status, 0);
  assert.match(text, /robin can try again: \d+ limits? (is|are) lifted/);
  const [record] = await server.store.audit.recent(1);
  assert.deepEqual(
    [record?.type, record?.userId, record?.details],
    ['limits.lifted', ROBIN.id, { reason: 'administrator' }],
  );
  assert.equal(await signIn(server, '203.0.113.1'), 303);

  await wrongPasswords(server, 101, (i) => `198.51.101.${i}`);
  assert.equal(await signIn(server, '203.0.113.2'), 429);
  server.advance(6 * 3600);
  assert.equal(await signIn(server, '203.0.113.2'), 303, 'and nobody is locked out for good');
  assert.equal(await signIn(server, '203.0.113.3'), 303, 'a success clears the count');
});

test('the lock of a password keeps its owner neither out of a browser of theirs nor away from what they have besides', async (t) => {
  const { server, run } = await operated(t);
  const owner = new TestBrowser(server, '192.0.2.10');
  await owner.signIn(await owner.go(authorizeUrl()));
  await wrongPasswords(server, 101, (i) => `198.51.100.${i}`);
  // Whoever is signed in steps up, and has thereby shown that they are there.
  const page = await owner.go(authorizeUrl({ acr_values: 'mfa' }));
  assert.equal((await owner.giveCode(page)).status, 303);
  assert.doesNotMatch((await run(limits, 'robin')).text, /failuresInARow {2}password/);
  assert.equal(await signIn(server, '203.0.113.1'), 303);
});

test('a password that is guessed or known lifts no lock of a code', async (t) => {
  const { server, run } = await operated(t);
  for (let i = 0; i < 5; i += 1) {
    await wrongCodes(server, 10, `198.51.100.${i}`);
    server.advance(2000);
  }
  await wrongCodes(server, 1, '203.0.113.5');
  assert.match((await run(limits, 'robin')).text, /^failuresInARow {2}totp {2}51 of 100 spent/m);
});

test('a session in which the code was given before keeps a way of its own', async (t) => {
  const { server } = await operated(t);
  const owner = new TestBrowser(server, '192.0.2.10');
  await owner.giveCode(await owner.signIn(await owner.go(authorizeUrl({ acr_values: 'mfa' }))));
  for (let i = 0; i < 6; i += 1) await wrongCodes(server, 10, `198.51.100.${i}`);
  server.advance(60);
  const stranger = new TestBrowser(server, '198.51.100.99');
  const page = await stranger.signIn(await stranger.go(authorizeUrl({ acr_values: 'mfa' })));
  assert.equal((await stranger.giveCode(page)).status, 429);
  const again = await owner.go(authorizeUrl({ acr_values: 'mfa', max_age: '1' }));
  const asked = again.url.startsWith('/login') ? await owner.signIn(again) : again;
  assert.equal((await owner.giveCode(asked)).status, 303);
});

test('there is nothing to lift for somebody who has tried nothing, and that is not on record', async (t) => {
  const { server, run } = await operated(t);
  assert.match((await run(limits, '--lift', 'robin')).text, /^Nothing was spent of the limits of robin/);
  assert.notEqual((await server.store.audit.recent(1))[0]?.type, 'limits.lifted');
  assert.equal((await run(limits, '--lift')).status, 2);
  assert.equal((await run(limits, 'nobody')).status, 1);
});
