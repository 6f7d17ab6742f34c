/** Forms of the account pages that somebody else made, or that were made for something else. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { currentCode, formPost, hiddenFields, TestBrowser } from '../testing/browser.ts';
import { authorizeUrl, signInAndStepUp } from '../testing/flow.ts';
import { ROBIN, SAM } from '../testing/test-config.ts';
import type { TestServer } from '../testing/test-server.ts';
import { testServer } from '../testing/test-server.ts';

const TOTP = 'auth_user_robin_totp';

const posts: readonly (readonly [path: string, fields: Readonly<Record<string, string>>])[] = [
  ['/account', { everywhere: '1' }],
  ['/account/add', { factor: 'totp' }],
  ['/account/enrol', { ceremony: 'cer_x', code: '123456' }],
  [`/account/authenticator?id=${TOTP}`, { name: 'Mine' }],
  [`/account/remove?id=${TOTP}`, { remove: '1' }],
  ['/account/password', { password: ROBIN.password, new_password: 'seventeen quiet violins' }],
];

const proven = async (server: TestServer): Promise<TestBrowser> => {
  const { browser, stop } = await signInAndStepUp(server, { scope: 'openid', acr_values: 'mfa' });
  assert.equal(stop.status, 303);
  return browser;
};

const everythingOf = async (server: TestServer): Promise<string> =>
  JSON.stringify([
    await server.store.authenticators.ofUser(ROBIN.id),
    (await server.store.sessions.ofUser(ROBIN.id)).map(({ id, endedAt }) => [id, endedAt]),
  ]);

test('CSRF: a form without its value, with a made-up one, or with one of another page changes nothing', async (t) => {
  const server = await testServer(t);
  const browser = await proven(server);
  const before = await everythingOf(server);
  const { csrf: ofAnother = '' } = hiddenFields(
    await browser.go('/account/activity').then(() => browser.go('/account/not-me')),
  );
  for (const [path, fields] of posts) {
    for (const csrf of [undefined, '', 'x'.repeat(77), path === '/account' ? 'y' : ofAnother]) {
      const answer = await browser.send(path, formPost({ ...(csrf !== undefined && { csrf }), ...fields }));
      assert.equal(answer.status, 403, path);
    }
    const twice = await browser.send(path, {
      method: 'POST',
      body: 'csrf=a&csrf=b',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    assert.equal(twice.status, 403);
    const json = await browser.send(path, {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json' },
    });
    assert.equal(json.status, 400);
  }
  assert.equal(await everythingOf(server), before);
});

test('a page that was shown in one session is not answered in another, not even of the same person or browser', async (t) => {
  const server = await testServer(t);
  const browser = await proven(server);
  const page = await browser.go(`/account/authenticator?id=${TOTP}`);
  const fields = { ...hiddenFields(page), name: 'Swapped' };
  // Somebody else, then the same person again, signs in between the page and the answer.
  for (const who of [SAM, ROBIN]) {
    server.advance(31);
    let stop = await browser.go(authorizeUrl({ scope: 'openid', prompt: 'login' }));
    if (stop.html.includes('name="other"') && who === SAM) stop = await browser.submit(stop, { other: '1' });
    stop = await browser.signIn(stop, who);
    const answer = await browser.send(`/account/authenticator?id=${TOTP}`, formPost(fields));
    if (who === SAM) assert.equal(answer.status, 403);
  }
  const names = (await server.store.authenticators.ofUser(ROBIN.id)).map(({ name }) => name);
  assert.ok(!names.includes('Swapped'));
});

test('a form of another browser, with its session cookie alone or its form alone, changes nothing', async (t) => {
  const server = await testServer(t);
  const browser = await proven(server);
  const page = await browser.go('/account/password');
  const thief = new TestBrowser(server);
  const session = browser.cookies.get('__Host-stile_session') ?? '';
  thief.cookies.set('__Host-stile_session', session);
  assert.equal((await thief.go('/account')).status, 400, 'the cookie of the browser is missing');
  thief.cookies.clear();
  await thief.go(authorizeUrl());
  thief.cookies.set('__Host-stile_session', session);
  const answer = await thief.submit(page, { password: ROBIN.password, new_password: 'seventeen quiet violins' });
  assert.equal(answer.status, 403);
});

test('nobody who is signed out changes anything with a form of before', async (t) => {
  const server = await testServer(t);
  const browser = await proven(server);
  const page = await browser.go(`/account/remove?id=auth_user_robin_recovery-code`);
  await server.store.sessions.endAllOf(ROBIN.id, server.deps.now(), []);
  assert.match((await browser.submit(page, { remove: '1' })).url, /^\/login/);
  assert.equal((await server.store.authenticators.ofUser(ROBIN.id)).length, 3);
});

test('a link begins, changes and removes nothing', async (t) => {
  const server = await testServer(t);
  const browser = await proven(server);
  const before = await everythingOf(server);
  for (const [path, fields] of posts) {
    await browser.go(`${path}${path.includes('?') ? '&' : '?'}${new URLSearchParams(fields)}`);
  }
  await browser.go('/account/add?kind=totp');
  assert.equal(await everythingOf(server), before);
  assert.equal((await browser.go('/account/enrol')).url, '/account/add');
});

test('open redirect: the way back leads to a page of the account and nowhere else', async (t) => {
  const server = await testServer(t);
  const browser = await proven(server);
  for (const state of [
    '//evil.example',
    'https://evil.example/account',
    '/account/../..//evil.example',
    '/login',
    '',
  ]) {
    const answer = await browser.send(`/account/signed-in?code=x&state=${encodeURIComponent(state)}`);
    assert.equal(answer.headers.get('location'), '/account', state);
  }
  const twice = await browser.send('/account/signed-in?state=/account/add&state=/account/password');
  assert.equal(twice.headers.get('location'), '/account');
});

test('whoever cancels the proof is back at their account, and whoever cancels the sign-in is told so', async (t) => {
  const server = await testServer(t);
  const stranger = new TestBrowser(server);
  const cancelled = await stranger.submit(await stranger.go('/account'), { cancel: '1' });
  const page = await stranger.go(cancelled.url.replace('https://login.fabrikam.example', ''));
  assert.match(page.html, /You are not signed in/);
  const browser = await proven(server);
  server.advance(302);
  const challenge = await browser.go('/account/add');
  const back = await browser.submit(challenge, { cancel: '1' });
  assert.equal((await browser.go(back.url.replace('https://login.fabrikam.example', ''))).url, '/account');
  assert.equal(challenge.status, 200);
  assert.ok(currentCode(server).length === 6);
});
