/** A form that is sent twice: the browser shows the second answer, which must be as good as the first. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Stop } from '../testing/browser.ts';
import { currentCode, formAction, formPost, hiddenFields, TestBrowser } from '../testing/browser.ts';
import { answerOf, authorizeUrl, claimsOf, redeem, signInAndStepUp } from '../testing/flow.ts';
import { ROBIN, ROBIN_RECOVERY_CODES } from '../testing/test-config.ts';
import type { TestServer } from '../testing/test-server.ts';
import { testServer } from '../testing/test-server.ts';

const SESSION = '__Host-stile_session';

/** Sends the form twice at once, with the cookies of before; the browser keeps what the second answer says, and follows it. */
const twiceAtOnce = async (browser: TestBrowser, page: Stop, fields: Readonly<Record<string, string>>) => {
  const before = browser.cookies.get(SESSION);
  const form = formPost({ ...hiddenFields(page), ...fields });
  const [first, second] = [browser.send(formAction(page), form), browser.send(formAction(page), form)];
  const answers = [await first, await second] as const;
  const cookies = answers.map((response) => cookieIn(response));
  return { answers, cookies, before };
};

const cookieIn = (response: Response): string | undefined =>
  new RegExp(`${SESSION}=([\\w-]{43})`).exec(response.headers.getSetCookie().join('\n'))?.[1];

/** Goes on as a browser that kept one of the two cookies. */
const goOnWith = (browser: TestBrowser, response: Response, cookie: string | undefined): Promise<Stop> => {
  if (cookie !== undefined) browser.cookies.set(SESSION, cookie);
  return browser.go(response.headers.get('location') ?? '/nowhere');
};

const isSignedIn = async (browser: TestBrowser): Promise<boolean> =>
  answerOf(await browser.go(authorizeUrl({ prompt: 'none' }))).code !== undefined;

const challenged = async (server: TestServer) => {
  const { browser } = await signInAndStepUp(server);
  server.advance(60);
  return { browser, challenge: await browser.go(authorizeUrl({ scope: 'openid transfer:funds' })) };
};

test('a login that is sent twice at once: both answers lead home, and the session works', async (t) => {
  const server = await testServer(t);
  const browser = new TestBrowser(server);
  const login = await browser.go(authorizeUrl());
  const fields = { username: ROBIN.username, password: ROBIN.password };
  const { answers, cookies } = await twiceAtOnce(browser, login, fields);
  assert.deepEqual(
    answers.map(({ status }) => status),
    [303, 303],
  );
  const [, second] = answers;
  assert.ok(answerOf(await goOnWith(browser, second, cookies[1])).code);
  assert.ok(await isSignedIn(browser));
});

for (const [name, fields] of [
  ['a code', (server: TestServer) => ({ code: currentCode(server) })],
  ['a recovery code', () => ({ code: ROBIN_RECOVERY_CODES[0], authenticator: 'auth_user_robin_recovery-code' })],
] as const) {
  test(`${name} that is sent twice at once: both answers lead home, neither says “used already”, one proof is recorded`, async (t) => {
    const server = await testServer(t);
    const { browser, challenge } = await challenged(server);
    const { answers, cookies } = await twiceAtOnce(browser, challenge, fields(server));
    assert.deepEqual(
      answers.map(({ status }) => status),
      [303, 303],
    );
    assert.ok(cookies[0] !== undefined && cookies[0] === cookies[1]);
    const done = await goOnWith(browser, answers[1], cookies[1]);
    assert.equal(claimsOf((await redeem(server, done)).body.access_token).acr, 'mfa');
    assert.ok(await isSignedIn(browser));
    const accepted = (await server.store.audit.recent(20)).filter(({ type }) => type === 'proof.accepted');
    assert.equal(accepted.length, 2);
  });
}

test('a password that is typed again and sent twice at once: both answers lead home', async (t) => {
  const server = await testServer(t);
  const { browser } = await signInAndStepUp(server);
  const asked = await browser.go(authorizeUrl({ prompt: 'login' }));
  const { answers, cookies } = await twiceAtOnce(browser, asked, { password: ROBIN.password });
  assert.deepEqual(
    answers.map(({ status }) => status),
    [303, 303],
  );
  assert.ok(cookies[0] !== undefined && cookies[0] === cookies[1]);
  assert.ok(answerOf(await goOnWith(browser, answers[1], cookies[1])).code);
  assert.ok(await isSignedIn(browser));
});

