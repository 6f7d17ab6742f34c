/** What ends in the very moment in which a change of an account is made. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { secondsAfter } from '@stile/core';
import type { Store } from '../store/ports.ts';
import { authenticatorsOf, proven, ROBINS_TOTP, reach } from '../testing/account.ts';
import { currentCode, TestBrowser } from '../testing/browser.ts';
import { authorizeUrl, signInAndStepUp } from '../testing/flow.ts';
import { meanwhile } from '../testing/meanwhile.ts';
import { ROBIN } from '../testing/test-config.ts';
import type { TestServer } from '../testing/test-server.ts';
import { START, testServer } from '../testing/test-server.ts';

const OTHER = 'seventeen quiet violins';

/** The forms that change something, by the page that shows each. */
const FORMS: readonly (readonly [page: string, fields: Readonly<Record<string, string>>])[] = [
  [`/account/authenticator?id=${ROBINS_TOTP}`, { name: 'Renamed' }],
  [`/account/authenticator?id=${ROBINS_TOTP}`, { prefer: '1' }],
  ['/account/remove?id=auth_user_robin_recovery-code', { remove: '1' }],
  ['/account/password', { password: ROBIN.password, new_password: OTHER }],
  ['/account', { everywhere: '1' }],
  ['/account', { end: 'elsewhere' }],
  ['/account', { forget: 'dev_robin' }],
];

const rememberIn = ({ store }: TestServer) =>
  store.devices.remember(
    {
      id: 'dev_robin',
      userId: ROBIN.id,
      secretHash: 'x',
      userAgent: '',
      acrs: ['mfa'],
      createdAt: START,
      lastUsedAt: START,
      expiresAt: secondsAfter(START, 86_400),
      revokedAt: null,
    },
    [],
    null,
  );

const belongingsIn = async ({ store }: TestServer): Promise<string> =>
  JSON.stringify([
    await store.authenticators.ofUser(ROBIN.id),
    (await store.sessions.ofUser(ROBIN.id)).map(({ id }) => id),
    await store.devices.ofUser(ROBIN.id, START),
  ]);

const changesOnRecord = async ({ store }: TestServer): Promise<readonly string[]> =>
  (await store.audit.ofUser(ROBIN.id, 100))
    .map(({ type }) => type)
    .filter((type) => /^(authenticator|sessions?|device|password|recovery_codes)\./.test(type));

for (const [path, fields] of FORMS) {
  test(`T8: ${path} (${Object.keys(fields).join()}): a session that ends meanwhile changes nothing, and is led to the sign-in`, async (t) => {
    const moment = meanwhile();
    const server = await testServer(t, undefined, moment.wrap);
    await signInAndStepUp(server, { scope: 'openid' });
    server.advance(60);
    const browser = await proven(server);
    await rememberIn(server);
    const page = await browser.go(path);
    const [here] = await server.store.sessions.ofUser(ROBIN.id);
    let before = '';
    moment.next(async (store: Store) => {
      await store.sessions.end(here?.id ?? '', server.deps.now(), []);
      before = await belongingsIn(server);
    });
    const mails = server.mails.length;
    const stop = await browser.submit(page, fields);
    assert.match(stop.url, /^\/login\?/);
    assert.equal(await belongingsIn(server), before);
    assert.deepEqual(await changesOnRecord(server), []);
    assert.equal(server.mails.length, mails, 'nobody is told of what was not done');
  });
}

test('T8: what would be added on a session that ends meanwhile is not, and the way leads to the sign-in', async (t) => {
  const moment = meanwhile();
  const server = await testServer(t, undefined, moment.wrap);
  const browser = await proven(server);
  const question = await browser.submit(await browser.go('/account/add'), { factor: 'totp' });
  const secret = /class="key"[^>]*>([\s\S]*?)<\/p>/.exec(question.html)?.[1]?.replace(/<[^>]*>|\s/g, '') ?? '';
  const [here] = await server.store.sessions.ofUser(ROBIN.id);
  moment.next((store) => store.sessions.end(here?.id ?? '', server.deps.now(), []));
  const stop = await browser.submit(question, { code: currentCode(server, secret) });
  assert.match(stop.url, /^\/login\?/);
  assert.equal((await authenticatorsOf(server, ROBIN)).length, 3);
});

test('T8: a change that rests on an authenticator which is removed meanwhile leads to another proof', async (t) => {
  const moment = meanwhile();
  const server = await testServer(t, undefined, moment.wrap);
  const browser = await proven(server);
  const page = await browser.go('/account/remove?id=auth_user_robin_recovery-code');
  moment.next((store) => store.authenticators.remove(ROBIN.id, ROBINS_TOTP, server.deps.now(), [], null));
  const stop = await browser.submit(page, { remove: '1' });
  assert.match(stop.url, /^\/challenge\?/);
  assert.deepEqual(
    (await authenticatorsOf(server, ROBIN)).map(({ factor }) => factor),
    ['password', 'recovery-code'],
  );
});

test('the session in which the password is changed goes on, and may change more', async (t) => {
  const server = await testServer(t);
  const browser = await proven(server);
  const page = await browser.go('/account/password');
  assert.match((await browser.submit(page, { password: ROBIN.password, new_password: OTHER })).url, /done=password/);
  const name = await browser.go(`/account/authenticator?id=${ROBINS_TOTP}`);
  assert.match((await browser.submit(name, { name: 'Renamed' })).url, /done=renamed/);
});

test('a sign-in whose password is changed while it is checked begins no session', async (t) => {
  const moment = meanwhile();
  const server = await testServer(t, undefined, moment.wrap);
  const owner = await proven(server);
  const page = await owner.go('/account/password');
  const thief = new TestBrowser(server);
  const login = await thief.go('/account');
  moment.next(() => owner.submit(page, { password: ROBIN.password, new_password: OTHER }));
  const stop = await thief.signIn(login);
  assert.match(stop.url, /^\/login\?/);
  assert.equal((await server.store.sessions.ofUser(ROBIN.id)).length, 1);
  assert.match((await reach(owner, '/account')).url, /^\/account/);
});

test('T20: a device whose session ends meanwhile is not remembered', async (t) => {
  const moment = meanwhile();
  const remembering = {
    everySignIn: { acr: 'mfa', unlessRemembered: true },
    rememberDevice: { acr: 'mfa', age: '30d' },
  };
  const server = await testServer(t, (config) => ({ ...config, ...remembering }), moment.wrap);
  const browser = new TestBrowser(server);
  const challenge = await browser.signIn(await browser.go(authorizeUrl()));
  moment.next((store) => store.sessions.endAllOf(ROBIN.id, server.deps.now(), []), 'remember');
  await browser.submit(challenge, { code: currentCode(server), remember: '1' });
  assert.deepEqual(await server.store.devices.ofUser(ROBIN.id, server.deps.now()), []);
  assert.ok(![...browser.cookies.keys()].some((name) => name.endsWith('device')));
});
