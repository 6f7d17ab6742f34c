/** A browser is known to a person by having signed in there with the password that they have, and by nothing else. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { proven, reach } from '../testing/account.ts';
import { TestBrowser } from '../testing/browser.ts';
import { answerOf, authorizeUrl } from '../testing/flow.ts';
import { ROBIN } from '../testing/test-config.ts';
import type { TestServer } from '../testing/test-server.ts';
import { testServer } from '../testing/test-server.ts';

const NEXT = 'seventeen quiet violins';

const signIn = async (browser: TestBrowser, password: string) => {
  browser.cookies.delete('__Host-stile_session');
  return browser.signIn(await browser.go(authorizeUrl()), { username: ROBIN.username, password });
};

/** What strangers have for this name is spent, wherever they are. */
const spendAll = async (server: TestServer): Promise<void> => {
  for (let n = 0; n < 11; n += 1)
    for (let i = 0; i < 10; i += 1) await signIn(new TestBrowser(server, `198.51.100.${n}`), 'wrong');
};

test('with another password browsers are known no more, but for the one in which it was set', async (t) => {
  const server = await testServer(t);
  const [other, browser] = [new TestBrowser(server, '192.0.2.66'), await proven(server)];
  assert.ok(answerOf(await signIn(other, ROBIN.password)).code);
  const page = await reach(browser, '/account/password');
  const changed = await browser.submit(page, { password: ROBIN.password, new_password: NEXT });
  assert.match(changed.url, /done=password/);
  await spendAll(server);
  assert.equal((await signIn(other, NEXT)).status, 429);
  assert.ok(answerOf(await signIn(browser, NEXT)).code);
  // From now on the other one is known, and stays so.
  server.advance(6 * 3600);
  assert.ok(answerOf(await signIn(other, NEXT)).code);
  await spendAll(server);
  assert.ok(answerOf(await signIn(other, NEXT)).code);
});

test('a browser stays known when its password is hashed anew, by a proof of it there', async (t) => {
  const server = await testServer(t);
  const browser = new TestBrowser(server);
  await signIn(browser, ROBIN.password);
  const [password] = (await server.store.authenticators.ofUser(ROBIN.id)).filter(({ factor }) => factor === 'password');
  assert.ok(password);
  const hash = await server.deps.passwords.hash(ROBIN.password);
  await server.store.authenticators.replaceMaterial(password.id, password.material, { ...password.material, hash });
  const again = await browser.go(authorizeUrl({ prompt: 'login' }));
  assert.match(again.url, /^\/challenge/);
  assert.ok(answerOf(await browser.submit(again, { password: ROBIN.password })).code);
  await spendAll(server);
  assert.ok(answerOf(await signIn(browser, ROBIN.password)).code);
});
