/** Forgotten passwords: a code to the verified address, a new password, and nothing beyond (T9). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Stop } from '../testing/browser.ts';
import { formAction, formPost, hiddenFields, TestBrowser } from '../testing/browser.ts';
import { refresh } from '../testing/endpoints.ts';
import { answerOf, authorizeUrl, redeem, signInAndStepUp } from '../testing/flow.ts';
import { afterAnswer, mailTo, pathOf } from '../testing/post.ts';
import { ROBIN, SAM } from '../testing/test-config.ts';
import type { TestServer } from '../testing/test-server.ts';
import { testServer } from '../testing/test-server.ts';

const ADDRESS = 'robin@fabrikam.example';
const NEW = 'seven lanterns over the harbour';

/** In front of the page that takes the code, for a name. */
const asked = async (server: TestServer, username: string, browser = new TestBrowser(server)) => {
  const login = await browser.go(authorizeUrl());
  const forgot = await browser.go(/href="(\/recover\?[^"]+)"/.exec(login.html)?.[1]?.replaceAll('&amp;', '&') ?? '');
  return { browser, page: await browser.submit(forgot, { username }) };
};

const interactionOf = ({ url }: Stop): string => /interaction=([\w-]+)/.exec(url)?.[1] ?? '';

test('with the code from the mail a new password is set, and the old one and every session are over', async (t) => {
  const server = await testServer(t);
  const elsewhere = await signInAndStepUp(server);
  const { body } = await redeem(server, elsewhere.stop);
  const { browser, page } = await asked(server, 'Robin');
  assert.match(page.url, /^\/reset-password\?/);
  const { code } = await mailTo(server, ADDRESS);
  const done = await browser.submit(page, { mailed: code.toLowerCase().replace('-', ' '), password: NEW });
  assert.match(done.html, /Your password is changed/);
  assert.equal(browser.cookies.has('__Host-stile_session'), false);
  const next = await browser.go(`/authorize?interaction=${interactionOf(page)}`);
  assert.match(next.url, /^\/login\?/, 'nobody is signed in by it');
  assert.equal((await browser.signIn(next)).status, 400, 'the old password is none any more');
  const again = await browser.go(next.url);
  assert.ok(answerOf(await browser.signIn(again, { username: 'robin', password: NEW })).code);
  const silent = await elsewhere.browser.go(authorizeUrl({ prompt: 'none' }));
  assert.equal(answerOf(silent).error, 'login_required');
  assert.equal((await refresh(server, body.refresh_token)).body.error, 'invalid_grant');
  assert.match((await mailTo(server, ADDRESS)).subject, /password was changed/);
});

test('T9: a reset leads round no second factor', async (t) => {
  const server = await testServer(t);
  const { browser, page } = await asked(server, 'robin');
  await browser.submit(page, { mailed: (await mailTo(server, ADDRESS)).code, password: NEW });
  const login = await browser.go(authorizeUrl({ acr_values: 'mfa' }));
  const next = await browser.signIn(login, { username: 'robin', password: NEW });
  assert.match(next.url, /^\/challenge\?/);
});

test('the link shows the page with its code, in that browser alone, and uses nothing up', async (t) => {
  const server = await testServer(t);
  const { browser } = await asked(server, 'robin');
  const { link, code } = await mailTo(server, ADDRESS);
  assert.ok(link.startsWith(server.deps.config.issuer));
  for (let i = 0; i < 3; i += 1) {
    const page = await browser.go(pathOf(link));
    assert.ok(page.html.includes(`value="${code}"`));
  }
  const scanner = await new TestBrowser(server).go(pathOf(link));
  assert.equal(scanner.status, 400);
  const stranger = await asked(server, 'sam');
  assert.match((await stranger.browser.go(pathOf(link))).html, /meant for somebody else/);
  const done = await browser.submit(await browser.go(pathOf(link)), { mailed: code, password: NEW });
  assert.match(done.html, /Your password is changed/);
});

