/** The account pages, through the app: who sees them, and what it takes to add, change and remove an authenticator. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { authenticatorsOf, connect, pathOf, proven, ROBINS_TOTP, reach } from '../testing/account.ts';
import { currentCode, formPost, hiddenFields, TestBrowser } from '../testing/browser.ts';
import { authorizeUrl } from '../testing/flow.ts';
import { ROBIN, ROBIN_RECOVERY_CODES, SAM } from '../testing/test-config.ts';
import { testServer } from '../testing/test-server.ts';

const CODES = 'auth_user_robin_recovery-code';

test('whoever is not signed in is asked to, and comes back to the page', async (t) => {
  const server = await testServer(t);
  const browser = new TestBrowser(server);
  const login = await browser.go('/account/activity');
  assert.match(login.url, /^\/login\?/);
  const page = await reach(browser, '/account/activity');
  assert.equal(page.url, '/account/activity');
  assert.match(page.html, /Signed in: Password/);
});

test('the overview shows what somebody has, where they are signed in, and what happened', async (t) => {
  const server = await testServer(t);
  const browser = new TestBrowser(server);
  const page = await reach(browser, '/account');
  assert.equal(page.status, 200);
  for (const words of ['Pixel 9', 'Authenticator app', 'Recovery codes', '2 left', 'This device', '192.0.2.*'])
    assert.ok(page.html.includes(words), words);
  assert.match(page.html, /You have only 2 recovery codes left/);
  assert.ok(!page.html.includes('192.0.2.10'), 'not the whole address');
  assert.equal(page.response.headers.get('cache-control'), 'no-store');
});

test('a code that comes back from the authorization endpoint can be redeemed by nobody', async (t) => {
  const server = await testServer(t);
  const browser = new TestBrowser(server);
  const login = await browser.go('/account');
  const stop = await browser.signIn(login);
  const code = new URL(stop.url).searchParams.get('code') ?? '';
  assert.notEqual(code, '');
  const body = {
    grant_type: 'authorization_code',
    client_id: 'stile-account',
    code,
    redirect_uri: 'https://login.fabrikam.example/account/signed-in',
    code_verifier: 'x'.repeat(43),
  };
  const answer = await server.send('/oauth/token', formPost(body));
  assert.equal(answer.status, 400);
});

test('T8: a change needs a second proof of the last five minutes, on every page and for every form', async (t) => {
  const server = await testServer(t);
  const browser = await proven(server);
  const changes = [
    '/account/add',
    '/account/password',
    `/account/authenticator?id=${ROBINS_TOTP}`,
    `/account/remove?id=${CODES}`,
  ];
  const pages = await Promise.all(changes.map((path) => browser.go(path)));
  for (const page of pages) assert.equal(page.status, 200, page.url);
  server.advance(302);
  const before = JSON.stringify(await authenticatorsOf(server, ROBIN));
  for (const path of changes) assert.match((await browser.go(path)).url, /^\/challenge\?/, path);
  const fields = {
    name: 'Mine',
    remove: '1',
    factor: 'totp',
    password: ROBIN.password,
    new_password: 'otters juggle 7 lemons',
  };
  for (const page of pages) assert.match((await browser.submit(page, fields)).url, /^\/challenge\?/, page.url);
  assert.equal(JSON.stringify(await authenticatorsOf(server, ROBIN)), before);
  assert.equal((await browser.go('/account')).status, 200, 'looking needs no more than being signed in');
});

test('T8: the password alone is not enough for whoever has a second proof', async (t) => {
  const server = await testServer(t);
  const browser = new TestBrowser(server);
  await reach(browser, '/account');
  assert.match((await browser.go('/account/add')).url, /^\/challenge\?/);
});

test('law 7: a password thief cannot add the first second proof: it takes the guard', async (t) => {
  const server = await testServer(t);
  const browser = new TestBrowser(server);
  const login = await browser.go('/account/add');
  const stop = await browser.signIn(login, SAM);
  const page = await browser.go(pathOf(stop.url));
  assert.match(page.url, /^\/enrol\?/);
  assert.deepEqual(
    (await authenticatorsOf(server, SAM)).map(({ factor }) => factor),
    ['password'],
  );
});

test('law 7: where nobody is let through a guard they are told so, and asked nothing again', async (t) => {
  const server = await testServer(t, (config) => ({ ...config, enrolment: 'refuse' }));
  const browser = new TestBrowser(server);
  const stop = await browser.signIn(await browser.go('/account/add'), SAM);
  const refused = await browser.go(pathOf(stop.url));
  const page = await browser.go(pathOf(refused.url));
  assert.equal(page.status, 403);
  assert.match(page.html, /needs a second proof/);
});

test('several authenticator apps are added, each with its name, and each is asked for by it', async (t) => {
  const server = await testServer(t);
  const browser = await proven(server);
  assert.equal((await connect(server, browser, '  Old\u202e phone ')).url, '/account?done=added');
  const second = await connect(server, browser);
  assert.equal(second.url, '/account?done=added');
  const apps = (await authenticatorsOf(server, ROBIN)).filter(({ factor }) => factor === 'totp');
  assert.deepEqual(apps.map(({ name }) => name).sort(), ['Authenticator app', 'Old phone', 'Pixel 9']);
});

test('T13: the proof that comes with an enrolment serves nothing else', async (t) => {
  const server = await testServer(t);
  const browser = await proven(server);
  const before = await server.store.sessions.ofUser(ROBIN.id);
  await connect(server, browser, 'New');
  const after = await server.store.sessions.ofUser(ROBIN.id);
  assert.deepEqual(after[0]?.events, before[0]?.events);
});

test('a wrong first code enrols nothing, keeps the name that was typed, and can be corrected', async (t) => {
  const server = await testServer(t);
  const browser = await proven(server);
  const question = await browser.submit(await browser.go('/account/add'), { factor: 'totp' });
  const wrong = await browser.submit(question, { code: '000000', name: 'My <b>phone</b>' });
  assert.equal(wrong.status, 400);
  assert.ok(wrong.html.includes('My &lt;b&gt;phone&lt;/b&gt;'));
  assert.equal((await authenticatorsOf(server, ROBIN)).length, 3);
});

test('law 5: one enrolment that is finished by many requests at once adds one authenticator', async (t) => {
  const server = await testServer(t);
  const browser = await proven(server);
  const question = await browser.submit(await browser.go('/account/add'), { factor: 'totp' });
  const secret = /class="key"[^>]*>([\s\S]*?)<\/p>/.exec(question.html)?.[1]?.replace(/<[^>]*>|\s/g, '') ?? '';
  const answer = formPost({ ...hiddenFields(question), code: currentCode(server, secret), name: 'Once' });
  const answers = await Promise.all(Array.from({ length: 8 }, () => browser.send('/account/enrol', answer)));
  assert.equal(answers.filter(({ status }) => status === 303).length, 1);
  assert.equal((await authenticatorsOf(server, ROBIN)).length, 4);
});

test('T13: an enrolment is finished by the page that was shown last, and only in the session that began it', async (t) => {
  const server = await testServer(t);
  const one = await proven(server);
  server.advance(60);
  const other = await proven(server);
  const first = await one.submit(await one.go('/account/add'), { factor: 'totp' });
  await one.submit(await one.go('/account/add'), { factor: 'totp' });
  assert.match((await one.submit(first, { code: '123456' })).html, /begun again in another window/);
  assert.equal((await other.go('/account/enrol')).url, '/account/add');
  const { ceremony = '' } = hiddenFields(await one.go('/account/enrol'));
  const { csrf = '' } = hiddenFields(await other.go('/account/add'));
  const swapped = await other.go('/account/enrol', formPost({ csrf, ceremony, code: '123456' }));
  assert.equal(swapped.status, 403);
});

test('new recovery codes are shown before they count, and then the earlier ones do not any more', async (t) => {
  const server = await testServer(t);
  const browser = await proven(server);
  const page = await browser.submit(await browser.go('/account/add?kind=recovery-code'), { factor: 'recovery-code' });
  const shown = [...page.html.matchAll(/<li>([0-9A-Z]{4}(?:-[0-9A-Z]{4}){5})<\/li>/g)].map(([, code = '']) => code);
  assert.equal(shown.length, 10);
  const sheet = async () => (await authenticatorsOf(server, ROBIN)).filter(({ id }) => id === CODES);
  const before = await sheet();
  assert.deepEqual(await sheet(), before, 'until they are said to be kept, the earlier ones are good');
  const done = await browser.submit(page, {});
  assert.equal(done.url, '/account?done=codes');
  assert.equal((await sheet()).length, 1);
  assert.match(done.html, /10 left/);
  const elsewhere = new TestBrowser(server);
  const challenge = await elsewhere.signIn(await elsewhere.go(authorizeUrl({ scope: 'openid', acr_values: 'mfa' })));
  const byCode = await elsewhere.go(`${challenge.url}&use=${CODES}`);
  const refused = await elsewhere.submit(byCode, { code: ROBIN_RECOVERY_CODES[0] });
  assert.equal(refused.status, 400);
  assert.equal((await elsewhere.submit(refused, { code: shown[0] ?? '' })).status, 303);
});

test('an authenticator is renamed and preferred; hostile names are refused or shown as text', async (t) => {
  const server = await testServer(t);
  const browser = await proven(server);
  const page = await browser.go(`/account/authenticator?id=${ROBINS_TOTP}`);
  for (const name of ['', '   ', '\u200b\u202e', 'x'.repeat(51)]) {
    assert.equal((await browser.submit(page, { name })).status, 400, name);
  }
  const hostile = '"><script>alert(1)</script>';
  const renamed = await browser.submit(page, { name: hostile });
  assert.equal(renamed.url, '/account?done=renamed');
  assert.ok(!renamed.html.includes('<script>alert'));
  assert.ok(renamed.html.includes('&lt;script&gt;alert(1)'));
  const codes = await browser.go(`/account/authenticator?id=${CODES}`);
  assert.equal((await browser.submit(codes, { prefer: '1' })).url, '/account?done=preferred');
  const elsewhere = new TestBrowser(server);
  const challenge = await elsewhere.signIn(await elsewhere.go(authorizeUrl({ scope: 'openid', acr_values: 'mfa' })));
  assert.match(challenge.html, /Recovery code/);
});

test('an authenticator is removed, and with it what it had proven', async (t) => {
  const server = await testServer(t, (config) => ({ ...config, apis: [], clients: [] }));
  const browser = await proven(server);
  const confirm = await browser.go(`/account/remove?id=${ROBINS_TOTP}`);
  assert.equal((await browser.submit(confirm, {})).url, '/account', 'not without saying so');
  const removed = await browser.submit(confirm, { remove: '1' });
  assert.equal(removed.url, '/account?done=removed');
  assert.deepEqual(
    (await authenticatorsOf(server, ROBIN)).map(({ factor }) => factor),
    ['password', 'recovery-code'],
  );
  assert.equal((await browser.submit(confirm, { remove: '1' })).status, 200);
});

test('the last one that reaches a level which is demanded somewhere is not removed, nor the last way to sign in', async (t) => {
  const server = await testServer(t);
  const browser = await proven(server);
  for (const id of [ROBINS_TOTP, 'auth_user_robin_password']) {
    const page = await browser.go(`/account/remove?id=${id}`);
    assert.match(page.html, /role="alert"/);
    const csrf = hiddenFields(await browser.go(`/account/remove?id=${CODES}`)).csrf ?? '';
    const forced = await browser.go(`/account/remove?id=${id}`, formPost({ csrf, remove: '1' }));
    assert.equal(forced.status, 409);
  }
  assert.equal((await authenticatorsOf(server, ROBIN)).length, 3);
});

test('of two apps that are removed at the same time, because each sees the other, one stays', async (t) => {
  const server = await testServer(t);
  const browser = await proven(server);
  await connect(server, browser, 'Second');
  const apps = (await authenticatorsOf(server, ROBIN)).filter(({ factor }) => factor === 'totp');
  const pages = await Promise.all(apps.map(({ id }) => browser.go(`/account/remove?id=${id}`)));
  const answers = await Promise.all(
    pages.map((page, i) =>
      browser.send(`/account/remove?id=${apps[i]?.id}`, formPost({ ...hiddenFields(page), remove: '1' })),
    ),
  );
  assert.ok(answers.every(({ status }) => status === 303 || status === 409));
  assert.equal((await authenticatorsOf(server, ROBIN)).filter(({ factor }) => factor === 'totp').length, 1);
});

test('an id of somebody else’s finds nothing, and is told from one of nobody’s by nothing', async (t) => {
  const server = await testServer(t);
  const browser = await proven(server);
  const own = await browser.go(`/account/authenticator?id=${ROBINS_TOTP}`);
  const { csrf = '' } = hiddenFields(own);
  const before = JSON.stringify(await authenticatorsOf(server, SAM));
  for (const id of ['auth_user_sam_password', 'auth_of_nobody']) {
    assert.equal((await browser.send(`/account/authenticator?id=${id}`)).headers.get('location'), '/account');
    for (const fields of [{ name: 'Mine' }, { prefer: '1' }]) {
      const answer = await browser.send(`/account/authenticator?id=${id}`, formPost({ csrf, ...fields }));
      assert.equal(answer.headers.get('location'), '/account');
    }
  }
  assert.equal(JSON.stringify(await authenticatorsOf(server, SAM)), before);
});