test('a second click that comes a moment later leads home as well, with the cookie that the first was given', async (t) => {
  const server = await testServer(t);
  const { browser, challenge } = await challenged(server);
  const former = browser.cookies.get(SESSION) ?? '';
  const form = formPost({ ...hiddenFields(challenge), code: currentCode(server) });
  await browser.send(formAction(challenge), form);
  browser.cookies.set(SESSION, former);
  server.advance(10);
  const second = await browser.send(formAction(challenge), form);
  assert.equal(second.status, 303);
  assert.ok(answerOf(await browser.go(second.headers.get('location') ?? '')).code);
  assert.ok(await isSignedIn(browser));
});

test('later than that the cookie of before is nothing: the person signs in again', async (t) => {
  const server = await testServer(t);
  const { browser, challenge } = await challenged(server);
  const former = browser.cookies.get(SESSION) ?? '';
  const form = formPost({ ...hiddenFields(challenge), code: currentCode(server) });
  await browser.send(formAction(challenge), form);
  browser.cookies.set(SESSION, former);
  server.advance(11);
  assert.match((await browser.go(formAction(challenge), form)).url, /^\/login\?/);
});

test('the cookie of before serves the second click of the very same request, by its own form, and nothing else', async (t) => {
  const server = await testServer(t);
  const { browser, challenge } = await challenged(server);
  const other = await browser.go(authorizeUrl({ scope: 'openid transfer:funds', state: 'other' }));
  const former = browser.cookies.get(SESSION) ?? '';
  await browser.send(formAction(challenge), formPost({ ...hiddenFields(challenge), code: currentCode(server) }));
  browser.cookies.set(SESSION, former);
  assert.match((await browser.go(formAction(other), formPost(hiddenFields(other)))).url, /^\/login\?/);
  assert.equal((await browser.go(formAction(challenge), formPost({ csrf: 'x' }))).status, 403);
  const thief = new TestBrowser(server);
  thief.cookies.set(SESSION, former);
  assert.equal((await thief.go(formAction(challenge), formPost(hiddenFields(challenge)))).status, 400);
  assert.equal(await isSignedIn(thief), false);
});

test('after a logout the second click brings nothing back', async (t) => {
  const server = await testServer(t);
  const { browser, challenge } = await challenged(server);
  const former = browser.cookies.get(SESSION) ?? '';
  const form = formPost({ ...hiddenFields(challenge), code: currentCode(server) });
  await browser.send(formAction(challenge), form);
  await browser.go('/v2/logout');
  browser.cookies.set(SESSION, former);
  const second = await browser.go(formAction(challenge), form);
  assert.match(second.url, /^\/login\?/);
  assert.equal(await isSignedIn(browser), false);
});

test('whoever cancels while a proof is under way has cancelled', async (t) => {
  const server = await testServer(t);
  const { browser, challenge } = await challenged(server);
  const former = browser.cookies.get(SESSION) ?? '';
  const fields = hiddenFields(challenge);
  await browser.send(formAction(challenge), formPost({ ...fields, code: currentCode(server) }));
  browser.cookies.set(SESSION, former);
  const stop = await browser.go(formAction(challenge), formPost({ ...fields, cancel: '1' }));
  assert.equal(answerOf(stop).error, 'access_denied');
});

test('one request, sent for by two tabs at once, gives one code', async (t) => {
  const server = await testServer(t);
  const { browser, challenge } = await challenged(server);
  const home = await browser.send(
    formAction(challenge),
    formPost({ ...hiddenFields(challenge), code: currentCode(server) }),
  );
  const location = home.headers.get('location') ?? '';
  const stops = await Promise.all(Array.from({ length: 10 }, () => browser.go(location)));
  assert.equal(stops.filter((stop) => answerOf(stop).code !== undefined).length, 1);
});