for (const [name, codeOf, changes] of [
  ['none', async () => '', {}],
  ['a made-up one', async () => 'AAAA-BBBB', {}],
  [
    'one that was mailed for another request of the same person',
    async (server: TestServer) => {
      await asked(server, 'robin');
      return (await mailTo(server, ADDRESS)).code;
    },
    {},
  ],
  ['one that has run out', async (server: TestServer) => (await mailTo(server, ADDRESS)).code, { seconds: 901 }],
] as const) {
  test(`T13: with ${name} for a code nothing changes`, async (t) => {
    const server = await testServer(t);
    const { browser, page } = await asked(server, 'robin');
    const code = await codeOf(server);
    if ('seconds' in changes) server.advance(changes.seconds);
    const refused = await browser.submit(page, { mailed: code, password: NEW });
    assert.doesNotMatch(refused.html, /Your password is changed/);
    const other = new TestBrowser(server);
    assert.ok(answerOf(await other.signIn(await other.go(authorizeUrl()))).code, 'the old password stands');
  });
}

test('T14: one code, sent twice at once, sets one password', async (t) => {
  const server = await testServer(t);
  const { browser, page } = await asked(server, 'robin');
  const { code } = await mailTo(server, ADDRESS);
  const passwords = [NEW, 'nine foxes under the bridge'];
  const responses = await Promise.all(
    passwords.map((password) =>
      browser.send(formAction(page), formPost({ ...hiddenFields(page), mailed: code, password })),
    ),
  );
  assert.ok(responses.every(({ status }) => status === 303 || status === 400));
  const theirs = await server.store.authenticators.ofUser(ROBIN.id);
  assert.equal(theirs.filter(({ factor }) => factor === 'password').length, 1);
  const resets = (await server.store.audit.ofUser(ROBIN.id, 50)).filter(({ type }) => type === 'password.reset');
  assert.equal(resets.length, 1);
});

test('a code is tried five times at most, whoever tries', async (t) => {
  const server = await testServer(t);
  const { browser, page } = await asked(server, 'robin');
  const { code } = await mailTo(server, ADDRESS);
  for (let i = 0; i < 5; i += 1)
    assert.equal((await browser.submit(page, { mailed: 'AAAA-AAAA', password: NEW })).status, 400);
  assert.equal((await browser.submit(page, { mailed: code, password: NEW })).status, 429);
});

test('asking again and again for one name is slowed down, whether it is anybody’s or not', async (t) => {
  const server = await testServer(t);
  for (const name of ['robin', 'nobody-of-that-name']) {
    const statuses: number[] = [];
    for (let i = 0; i < 7; i += 1) statuses.push((await asked(server, name)).page.status);
    assert.deepEqual(statuses, [200, 200, 200, 200, 429, 429, 429], name);
  }
});

/** The answers to so many requests for one name, each from its own browser in a network. */
const asks = async (server: TestServer, username: string, many: number, addressOf: (n: number) => string) => {
  const statuses: number[] = [];
  for (let n = 0; n < many; n += 1) {
    statuses.push((await asked(server, username, new TestBrowser(server, addressOf(n)))).page.status);
  }
  return statuses;
};

test('a stranger who asks in the same name from one network keeps its owner out nowhere else', async (t) => {
  const server = await testServer(t);
  for (let hours = 0; hours < 12; hours += 1) {
    await asks(server, 'robin', 5, () => '198.51.100.66');
    assert.equal((await asked(server, 'robin', new TestBrowser(server, '203.0.113.1'))).page.status, 200);
    server.advance(3600);
  }
});

test('strangers from everywhere have ten codes mailed to one person, and then one in a quarter of an hour', async (t) => {
  const server = await testServer(t);
  for (const name of ['robin', 'nobody-of-that-name']) {
    const statuses = await asks(server, name, 30, (n) => `198.51.100.${n}`);
    assert.equal(statuses.filter((status) => status === 200).length, 10, name);
  }
  await afterAnswer();
  assert.equal(server.mails.length, 10);
  server.advance(900);
  assert.deepEqual(await asks(server, 'robin', 2, (n) => `203.0.113.${n}`), [200, 429]);
});

