/** The word to a person whose account was signed in to where they never did. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { TestBrowser } from '../testing/browser.ts';
import { authorizeUrl, signInAndStepUp } from '../testing/flow.ts';
import type { MailServer } from '../testing/mail-server.ts';
import { mailedBy, startMailServer } from '../testing/mail-server.ts';
import { meanwhile } from '../testing/meanwhile.ts';
import { givePasskey, mustAsk } from '../testing/passkeys.ts';
import { ROBIN, SAM } from '../testing/test-config.ts';
import type { ConfigChange, StoreChange, TestServer } from '../testing/test-server.ts';
import { testServer } from '../testing/test-server.ts';

const SUBJECT = /New sign-in to your account/;

const mailed = async (
  t: TestContext,
  change: ConfigChange = (config) => config,
  wrap?: StoreChange,
): Promise<{ readonly server: TestServer; readonly post: MailServer }> => {
  const post = await startMailServer(t);
  const server = await testServer(t, (config) => mailedBy(post)(change(config)), wrap);
  return { server, post };
};

/** How many were told of a new sign-in, once all mail has left. */
const told = async ({ deps }: TestServer, { mails }: MailServer): Promise<number> => {
  await deps.notify.idle();
  return mails.filter(({ headers }) => headers.some((line) => SUBJECT.test(line))).length;
};

const signIn = async (
  server: TestServer,
  browser = new TestBrowser(server),
  who: typeof ROBIN | typeof SAM = ROBIN,
): Promise<TestBrowser> => {
  await browser.signIn(await browser.go(authorizeUrl({ prompt: 'login' })), who);
  return browser;
};

test('the very first sign-in is told to nobody, one in another browser is, and it says where from', async (t) => {
  const { server, post } = await mailed(t);
  const first = await signIn(server);
  assert.equal(await told(server, post), 0);
  const login = await new TestBrowser(server).go(authorizeUrl());
  assert.equal(login.status, 200);
  assert.equal(await told(server, post), 0, 'who looks at the page has not signed in');
  await signIn(server);
  assert.equal(await told(server, post), 1);
  const mail = post.mails.find(({ headers }) => headers.some((line) => SUBJECT.test(line)));
  assert.deepEqual(mail?.to, ['robin@fabrikam.example']);
  assert.match(mail?.text ?? '', /192\.0\.2\.\*/);
  assert.doesNotMatch(mail?.text ?? '', /192\.0\.2\.1\b/);
  server.advance(60);
  await signIn(server, first);
  assert.equal(await told(server, post), 1, 'where they did before it is no news');
});

test('a wrong password, and somebody else’s first sign-in in the same browser, are told to nobody', async (t) => {
  const { server, post } = await mailed(t);
  const browser = await signIn(server);
  const thief = new TestBrowser(server);
  await thief.signIn(await thief.go(authorizeUrl()), { ...ROBIN, password: 'not it' });
  await signIn(server, browser, SAM);
  assert.equal(await told(server, post), 0);
});

test('a passkey in a new browser is told as well', async (t) => {
  const { server, post } = await mailed(t);
  await signIn(server);
  const { passkey } = await givePasskey(server, ROBIN.id);
  const browser = new TestBrowser(server);
  const login = await browser.go(authorizeUrl());
  const credential = passkey.get(mustAsk(login, server));
  await browser.submit(login, { username: '', password: '', passkey: '1', credential });
  assert.equal(await told(server, post), 1);
});

test('whoever knows a password cannot bury its owner in mail', async (t) => {
  const { server, post } = await mailed(t);
  await signIn(server);
  for (let times = 0; times < 8; times += 1) {
    server.advance(60);
    await signIn(server);
  }
  assert.equal(await told(server, post), 5);
  server.advance(3600);
  await signIn(server);
  assert.equal(await told(server, post), 6);
});

test('a known browser in a new country is told, once it was accepted at home', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'stile-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const locations = join(folder, 'places.csv');
  writeFileSync(locations, '192.0.2.0/24,DE,52.5,13.4\n198.51.100.0/24,AQ,-90,0\n');
  const { server, post } = await mailed(t, (config) => ({
    ...config,
    risk: { newCountry: { acr: 'mfa' }, locations },
  }));
  const { browser } = await signInAndStepUp(server);
  server.advance(60);
  await signIn(server, browser);
  assert.equal(await told(server, post), 0);
  const abroad = new TestBrowser(server, '198.51.100.7');
  for (const [name, value] of browser.cookies) if (!name.endsWith('session')) abroad.cookies.set(name, value);
  await signIn(server, abroad);
  assert.equal(await told(server, post), 1);
});

test('T16: a store that cannot say whether it is new begins no session', async (t) => {
  let broken = false;
  const { server, post } = await mailed(t, undefined, (store) => ({
    ...store,
    throttles: {
      ...store.throttles,
      take: (limits, now) =>
        broken && limits.some(({ key }) => key.startsWith('new-device'))
          ? Promise.reject(new Error('broken'))
          : store.throttles.take(limits, now),
    },
  }));
  await signIn(server);
  broken = true;
  const browser = await signIn(server);
  assert.equal((await server.store.sessions.ofUser(ROBIN.id)).length, 1);
  assert.match((await browser.go('/account')).url, /^\/login/);
  assert.equal(await told(server, post), 0);
});

test('a sign-in that is not recorded is told to nobody', async (t) => {
  const moment = meanwhile();
  const { server, post } = await mailed(t, undefined, moment.wrap);
  await signIn(server);
  moment.next((store) => store.users.setBlocked(ROBIN.id, server.deps.now(), []), 'recordProof');
  await signIn(server);
  assert.equal(await told(server, post), 0);
});
