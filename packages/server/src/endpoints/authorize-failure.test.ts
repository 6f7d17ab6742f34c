/** T16: whatever breaks between a request and its answer, the answer is no. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PasswordHasherBusy } from '../factors/password-hasher.ts';
import type { Store } from '../store/ports.ts';
import { StoreUnavailable } from '../store/store-error.ts';
import { TestBrowser } from '../testing/browser.ts';
import { handedOver } from '../testing/endpoints.ts';
import { answerOf, authorizeUrl, redeem, signInAndStepUp } from '../testing/flow.ts';
import type { TestServer } from '../testing/test-server.ts';
import { testServer } from '../testing/test-server.ts';

const SECRET = 'a-detail-that-nobody-may-see';

/** A store whose ports all work until they are told to fail. */
const breakable = () => {
  const broken = new Set<string>();
  const portOf = <P extends object>(name: string, port: P): P =>
    new Proxy(port, {
      get: (target, key, receiver) => {
        if (broken.has(name) || broken.has(`${name}.${String(key)}`)) return () => Promise.reject(new Error(SECRET));
        return Reflect.get(target, key, receiver);
      },
    });
  const wrap = (store: Store): Store => ({
    ...store,
    users: portOf('users', store.users),
    authenticators: portOf('authenticators', store.authenticators),
    sessions: portOf('sessions', store.sessions),
    interactions: portOf('interactions', store.interactions),
    grants: portOf('grants', store.grants),
    throttles: portOf('throttles', store.throttles),
    audit: portOf('audit', store.audit),
  });
  return { broken, wrap };
};

const isInLog = (server: TestServer): boolean => server.logged.some((line) => line.includes(SECRET));

for (const port of ['sessions', 'users', 'authenticators', 'grants', 'grants.authorize']) {
  test(`T16: when ${port} fails at the authorization endpoint the client learns of server_error, and no code exists`, async (t) => {
    const { broken, wrap } = breakable();
    const server = await testServer(t, undefined, wrap);
    const { browser } = await signInAndStepUp(server);
    broken.add(port);
    const stop = await browser.go(authorizeUrl());
    const { error, error_description: description, state, code } = answerOf(stop);
    assert.deepEqual([error, state, code], ['server_error', 'state-1', undefined]);
    assert.doesNotMatch(description ?? '', new RegExp(SECRET));
    assert.ok(isInLog(server));
  });
}

test('T16: a window that waits for a message gets one although something broke', async (t) => {
  const { broken, wrap } = breakable();
  const server = await testServer(t, undefined, wrap);
  const { browser } = await signInAndStepUp(server);
  broken.add('audit');
  const stop = await browser.go(authorizeUrl({ response_mode: 'web_message', prompt: 'none', acr_values: 'mfa' }));
  assert.equal(handedOver(stop).response.error, 'server_error');
});

test('T16: when the request cannot be put by, no page is shown', async (t) => {
  const { broken, wrap } = breakable();
  const server = await testServer(t, undefined, wrap);
  broken.add('interactions');
  assert.equal(answerOf(await new TestBrowser(server).go(authorizeUrl())).error, 'server_error');
});

for (const port of ['throttles', 'authenticators', 'sessions.recordProof', 'interactions', 'audit']) {
  test(`T16: when ${port} fails while a wrong or right code is checked, nothing is proven`, async (t) => {
    const { broken, wrap } = breakable();
    const server = await testServer(t, undefined, wrap);
    const { browser } = await signInAndStepUp(server);
    const challenge = await browser.go(authorizeUrl({ scope: 'openid transfer:funds' }));
    broken.add(port);
    const code = port === 'audit' ? { code: '000000' } : undefined;
    const failed = code ? await browser.submit(challenge, code) : await browser.giveCode(challenge);
    assert.equal(failed.status, 500);
    assert.doesNotMatch(failed.html, new RegExp(SECRET));
    assert.match(failed.html, /req_test_\d+/);
    assert.ok(isInLog(server));
    broken.clear();
    assert.equal(
      answerOf(await browser.go(authorizeUrl({ prompt: 'none', acr_values: 'mfa' }))).error,
      'login_required',
    );
    // What was not recorded was not used up either.
    assert.ok(answerOf(await browser.giveCode(challenge)).code);
  });
}

test('T16: a failure that was judged too early leaves the login page of use', async (t) => {
  const { broken, wrap } = breakable();
  const server = await testServer(t, undefined, wrap);
  const browser = new TestBrowser(server);
  const login = await browser.go(authorizeUrl());
  broken.add('sessions.recordProof');
  const failed = await browser.signIn(login);
  assert.equal(failed.status, 500);
  assert.equal(browser.cookies.has('__Host-stile_session'), false);
  broken.clear();
  assert.ok(answerOf(await browser.signIn(login)).code);
});

test('when too many passwords are being checked the page says to come back, and nothing is recorded', async (t) => {
  const server = await testServer(t);
  const busy = { verify: () => Promise.reject(new PasswordHasherBusy()) };
  const { passwords } = server.deps;
  const browser = new TestBrowser(server);
  const login = await browser.go(authorizeUrl());
  Object.assign(server.deps, { passwords: { ...passwords, ...busy } });
  const stop = await browser.signIn(login);
  assert.equal(stop.status, 503);
  assert.equal(stop.response.headers.get('retry-after'), '2');
  Object.assign(server.deps, { passwords });
  assert.ok(answerOf(await browser.signIn(login)).code);
});

test('T16: while the store has no room everybody is told to come back, nothing is used up, and it heals by itself', async (t) => {
  let isFull = false;
  const orFull = <P extends object>(port: P): P =>
    new Proxy(port, {
      get: (target, key, receiver) =>
        isFull ? () => Promise.reject(new StoreUnavailable('full')) : Reflect.get(target, key, receiver),
    });
  const server = await testServer(t, undefined, (store) => ({
    ...store,
    interactions: orFull(store.interactions),
    grants: orFull(store.grants),
  }));
  const { browser } = await signInAndStepUp(server);
  const granted = await browser.go(authorizeUrl());
  const challenge = await browser.go(authorizeUrl({ scope: 'openid transfer:funds' }));
  isFull = true;

  assert.equal(answerOf(await browser.go(authorizeUrl())).error, 'temporarily_unavailable');
  const page = await browser.giveCode(challenge);
  assert.deepEqual([page.status, page.response.headers.get('retry-after')], [503, '5']);
  const refused = await redeem(server, granted);
  assert.deepEqual([refused.status, refused.body.error], [503, 'temporarily_unavailable']);
  assert.ok(server.logged.some((line) => line.includes('The disk is full')));

  isFull = false;
  assert.equal((await redeem(server, granted)).status, 200);
  assert.ok(answerOf(await browser.giveCode(challenge)).code);
});