/** A browser in which Robin signed in once and is signed in no more. */
const known = async (
  server: TestServer,
  address = '192.0.2.10',
  person: { username: string; password: string } = ROBIN,
) => {
  const browser = new TestBrowser(server, address);
  await browser.signIn(await browser.go(authorizeUrl()), person);
  browser.cookies.delete('__Host-stile_session');
  return browser;
};

test('in a browser in which its owner has signed in before, strangers keep nobody from asking, nor do many ask without end there', async (t) => {
  const server = await testServer(t);
  const [browser, sams] = [await known(server), await known(server, '192.0.2.11', SAM)];
  await asks(server, 'robin', 30, (n) => `198.51.100.${n}`);
  assert.equal((await asked(server, 'robin', sams)).page.status, 429, 'known to somebody else');
  const statuses: number[] = [];
  for (let i = 0; i < 6; i += 1) statuses.push((await asked(server, 'robin', browser)).page.status);
  assert.deepEqual(statuses, [200, 200, 200, 200, 200, 429]);
  await afterAnswer();
  assert.equal(server.mails.length, 15);
  const more: number[] = [];
  for (let n = 0; n < 10; n += 1) {
    const { page } = await asked(server, 'robin', await known(server, `203.0.113.${n}`));
    more.push(page.status);
  }
  assert.equal(more.filter((status) => status === 200).length, 5, 'all that know the person have ten together');
});

test('what somebody spends who knows the password, in browsers of theirs, leaves the owner what everybody has', async (t) => {
  const server = await testServer(t);
  const owner = await known(server);
  for (const n of [1, 2, 3]) {
    const thief = await known(server, `198.51.100.${n}`);
    for (let i = 0; i < 5; i += 1) await asked(server, 'robin', thief);
  }
  assert.equal((await asked(server, 'robin', owner)).page.status, 200);
});

test('with a new password no browser is known any more in which somebody signed in with the one before', async (t) => {
  const server = await testServer(t);
  const thief = await known(server, '198.51.100.66');
  const { browser, page } = await asked(server, 'robin');
  await browser.submit(page, { mailed: (await mailTo(server, ADDRESS)).code, password: NEW });
  const strangers = await asks(server, 'robin', 30, (n) => `203.0.113.${n}`);
  assert.equal(strangers.at(-1), 429);
  assert.equal((await asked(server, 'robin', thief)).page.status, 429);
  // Nor has it guesses of its own: these are those of its network.
  const guess = async (address: string, guesser = new TestBrowser(server, address)) =>
    guesser.signIn(await guesser.go(authorizeUrl()), { username: 'robin', password: 'wrong' });
  for (let i = 0; i < 10; i += 1) assert.equal((await guess('198.51.100.66')).status, 400);
  assert.equal((await guess('198.51.100.66', thief)).status, 429);
});

test('a password that is too weak is refused before the code is looked at, and the code is left', async (t) => {
  const server = await testServer(t);
  const { browser, page } = await asked(server, 'robin');
  const { code } = await mailTo(server, ADDRESS);
  for (const password of ['short', 'password123', 'robin1234', '']) {
    const refused = await browser.submit(page, { mailed: code, password });
    assert.equal(refused.status, 400, password);
    assert.ok(refused.html.includes(`value="${code}"`));
  }
  assert.match((await browser.submit(page, { mailed: code, password: NEW })).html, /Your password is changed/);
});

test('a password that is all that somebody has must be longer, and that is told to whoever holds the code alone', async (t) => {
  const server = await testServer(t, (config) => ({
    ...config,
    users: (config.users ?? []).map((user) =>
      user.id === SAM.id ? { ...user, claims: { email: 'sam@fabrikam.example', email_verified: true } } : user,
    ),
  }));
  const { browser, page } = await asked(server, 'sam');
  const password = 'plum lantern';
  const blind = await browser.submit(page, { mailed: 'AAAA-AAAA', password });
  assert.doesNotMatch(blind.html, /too short/);
  const { code } = await mailTo(server, 'sam@fabrikam.example');
  const told = await browser.submit(page, { mailed: code, password });
  assert.match(told.html, /too short. Use at least 15/);
  assert.match((await browser.submit(page, { mailed: code, password: NEW })).html, /Your password is changed/);
});

