/** How long a session stands, and that nothing keeps it beyond that. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestBrowser } from '../testing/browser.ts';
import { answerOf, authorizeUrl, signInAndStepUp } from '../testing/flow.ts';
import { ROBIN } from '../testing/test-config.ts';
import type { ConfigChange } from '../testing/test-server.ts';
import { testServer } from '../testing/test-server.ts';

const short: ConfigChange = (config) => ({ ...config, sessions: { idle: '10m', absolute: '25m' } });

const silently = async (browser: TestBrowser, change: Readonly<Record<string, string>> = {}): Promise<string> =>
  answerOf(await browser.go(authorizeUrl({ prompt: 'none', ...change }))).error ?? 'code';

test('a session ends when it was not used for its idle time, to the second', async (t) => {
  const server = await testServer(t, short);
  const { browser } = await signInAndStepUp(server);
  server.advance(599);
  assert.equal(await silently(browser), 'code');
  server.advance(599);
  assert.equal(await silently(browser), 'code');
  server.advance(600);
  assert.equal(await silently(browser), 'login_required');
});

test('a session ends at its whole age, however often it is used', async (t) => {
  const server = await testServer(t, short);
  const { browser } = await signInAndStepUp(server);
  for (let minutes = 5; minutes < 25; minutes += 5) {
    server.advance(300);
    assert.equal(await silently(browser), 'code');
  }
  server.advance(300);
  assert.equal(await silently(browser), 'login_required');
});

test('T21: a step-up makes a session no older and no younger', async (t) => {
  const server = await testServer(t, short);
  const { browser } = await signInAndStepUp(server);
  for (let minutes = 5; minutes < 25; minutes += 5) {
    server.advance(300);
    await browser.giveCode(await browser.go(authorizeUrl({ scope: 'openid transfer:funds', max_age: '0' })));
    await browser.signIn(await browser.go(authorizeUrl({ prompt: 'login' })));
    assert.equal(await silently(browser), 'code');
  }
  server.advance(300);
  assert.equal(await silently(browser), 'login_required');
});

test('T15: what is refused keeps no session awake', async (t) => {
  const server = await testServer(t, short);
  const { browser } = await signInAndStepUp(server);
  server.advance(599);
  assert.equal(await silently(browser, { acr_values: 'mfa' }), 'login_required');
  server.advance(1);
  assert.equal(await silently(browser), 'login_required');
});

test('T21: an administrator ends every session of a person, and nobody else’s', async (t) => {
  const server = await testServer(t);
  const [one, other] = [await signInAndStepUp(server), await signInAndStepUp(server)];
  assert.equal(await server.store.sessions.endAllOf(ROBIN.id, server.deps.now(), []), 2);
  for (const { browser } of [one, other]) assert.equal(await silently(browser), 'login_required');
});

test('T21: a person who is blocked has no session from that moment, nor when they are let in again', async (t) => {
  const server = await testServer(t);
  const { browser } = await signInAndStepUp(server);
  await server.store.users.setBlocked(ROBIN.id, server.deps.now(), []);
  assert.equal(await silently(browser), 'login_required');
  await server.store.users.setBlocked(ROBIN.id, null, []);
  assert.equal(await silently(browser), 'login_required');
});

test('a value that is a session’s digest, or nobody’s, is no cookie', async (t) => {
  const server = await testServer(t);
  const { browser } = await signInAndStepUp(server);
  const [record] = (await server.store.audit.recent(5)).filter(({ sessionId }) => sessionId !== null);
  const session = await server.store.sessions.find(record?.sessionId ?? '');
  for (const value of [session?.secretHash ?? '', session?.id ?? '', 'x'.repeat(43)]) {
    const thief = new TestBrowser(server);
    thief.cookies.set('__Host-stile_session', value);
    assert.equal(await silently(thief), 'login_required');
  }
  assert.equal(await silently(browser), 'code');
});
