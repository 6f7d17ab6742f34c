/** Signing in: nobody learns who has an account, a cookie from before is worth nothing, and guessing is slow. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Stop } from '../testing/browser.ts';
import { formPost, hiddenFields, TestBrowser } from '../testing/browser.ts';
import { answerOf, authorizeUrl, claimsOf, redeem } from '../testing/flow.ts';
import { ROBIN, SAM } from '../testing/test-config.ts';
import type { TestServer } from '../testing/test-server.ts';
import { testServer } from '../testing/test-server.ts';

const SESSION = '__Host-stile_session';
const BROWSER = '__Host-stile_browser';
const KNOWN = '__Host-stile_known';

const loginPage = async (server: TestServer, address?: string) => {
  const browser = new TestBrowser(server, address);
  return { browser, login: await browser.go(authorizeUrl()) };
};

const tryAs = async (server: TestServer, username: string, password: string, address?: string): Promise<Stop> => {
  const { browser, login } = await loginPage(server, address);
  return browser.submit(login, { username, password });
};

const withoutSecrets = (html: string): string =>
  html
    .replaceAll(/(name="csrf" value|interaction)="?=?[^"&]*"?/g, '')
    .replaceAll(/challenge&quot;:&quot;[\w-]{43}/g, '')
    .replaceAll(/value="(nobody|robin|sam)"/g, '');

test('an unknown name, a wrong password and a blocked person look and cost the same', async (t) => {
  const server = await testServer(t);
  await server.store.users.setBlocked(SAM.id, server.deps.now(), []);
  let verifications = 0;
  const { passwords } = server.deps;
  const counting = {
    ...passwords,
    verify: (...all: Parameters<typeof passwords.verify>) => {
      verifications += 1;
      return passwords.verify(...all);
    },
  };
  Object.assign(server.deps, { passwords: counting });
  const stops = [
    await tryAs(server, 'nobody', ROBIN.password),
    await tryAs(server, 'robin', 'not my password'),
    await tryAs(server, 'sam', SAM.password),
    await tryAs(server, 'sam', 'not my password'),
  ];
  assert.equal(verifications, 4);
  assert.deepEqual(new Set(stops.map(({ status }) => status)), new Set([400]));
  assert.equal(new Set(stops.map(({ html }) => withoutSecrets(html))).size, 1);
  for (const { html, response } of stops) {
    assert.match(html, /Username and password do not match/);
    assert.deepEqual(response.headers.getSetCookie(), []);
  }
});

test('what was typed into the name field is kept, what was typed into the other is not', async (t) => {
  const stop = await tryAs(await testServer(t), 'robin<b>', 'mArKeR password');
  assert.match(stop.html, /value="robin&lt;b&gt;"/);
  assert.doesNotMatch(stop.html, /mArKeR/);
});

test('the name is the same in every case and spelling, the password is as it is', async (t) => {
  const server = await testServer(t);
  for (const username of ['ROBIN', ' robin ', 'ｒｏｂｉｎ']) {
    assert.ok(answerOf(await tryAs(server, username, ROBIN.password)).code);
  }
  for (const password of [ROBIN.password.toUpperCase(), ` ${ROBIN.password}`, `${ROBIN.password}\n`]) {
    assert.equal((await tryAs(server, 'robin', password)).status, 400);
  }
});

test('an empty field is a slip, not an attempt', async (t) => {
  const server = await testServer(t);
  const { browser, login } = await loginPage(server);
  for (let i = 0; i < 15; i += 1) {
    assert.match((await browser.submit(login, { username: '', password: 'x' })).html, /Type your username/);
    assert.match((await browser.submit(login, { username: 'robin', password: '' })).html, /Type your password/);
  }
  assert.ok(answerOf(await browser.signIn(login)).code);
});

test('after ten wrong tries from one place there is a wait, which ends by itself; other places are not concerned', async (t) => {
  const server = await testServer(t);
  for (const username of ['robin', 'nobody']) {
    for (let i = 0; i < 10; i += 1) assert.equal((await tryAs(server, username, 'wrong', '192.0.2.66')).status, 400);
    const stopped = await tryAs(server, username, ROBIN.password, '192.0.2.66');
    assert.equal(stopped.status, 429);
    assert.equal(stopped.response.headers.get('retry-after'), '30');
    assert.match(stopped.html, /too many tries/i);
  }
  assert.ok(answerOf(await tryAs(server, 'robin', ROBIN.password, '192.0.2.67')).code);
  server.advance(30);
  assert.ok(answerOf(await tryAs(server, 'robin', ROBIN.password, '192.0.2.66')).code);
});

test('a success clears the count of its own account, and of no other', async (t) => {
  const server = await testServer(t);
  for (let i = 0; i < 9; i += 1) await tryAs(server, 'robin', 'wrong', '192.0.2.66');
  for (let i = 0; i < 9; i += 1) await tryAs(server, 'sam', 'wrong', '192.0.2.66');
  assert.ok(answerOf(await tryAs(server, 'robin', ROBIN.password, '192.0.2.66')).code);
  for (let i = 0; i < 9; i += 1) assert.equal((await tryAs(server, 'robin', 'wrong', '192.0.2.66')).status, 400);
  assert.equal((await tryAs(server, 'sam', 'wrong', '192.0.2.66')).status, 400);
  assert.equal((await tryAs(server, 'sam', SAM.password, '192.0.2.66')).status, 429);
});

test('one address that tries many names is slowed as well, and successes of its own do not help it', async (t) => {
  const server = await testServer(t);
  let tries = 0;
  for (; tries < 100; tries += 1) {
    const stop = await tryAs(server, `name-${tries}`, 'wrong', '192.0.2.66');
    if (stop.status === 429) break;
    if (tries % 20 === 19) await tryAs(server, 'sam', SAM.password, '192.0.2.66');
  }
  assert.ok(tries >= 20 && tries <= 30, `${tries}`);
  assert.equal((await tryAs(server, 'sam', SAM.password, '192.0.2.66')).status, 429);
  assert.ok(answerOf(await tryAs(server, 'sam', SAM.password)).code);
});

test('strangers who use up every try for a name do not keep its owner out of a browser they have signed in before', async (t) => {
  const server = await testServer(t);
  const { browser, login } = await loginPage(server, '192.0.2.10');
  await browser.signIn(login);
  await browser.go('/v2/logout');
  for (let i = 0; i < 110; i += 1) await tryAs(server, 'robin', 'wrong', `198.51.100.${i}`);
  assert.equal((await tryAs(server, 'robin', ROBIN.password, '203.0.113.1')).status, 429);
  assert.ok(answerOf(await browser.signIn(await browser.go(authorizeUrl()))).code);
  // The mark is of that browser and that person: neither serves anybody else.
  const thief = new TestBrowser(server, '203.0.113.2');
  thief.cookies.set(KNOWN, browser.cookies.get(KNOWN) ?? '');
  assert.equal((await thief.signIn(await thief.go(authorizeUrl()))).status, 429);
  const sams = await loginPage(server, '203.0.113.3');
  await sams.browser.signIn(sams.login, SAM);
  await sams.browser.go('/v2/logout');
  assert.equal((await sams.browser.signIn(await sams.browser.go(authorizeUrl()))).status, 429);
});

test('in a browser that is known guessing is slow as well', async (t) => {
  const server = await testServer(t);
  const { browser, login } = await loginPage(server);
  await browser.signIn(login);
  await browser.go('/v2/logout');
  const again = await browser.go(authorizeUrl());
  const wrong = { username: 'robin', password: 'wrong' };
  for (let i = 0; i < 10; i += 1) assert.equal((await browser.submit(again, wrong)).status, 400);
  assert.equal((await browser.signIn(again)).status, 429);
});

test('browsers that are known have no more guesses from one network, however many there are', async (t) => {
  const server = await testServer(t);
  const browsers: TestBrowser[] = [];
  for (let n = 0; n < 4; n += 1) {
    const { browser, login } = await loginPage(server, '198.51.100.66');
    await browser.signIn(login);
    await browser.go('/v2/logout');
    browsers.push(browser);
  }
  const statuses: number[] = [];
  for (let i = 0; i < 12; i += 1) {
    const browser = browsers[i % browsers.length] ?? assert.fail();
    const page = await browser.go(authorizeUrl());
    statuses.push((await browser.submit(page, { username: 'robin', password: 'wrong' })).status);
  }
  assert.deepEqual(statuses.slice(-3), [400, 429, 429]);
});

test('session fixation: a cookie that was there before the login opens nothing after it', async (t) => {
  const server = await testServer(t);
  const attacker = await loginPage(server);
  await attacker.browser.signIn(attacker.login, SAM);
  for (const planted of ['f'.repeat(43), attacker.browser.cookies.get(SESSION) ?? '']) {
    const { browser } = await loginPage(server);
    browser.cookies.set(SESSION, planted);
    const login = await browser.go(
      authorizeUrl({ claims: JSON.stringify({ id_token: { sub: { value: ROBIN.id } } }) }),
    );
    assert.ok(answerOf(await browser.signIn(login)).code);
    assert.notEqual(browser.cookies.get(SESSION), planted);
    const holder = new TestBrowser(server);
    holder.cookies.set(SESSION, planted);
    assert.equal(answerOf(await holder.go(authorizeUrl({ prompt: 'none' }))).error, 'login_required');
  }
});

test('the cookie changes with every proof, and each old one is dead', async (t) => {
  const server = await testServer(t);
  const { browser, login } = await loginPage(server);
  const cookies: (string | undefined)[] = [];
  const remember = () => cookies.push(browser.cookies.get(SESSION));
  await browser.signIn(login);
  remember();
  await browser.signIn(await browser.go(authorizeUrl({ prompt: 'login' })));
  remember();
  await browser.giveCode(await browser.go(authorizeUrl({ acr_values: 'mfa' })));
  remember();
  assert.equal(new Set(cookies).size, 3);
  for (const [i, value] of cookies.entries()) {
    const holder = new TestBrowser(server);
    holder.cookies.set(SESSION, value ?? '');
    const answer = answerOf(await holder.go(authorizeUrl({ prompt: 'none' })));
    assert.equal(answer.code !== undefined, i === 2);
  }
});

test('a former cookie opens no page either, with or without the browser’s', async (t) => {
  const server = await testServer(t);
  const { browser, login } = await loginPage(server);
  await browser.signIn(login);
  const former = browser.cookies.get(SESSION) ?? '';
  const challenge = await browser.go(authorizeUrl({ acr_values: 'mfa' }));
  await browser.giveCode(challenge);
  const thief = new TestBrowser(server);
  thief.cookies.set(SESSION, former);
  thief.cookies.set(BROWSER, browser.cookies.get(BROWSER) ?? '');
  assert.doesNotMatch((await thief.go('/')).html, /robin/);
  assert.match((await thief.go(authorizeUrl())).url, /^\/login/);
});

test('CSRF: a form that does not carry its own value does nothing', async (t) => {
  const server = await testServer(t);
  const { browser, login } = await loginPage(server);
  const other = await browser.go(authorizeUrl({ state: 'other' }));
  const stranger = await loginPage(server);
  const good = { username: 'robin', password: ROBIN.password };
  const tokens = [
    undefined,
    '',
    'x'.repeat(43),
    `${hiddenFields(login).csrf}x`,
    hiddenFields(other).csrf,
    hiddenFields(stranger.login).csrf,
  ];
  for (const csrf of tokens) {
    const stop = await browser.go(login.url, formPost({ ...good, ...(csrf !== undefined && { csrf }) }));
    assert.equal(stop.status, 403);
    assert.match(stop.html, /could not be sure this came from you/);
    assert.equal(browser.cookies.has(SESSION), false);
  }
  const twice = new URLSearchParams({ ...good, csrf: hiddenFields(login).csrf ?? '' });
  const doubled = await browser.go(login.url, { ...formPost({}), body: `${twice}&csrf=x` });
  assert.equal(doubled.status, 403);
  assert.ok(answerOf(await browser.signIn(login)).code);
});

test('without its browser’s cookie, or with two of them, a form does nothing', async (t) => {
  const server = await testServer(t);
  const { browser, login } = await loginPage(server);
  const mine = browser.cookies.get(BROWSER) ?? '';
  const fields = { ...hiddenFields(login), username: 'robin', password: ROBIN.password };
  for (const cookie of ['', `${BROWSER}=${mine}; ${BROWSER}=${mine}`, `${BROWSER}=${'x'.repeat(43)}`]) {
    const response = await server.send(login.url, formPost(fields, { cookie }));
    assert.equal(response.status, 400);
    assert.deepEqual(response.headers.getSetCookie(), []);
  }
});

test('a body that is no form does nothing', async (t) => {
  const server = await testServer(t);
  const { browser, login } = await loginPage(server);
  const fields = { ...hiddenFields(login), username: 'robin', password: ROBIN.password };
  for (const contentType of ['application/json', 'text/plain', 'multipart/form-data; boundary=x']) {
    const init = { method: 'POST', body: JSON.stringify(fields), headers: { 'content-type': contentType } };
    assert.equal((await browser.go(login.url, init)).status, 400);
  }
  assert.equal(browser.cookies.has(SESSION), false);
});

test('cancelling tells the client, once, and signs nobody in or out', async (t) => {
  const server = await testServer(t);
  const { browser, login } = await loginPage(server);
  const { error, state, iss } = answerOf(await browser.submit(login, { cancel: '1', username: '', password: '' }));
  assert.deepEqual([error, state, iss], ['access_denied', 'state-1', 'https://login.fabrikam.example/']);
  assert.equal((await browser.submit(login, { cancel: '1' })).status, 400);
  assert.equal((await browser.signIn(login)).status, 400);
});

test('a login is audited for what it is, and a failure without what was typed', async (t) => {
  const server = await testServer(t);
  await tryAs(server, 'robin', 'mArKeR');
  await tryAs(server, 'mArKeR', 'mArKeR');
  const stop = await tryAs(server, 'robin', ROBIN.password);
  const sub = claimsOf((await redeem(server, stop)).body.id_token).sub;
  const records = (await server.store.audit.recent(20)).filter(({ type }) => type.startsWith('proof.'));
  assert.deepEqual(
    records.map(({ type, userId, details }) => [type, userId, details.factor, details.reason]),
    [
      ['proof.accepted', sub, 'password', undefined],
      ['proof.refused', null, 'password', 'wrong'],
      ['proof.refused', sub, 'password', 'wrong'],
    ],
  );
  assert.doesNotMatch(JSON.stringify(records) + server.logged.join(''), /mArKeR/);
});