test('who is blocked, unknown, without a verified address or without a password gets the same page and no mail', async (t) => {
  const server = await testServer(t, (config) => ({
    ...config,
    users: [
      ...(config.users ?? []),
      {
        id: 'user_uma',
        username: 'uma',
        password: 'a password of uma',
        claims: { email: 'uma@fabrikam.example', email_verified: false },
      },
      {
        id: 'user_kim',
        username: 'kim',
        password: 'a password of kim',
        claims: { email: 'kim@fabrikam.example', email_verified: true },
      },
    ],
  }));
  await server.store.users.setBlocked('user_kim', server.deps.now(), []);
  const shown = async (name: string): Promise<string> => {
    const { page } = await asked(server, name);
    assert.equal(page.status, 200);
    return page.html
      .replaceAll(interactionOf(page), 'I')
      .replaceAll(hiddenFields(page).csrf ?? '', 'C')
      .replaceAll(name, 'N');
  };
  const robins = await shown('robin');
  for (const name of ['sam', 'uma', 'kim', 'nobody']) assert.equal(await shown(name), robins, name);
  await afterAnswer();
  assert.deepEqual(new Set(server.mails.map(({ to }) => to)), new Set([ADDRESS]));
});

test('somebody who is blocked after the code was mailed gets no new password, and stays blocked', async (t) => {
  const server = await testServer(t);
  const { browser, page } = await asked(server, 'robin');
  const { code } = await mailTo(server, ADDRESS);
  await server.store.users.setBlocked(ROBIN.id, server.deps.now(), []);
  assert.equal((await browser.submit(page, { mailed: code, password: NEW })).status, 400);
  assert.notEqual((await server.store.users.find(ROBIN.id))?.blockedAt, null);
  await server.store.users.setBlocked(ROBIN.id, null, []);
  const other = new TestBrowser(server);
  assert.ok(answerOf(await other.signIn(await other.go(authorizeUrl()))).code, 'the old password stands');
});

test('the address of the link is the issuer’s, whatever Host the request names', async (t) => {
  const server = await testServer(t);
  const { browser, page } = await asked(server, 'robin');
  const response = await browser.send(
    formAction(page),
    formPost({ ...hiddenFields(page), again: '1' }, { host: 'evil.example', 'x-forwarded-host': 'evil.example' }),
  );
  assert.equal(response.status, 303);
  const { link, text } = await mailTo(server, ADDRESS);
  assert.ok(link.startsWith('https://login.fabrikam.example/reset-password?'));
  assert.doesNotMatch(text, /evil/);
});

test('where no mail leaves, or passwords are not replaced by mail, nobody is led there', async (t) => {
  const server = await testServer(t, (config) => ({ ...config, recovery: { passwordByEmail: false } }));
  const browser = new TestBrowser(server);
  const login = await browser.go(authorizeUrl());
  assert.doesNotMatch(login.html, /\/recover/);
  assert.match((await browser.go(`/recover?interaction=${interactionOf(login)}`)).url, /^\/login\?/);
  await browser.go(
    `/recover?interaction=${interactionOf(login)}`,
    formPost({ ...hiddenFields(login), username: 'robin' }),
  );
  await afterAnswer();
  assert.deepEqual(server.mails, []);
});

test('no code is in the log or on record', async (t) => {
  const server = await testServer(t);
  const { browser, page } = await asked(server, 'robin');
  const { code } = await mailTo(server, ADDRESS);
  await browser.submit(page, { mailed: code, password: NEW });
  await afterAnswer();
  const kept = JSON.stringify(await server.store.audit.recent(100)) + server.logged.join('');
  for (const secret of [code, code.replace('-', ''), NEW]) assert.ok(!kept.includes(secret));
  assert.match(kept, /"password.reset"/);
});
