/** What else is somebody's own: their password, their sessions and devices, and what they are told. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { secondsAfter } from '@stile/core';
import { authenticatorsOf, connect, pathOf, proven, ROBINS_TOTP } from '../testing/account.ts';
import { TestBrowser, unescaped } from '../testing/browser.ts';
import { authorizeUrl, signInAndStepUp } from '../testing/flow.ts';
import { ROBIN, SAM } from '../testing/test-config.ts';
import { testServer } from '../testing/test-server.ts';

test('whoever has no second proof changes their password with a fresh one', async (t) => {
  const server = await testServer(t);
  const browser = new TestBrowser(server);
  const stop = await browser.signIn(await browser.go('/account/password'), SAM);
  const page = await browser.go(pathOf(stop.url));
  assert.equal(page.url, '/account/password');
  const done = await browser.submit(page, { password: SAM.password, new_password: 'seventeen quiet violins' });
  assert.equal(done.url, '/account?done=password');
  server.advance(302);
  assert.match((await browser.go('/account/password')).url, /^\/challenge\?/);
});

test('the password is changed for the one until now, within the limits, and signs out everywhere else', async (t) => {
  const server = await testServer(t);
  const elsewhere = await signInAndStepUp(server, { scope: 'openid offline_access', audience: undefined });
  server.advance(60);
  const browser = await proven(server);
  const page = await browser.go('/account/password');
  const next = 'seventeen quiet violins';
  const wrong = await browser.submit(page, { password: 'not it', new_password: next });
  assert.deepEqual([wrong.status, /not your password/.test(wrong.html)], [400, true]);
  for (const weak of ['short', 'password', `${ROBIN.username}2026`, ROBIN.password, 'a\u0000bcdefgh']) {
    const refused = await browser.submit(page, { password: ROBIN.password, new_password: weak });
    assert.equal(refused.status, 400, weak);
    assert.ok(!refused.html.includes(`value="${weak}"`));
  }
  assert.equal(
    (await browser.submit(page, { password: ROBIN.password, new_password: next })).url,
    '/account?done=password',
  );
  assert.match((await elsewhere.browser.go(authorizeUrl())).url, /^\/login/);
  assert.equal((await browser.go('/account')).status, 200, 'this one stays');
  const again = new TestBrowser(server);
  assert.equal((await again.signIn(await again.go('/account'))).status, 400);
  assert.ok(!server.logged.some((line) => line.includes(next)));
});

test('programs that keep passwords find the page where one is changed', async (t) => {
  const server = await testServer(t);
  const answer = await server.send('/.well-known/change-password');
  assert.deepEqual([answer.status, answer.headers.get('location')], [303, '/account/password']);
  const browser = await proven(server);
  assert.equal((await browser.go('/.well-known/change-password')).url, '/account/password');
});

test('guessing the password until now runs into the limits', async (t) => {
  const server = await testServer(t);
  const browser = await proven(server);
  const page = await browser.go('/account/password');
  const statuses: number[] = [];
  for (let tries = 0; tries < 12; tries += 1) {
    statuses.push(
      (await browser.submit(page, { password: `guess ${tries}`, new_password: 'seventeen quiet violins' })).status,
    );
  }
  assert.equal(statuses[0], 400);
  assert.equal(statuses.at(-1), 429);
});

test('T21: one session is signed out, all others are, and nobody else’s', async (t) => {
  const server = await testServer(t);
  const others = [await signInAndStepUp(server), await signInAndStepUp(server)];
  const sam = new TestBrowser(server);
  await sam.signIn(await sam.go(authorizeUrl()), SAM);
  const [theirs] = await server.store.sessions.ofUser(SAM.id);
  server.advance(30);
  const browser = await proven(server);
  const page = await browser.go('/account');
  const ends = [...page.html.matchAll(/name="end" value="([^"]*)"/g)].map(([, id = '']) => unescaped(id));
  assert.equal(ends.length, 2);
  assert.equal((await browser.submit(page, { end: theirs?.id ?? '' })).url, '/account');
  assert.equal((await server.store.sessions.ofUser(SAM.id)).length, 1);
  assert.equal((await browser.submit(page, { end: ends[0] ?? '' })).url, '/account?done=signed-out');
  assert.equal((await browser.submit(page, { everywhere: '1' })).url, '/account?done=everywhere');
  for (const { browser: other } of others) assert.match((await other.go(authorizeUrl())).url, /^\/login/);
  assert.equal((await server.store.sessions.ofUser(ROBIN.id)).length, 1);
});

test('signing out others needs a fresh proof as well', async (t) => {
  const server = await testServer(t);
  await signInAndStepUp(server);
  const browser = await proven(server);
  const page = await browser.go('/account');
  server.advance(302);
  assert.match((await browser.submit(page, { everywhere: '1' })).url, /^\/challenge/);
  assert.equal((await server.store.sessions.ofUser(ROBIN.id)).length, 2);
});

test('T20: a remembered device is listed and forgotten by its person alone', async (t) => {
  const server = await testServer(t);
  const browser = await proven(server);
  const now = server.deps.now();
  for (const [id, user] of [
    ['mine', ROBIN],
    ['theirs', SAM],
  ] as const) {
    const userAgent = 'Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0';
    const times = { createdAt: now, lastUsedAt: now, expiresAt: secondsAfter(now, 86_400), revokedAt: null };
    await server.store.devices.remember(
      { id, userId: user.id, secretHash: id, userAgent, acrs: ['mfa'], ...times },
      [],
      null,
    );
  }
  const page = await browser.go('/account');
  assert.match(page.html, /Firefox, Linux/);
  assert.doesNotMatch(page.html, /value="theirs"/);
  assert.equal((await browser.submit(page, { forget: 'theirs' })).url, '/account');
  assert.equal((await browser.submit(page, { forget: 'mine' })).url, '/account?done=forgotten');
  assert.equal((await server.store.devices.ofUser(ROBIN.id, now)).length, 0);
  assert.equal((await server.store.devices.ofUser(SAM.id, now)).length, 1);
});

test('what happened is told in words, and what another application did not is left out', async (t) => {
  const server = await testServer(t);
  const browser = await proven(server);
  await browser.submit(await browser.go(`/account/authenticator?id=${ROBINS_TOTP}`), { name: 'Phone' });
  const page = await browser.go('/account/activity');
  for (const words of ['Renamed: Authenticator app', 'Confirmed: Authenticator app', 'Signed in: Password']) {
    assert.ok(page.html.includes(words), words);
  }
  const lead = await browser.go('/account/not-me');
  for (const way of ['/account/password', '/account#ways', 'name="everywhere"'])
    assert.ok(lead.html.includes(way), way);
});

test('every change is on record, with whose it was, and without a name or a secret', async (t) => {
  const server = await testServer(t);
  const browser = await proven(server);
  await connect(server, browser, 'A very private name');
  await browser.submit(await browser.go(`/account/authenticator?id=${ROBINS_TOTP}`), { name: 'Another private name' });
  const records = (await server.store.audit.ofUser(ROBIN.id, 50)).filter(({ type }) =>
    type.startsWith('authenticator.'),
  );
  assert.deepEqual(
    records.map(({ type }) => type),
    ['authenticator.renamed', 'authenticator.added'],
  );
  assert.ok(
    records.every(({ clientId, sessionId, requestId }) => clientId === 'stile-account' && sessionId && requestId),
  );
  assert.doesNotMatch(JSON.stringify(records), /private/);
});

test('a notice by mail tells of every change, from which browser and network, and with no code or secret', async (t) => {
  const server = await testServer(t);
  const browser = await proven(server);
  await connect(server, browser, 'Spare phone');
  const apps = (await authenticatorsOf(server, ROBIN)).filter(({ name }) => name === 'Spare phone');
  await browser.submit(await browser.go(`/account/remove?id=${apps[0]?.id}`), { remove: '1' });
  const page = await browser.go('/account/password');
  await browser.submit(page, { password: ROBIN.password, new_password: 'seventeen quiet violins' });
  await server.deps.notify.idle();
  const mails = server.deps.notify.mailbox?.messages() ?? [];
  assert.deepEqual(
    mails.map(({ kind }) => kind),
    ['password.changed', 'authenticator.removed', 'authenticator.added'],
  );
  assert.match(JSON.stringify(mails), /Spare phone/);
  assert.match(JSON.stringify(mails), /192\.0\.2\.\*/);
  assert.doesNotMatch(JSON.stringify(mails), /violins|192\.0\.2\.10/);
});
