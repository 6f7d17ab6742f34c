/** Whom a client wants: id_token_hint, the sub claim, login_hint; and that nobody else is ever sent in their place. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestBrowser } from '../testing/browser.ts';
import { tokensOf } from '../testing/endpoints.ts';
import { answerOf, authorizeUrl, claimsOf, redeem, signInAndStepUp } from '../testing/flow.ts';
import { ROBIN, SAM } from '../testing/test-config.ts';
import type { TestServer } from '../testing/test-server.ts';
import { testServer } from '../testing/test-server.ts';

type Change = Readonly<Record<string, string | undefined>>;

const sub = (value: string): Change => ({ claims: JSON.stringify({ id_token: { sub: { value } } }) });

const idTokenOf = async (server: TestServer, user: typeof ROBIN | typeof SAM): Promise<string> => {
  const browser = new TestBrowser(server);
  const { body } = await redeem(server, await browser.signIn(await browser.go(authorizeUrl()), user));
  return String(body.id_token);
};

/** What Robin's browser gets without a page. */
const silently = async (browser: TestBrowser, change: Change): Promise<string> => {
  const answer = answerOf(await browser.go(authorizeUrl({ prompt: 'none', ...change })));
  return answer.error ?? (answer.code === undefined ? 'page' : 'code');
};

test('the person who is wanted and signed in gets the code; another one never does', async (t) => {
  const server = await testServer(t);
  const { browser } = await signInAndStepUp(server);
  const [robins, sams] = [await idTokenOf(server, ROBIN), await idTokenOf(server, SAM)];
  assert.equal(await silently(browser, { id_token_hint: robins }), 'code');
  assert.equal(await silently(browser, sub(ROBIN.id)), 'code');
  assert.equal(await silently(browser, { id_token_hint: robins, ...sub(ROBIN.id) }), 'code');
  assert.equal(await silently(browser, { id_token_hint: sams }), 'login_required');
  assert.equal(await silently(browser, sub(SAM.id)), 'login_required');
  assert.equal(await silently(browser, sub('user_nobody')), 'login_required');
  assert.equal(await silently(browser, { id_token_hint: robins, ...sub(SAM.id) }), 'login_required');
});

test('an expired ID token still says whom it was about', async (t) => {
  const server = await testServer(t);
  const { browser } = await signInAndStepUp(server);
  const hint = await idTokenOf(server, ROBIN);
  server.advance(86_400);
  assert.equal(await silently(browser, { id_token_hint: hint }), 'code');
});

test('what is no ID token of this server is no hint: an access token, a changed one, one of another issuer', async (t) => {
  const server = await testServer(t);
  const { browser } = await signInAndStepUp(server);
  const { access_token: accessToken, id_token: idToken } = await tokensOf(server, {}, browser);
  const [head = '', , signature = ''] = String(idToken).split('.');
  const forged = Buffer.from(JSON.stringify({ ...claimsOf(idToken), sub: SAM.id })).toString('base64url');
  const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'JWT' })).toString('base64url');
  const foreign = server.deps.keys.sign('RS256', 'JWT', { ...claimsOf(idToken), iss: 'https://elsewhere.example/' });
  const hints = [
    accessToken,
    `${head}.${forged}.${signature}`,
    `${none}.${forged}.`,
    foreign,
    'x',
    `${String(idToken)}=`,
  ];
  for (const hint of hints) assert.equal(await silently(browser, { id_token_hint: String(hint) }), 'invalid_request');
});

test('when another person is wanted the login page comes, and only that person’s login is of use', async (t) => {
  const server = await testServer(t);
  const { browser } = await signInAndStepUp(server);
  const hint = await idTokenOf(server, SAM);
  const login = await browser.go(authorizeUrl({ id_token_hint: hint }));
  assert.match(login.url, /^\/login\?/);
  const { body } = await redeem(server, await browser.signIn(login, SAM));
  assert.equal(claimsOf(body.id_token).sub, SAM.id);
});

test('whoever else signs in there is refused, and the client is told so', async (t) => {
  const server = await testServer(t);
  for (const before of ['nobody', 'robin'] as const) {
    const browser = new TestBrowser(server);
    if (before === 'robin') await signInAndStepUp(server, {}, browser);
    const login = await browser.go(authorizeUrl(sub(SAM.id)));
    assert.match(login.url, /^\/login\?/);
    const { error, code } = answerOf(await browser.signIn(login, ROBIN));
    assert.deepEqual([error, code], ['login_required', undefined]);
  }
});

test('the session of the one is over when the other signs in within it', async (t) => {
  const server = await testServer(t);
  const { browser } = await signInAndStepUp(server);
  const robinsCookie = browser.cookies.get('__Host-stile_session') ?? '';
  await browser.signIn(await browser.go(authorizeUrl(sub(SAM.id))), SAM);
  const thief = new TestBrowser(server);
  thief.cookies.set('__Host-stile_session', robinsCookie);
  assert.equal(await silently(thief, {}), 'login_required');
});

test('login_hint fills in the name and decides nothing', async (t) => {
  const server = await testServer(t);
  const { browser } = await signInAndStepUp(server);
  assert.equal(await silently(browser, { login_hint: 'sam' }), 'code');
  const login = await new TestBrowser(server).go(authorizeUrl({ login_hint: 'sam' }));
  assert.match(login.html, /value="sam"/);
  const nobody = await new TestBrowser(server).go(authorizeUrl({ login_hint: 'nobody' }));
  assert.equal(nobody.status, 200);
});

for (const [asked, accepted, expected] of [
  ['de', undefined, 'de'],
  ['fr-FR de-CH en', undefined, 'de'],
  ['xx', 'de-DE', 'de'],
  [undefined, 'de-DE,de;q=0.9', 'de'],
  ['en', 'de', 'en'],
  ['"><script> de', undefined, 'de'],
] as const) {
  test(`the page speaks ${expected} for ui_locales ${asked} and accept-language ${accepted}`, async (t) => {
    const server = await testServer(t);
    const headers = accepted === undefined ? {} : { 'accept-language': accepted };
    const browser = new TestBrowser(server);
    const response = await browser.send(authorizeUrl({ ui_locales: asked }), { headers });
    const html = await (await browser.send(response.headers.get('location') ?? '', { headers })).text();
    assert.match(html, new RegExp(`<html lang="${expected}">`));
  });
}
