/** Signing out: only whom it concerns, only where the client registered, and never behind the person's back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Stop } from '../testing/browser.ts';
import { formPost, hiddenFields, TestBrowser } from '../testing/browser.ts';
import { tokensOf } from '../testing/endpoints.ts';
import { answerOf, authorizeUrl, claimsOf, redeem } from '../testing/flow.ts';
import { SAM } from '../testing/test-config.ts';
import type { TestServer } from '../testing/test-server.ts';
import { testServer } from '../testing/test-server.ts';

type Query = Readonly<Record<string, string>>;

const HOME = 'https://intranet.fabrikam.example/';
const logoutUrl = (query: Query = {}): string => `/oidc/logout?${new URLSearchParams(query)}`;

const signedIn = async (server: TestServer) => {
  const browser = new TestBrowser(server);
  const { id_token: idToken } = await tokensOf(server, {}, browser);
  return { browser, hint: String(idToken) };
};

const isSignedIn = async (browser: TestBrowser): Promise<boolean> =>
  answerOf(await browser.go(authorizeUrl({ prompt: 'none' }))).code !== undefined;

const press = (browser: TestBrowser, page: Stop, name: string): Promise<Stop> => browser.submit(page, { [name]: '1' });

test('an ID token of this very session signs out at once and leads back, with state', async (t) => {
  const server = await testServer(t);
  const { browser, hint } = await signedIn(server);
  const state = 'a&b=c d"';
  const stop = await browser.go(logoutUrl({ id_token_hint: hint, post_logout_redirect_uri: HOME, state }));
  assert.equal(stop.url, `${HOME}?state=${encodeURIComponent(state)}`);
  assert.equal(browser.cookies.has('__Host-stile_session'), false);
  assert.equal(await isSignedIn(browser), false);
  const [ended] = (await server.store.audit.recent(3)).filter(({ type }) => type === 'session.ended');
  assert.deepEqual([ended?.clientId, ended?.details], ['web', { reason: 'signed_out' }]);
});

test('the cookie of a session that was signed out opens nothing, whoever kept it', async (t) => {
  const server = await testServer(t);
  const { browser, hint } = await signedIn(server);
  const kept = new TestBrowser(server);
  for (const [name, value] of browser.cookies) kept.cookies.set(name, value);
  await browser.go(logoutUrl({ id_token_hint: hint }));
  assert.equal(await isSignedIn(kept), false);
});

test('an expired ID token of this session does as well', async (t) => {
  const server = await testServer(t);
  const { browser, hint } = await signedIn(server);
  server.advance(86_400);
  const stop = await browser.go(logoutUrl({ id_token_hint: hint, post_logout_redirect_uri: HOME }));
  assert.equal(stop.url, HOME);
});

test('without a hint the person is asked, and both answers lead back', async (t) => {
  const server = await testServer(t);
  for (const [button, staysIn] of [
    ['confirm', false],
    ['stay', true],
  ] as const) {
    const { browser } = await signedIn(server);
    const asked = await browser.go(logoutUrl({ client_id: 'web', post_logout_redirect_uri: HOME, state: 's' }));
    assert.equal(asked.status, 200);
    assert.match(asked.html, /robin/);
    assert.equal(await isSignedIn(browser), true);
    assert.equal((await press(browser, asked, button)).url, `${HOME}?state=s`);
    assert.equal(await isSignedIn(browser), staysIn);
  }
});

test('the hint of another session or another person asks as if there were none', async (t) => {
  const server = await testServer(t);
  const robin = await signedIn(server);
  const elsewhere = await signedIn(server);
  const sam = new TestBrowser(server);
  const { body } = await redeem(server, await sam.signIn(await sam.go(authorizeUrl()), SAM));
  for (const hint of [elsewhere.hint, String(body.id_token)]) {
    const asked = await robin.browser.go(logoutUrl({ id_token_hint: hint, post_logout_redirect_uri: HOME }));
    assert.equal(asked.status, 200);
    assert.match(asked.html, /name="csrf"/);
  }
  assert.equal(await isSignedIn(robin.browser), true);
  assert.equal(await isSignedIn(sam), true);
});

test('a confirmation that does not come from our own page is worth nothing', async (t) => {
  const server = await testServer(t);
  const { browser } = await signedIn(server);
  const asked = await browser.go(logoutUrl());
  const { csrf = '' } = hiddenFields(asked);
  const other = await signedIn(server);
  const foreign = hiddenFields(await other.browser.go(logoutUrl())).csrf ?? '';
  const interaction = hiddenFields(await browser.go(authorizeUrl({ prompt: 'login' }))).csrf ?? '';
  for (const init of [
    formPost({ confirm: '1' }),
    formPost({ confirm: '1', csrf: '' }),
    formPost({ confirm: '1', csrf: `${csrf}x` }),
    formPost({ confirm: '1', csrf: foreign }),
    formPost({ confirm: '1', csrf: interaction }),
  ]) {
    assert.equal((await browser.go('/oidc/logout', init)).status, 403);
  }
  assert.equal((await browser.go(logoutUrl({ confirm: '1', csrf }))).status, 403);
  assert.equal(await isSignedIn(browser), true);
});

const unsound: readonly (readonly [name: string, query: Query])[] = [
  ['an address without a client', { post_logout_redirect_uri: HOME }],
  ['an address that is not registered', { client_id: 'web', post_logout_redirect_uri: 'https://evil.example/' }],
  ['an address that only begins like one', { client_id: 'web', post_logout_redirect_uri: `${HOME}evil` }],
  ['an address of another client', { client_id: 'web', post_logout_redirect_uri: 'https://bank.fabrikam.example/' }],
  ['a script for an address', { client_id: 'web', post_logout_redirect_uri: 'javascript:alert(1)' }],
  ['a client that is not registered', { client_id: 'nobody' }],
];

for (const [name, query] of unsound) {
  test(`a page and no redirect for ${name}, signed in or not, by GET or POST`, async (t) => {
    const server = await testServer(t);
    const { browser, hint } = await signedIn(server);
    for (const who of [browser, new TestBrowser(server)]) {
      for (const stop of [await who.go(logoutUrl(query)), await who.go('/oidc/logout', formPost(query))]) {
        assert.equal(stop.status, 400);
        assert.equal(stop.response.headers.get('location'), null);
      }
    }
    const hinted = await browser.go(logoutUrl({ id_token_hint: hint, ...query, client_id: query.client_id ?? 'spa' }));
    assert.equal(hinted.status, 400);
    assert.equal(await isSignedIn(browser), true);
  });
}

test('a hint that is no ID token of ours is left aside: the person is asked, and nobody is sent anywhere by its word', async (t) => {
  const server = await testServer(t);
  const { browser, hint } = await signedIn(server);
  const [head = '', payload = ''] = hint.split('.');
  const foreign = server.deps.keys.sign('RS256', 'JWT', { ...claimsOf(hint), iss: 'https://other.example/' });
  for (const bad of ['x', `${head}.${payload}.`, foreign]) {
    const asked = await browser.go(logoutUrl({ id_token_hint: bad }));
    assert.deepEqual([asked.status, hiddenFields(asked).csrf === undefined], [200, false]);
    const redirected = await browser.go(logoutUrl({ id_token_hint: bad, post_logout_redirect_uri: HOME }));
    assert.equal((await press(browser, redirected, 'stay')).url, 'https://login.fabrikam.example/');
    const known = await browser.go(logoutUrl({ id_token_hint: bad, client_id: 'web', post_logout_redirect_uri: HOME }));
    assert.equal((await press(browser, known, 'stay')).url, HOME);
  }
  assert.equal(await isSignedIn(browser), true);
});

test('where nobody is signed in there is nothing to ask', async (t) => {
  const server = await testServer(t);
  const browser = new TestBrowser(server);
  const back = await browser.go(logoutUrl({ client_id: 'web', post_logout_redirect_uri: HOME, state: 's' }));
  assert.equal(back.url, `${HOME}?state=s`);
  const page = await browser.go(logoutUrl());
  assert.equal(page.status, 200);
  assert.match(page.html, /signed out/);
});

test('a client may post the request', async (t) => {
  const server = await testServer(t);
  const { browser, hint } = await signedIn(server);
  const stop = await browser.go('/oidc/logout', formPost({ id_token_hint: hint, post_logout_redirect_uri: HOME }));
  assert.equal(stop.url, HOME);
  assert.equal(await isSignedIn(browser), false);
});

test('a form of another site, which comes without cookies, ends nothing; whoever follows it is asked', async (t) => {
  const server = await testServer(t);
  const { browser, hint } = await signedIn(server);
  for (const fields of [{}, { client_id: 'web', post_logout_redirect_uri: HOME }] as const) {
    const posted = await server.send('/oidc/logout', formPost(fields));
    assert.equal(posted.status, 303);
    assert.deepEqual(posted.headers.getSetCookie(), []);
    const asked = await browser.go(posted.headers.get('location') ?? '');
    assert.match(asked.html, /name="csrf"/);
  }
  for (const fields of [{ confirm: '1' }, { confirm: '1', csrf: 'x' }, { stay: '1' }]) {
    const posted = await server.send('/oidc/logout', formPost(fields));
    assert.deepEqual(posted.headers.getSetCookie(), []);
  }
  assert.equal(await isSignedIn(browser), true);
  const meant = await server.send('/oidc/logout', formPost({ id_token_hint: hint, post_logout_redirect_uri: HOME }));
  assert.equal((await browser.go(meant.headers.get('location') ?? '')).url, HOME);
  assert.equal(await isSignedIn(browser), false);
});

test('T21: signing out by a posted form ends the session itself, not the cookie alone', async (t) => {
  const server = await testServer(t);
  const { browser, hint } = await signedIn(server);
  const kept = new TestBrowser(server);
  for (const [name, value] of browser.cookies) kept.cookies.set(name, value);
  const posted = await server.send('/oidc/logout', formPost({ id_token_hint: hint }));
  await browser.go(posted.headers.get('location') ?? '');
  assert.equal(await isSignedIn(kept), false);
});

test('Auth0’s way signs out at once and leads to registered addresses only', async (t) => {
  const server = await testServer(t);
  const at = (query: Query) => `/v2/logout?${new URLSearchParams(query)}`;
  const { browser } = await signedIn(server);
  for (const query of [
    { client_id: 'web', returnTo: 'https://evil.example/' },
    { returnTo: 'https://evil.example/' },
    { client_id: 'web', returnTo: 'https://bank.fabrikam.example/' },
    { client_id: 'nobody', returnTo: HOME },
  ]) {
    const stop = await browser.go(at(query));
    assert.deepEqual([stop.status, stop.response.headers.get('location')], [400, null]);
  }
  assert.equal(await isSignedIn(browser), true);
  assert.equal((await browser.go(at({ client_id: 'web', returnTo: HOME }))).url, HOME);
  assert.equal(await isSignedIn(browser), false);
  assert.equal(
    (await browser.go(at({ returnTo: 'https://bank.fabrikam.example/' }))).url,
    'https://bank.fabrikam.example/',
  );
  assert.equal((await browser.go('/v2/logout')).status, 200);
  assert.equal((await browser.go('/v2/logout?returnTo=a&returnTo=b')).status, 400);
});
