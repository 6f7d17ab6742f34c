/** That a question was seen is on record once, and names nobody. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestBrowser } from '../testing/browser.ts';
import { authorizeUrl, signInAndStepUp } from '../testing/flow.ts';
import { SAM } from '../testing/test-config.ts';
import type { StoreChange, TestServer } from '../testing/test-server.ts';
import { testServer } from '../testing/test-server.ts';

const TRANSFER = { scope: 'openid transfer:funds' };

const shownIn = async ({ store }: TestServer) =>
  (await store.audit.recent(99)).filter(({ type }) => type === 'challenge.shown').toReversed();

test('a challenge is on record when it is first shown, once for each factor, in however many tabs', async (t) => {
  const server = await testServer(t);
  const { browser } = await signInAndStepUp(server, {});
  assert.deepEqual(await shownIn(server), []);
  const challenge = await browser.go(authorizeUrl(TRANSFER));
  const [first] = await shownIn(server);
  assert.deepEqual(
    [first?.userId, first?.clientId, first?.details],
    [null, 'web', { step: 'challenge', factor: 'totp' }],
  );
  assert.ok(first?.sessionId);
  let commits = 0;
  server.store.onCommit(() => {
    commits += 1;
  });
  for (let i = 0; i < 5; i += 1) await browser.go(challenge.url);
  assert.equal(commits, 0, 'Looking again writes nothing.');
  await browser.submit(challenge, { code: '000000' });
  await Promise.all(Array.from({ length: 5 }, () => browser.go(`${challenge.url}&use=auth_user_robin_recovery-code`)));
  assert.deepEqual(
    (await shownIn(server)).map(({ details }) => details.factor),
    ['totp', 'recovery-code'],
  );
  await browser.go(authorizeUrl({ ...TRANSFER, state: 'another' }));
  assert.equal((await shownIn(server)).length, 3, 'Another request is another question.');
});

test('what has to be set up is on record when it is first shown', async (t) => {
  const server = await testServer(t);
  const browser = new TestBrowser(server);
  await browser.signIn(await browser.go(authorizeUrl({ scope: 'openid' })), SAM);
  const enrol = await browser.go(authorizeUrl(TRANSFER));
  assert.match(enrol.url, /^\/enrol\?/);
  await browser.go(enrol.url);
  const steps = (await shownIn(server)).map(({ details }) => details.step);
  assert.deepEqual(steps, ['enrol']);
});

test('nobody but whoever is asked can put anything on record', async (t) => {
  const server = await testServer(t);
  const { browser } = await signInAndStepUp(server, {});
  const left = await browser.send(authorizeUrl(TRANSFER));
  const page = left.headers.get('location') ?? '';
  assert.match(page, /^\/challenge\?/);
  await server.send(page);
  await new TestBrowser(server).go(page);
  assert.deepEqual(await shownIn(server), []);
});

test('a page is shown although that cannot be kept, and the log says so', async (t) => {
  const failing: StoreChange = (store) => ({
    ...store,
    once: {
      consume: (once, records) =>
        once.kind === 'interaction' && once.key.includes('shown')
          ? Promise.reject(new Error('no room'))
          : store.once.consume(once, records),
    },
  });
  const server = await testServer(t, undefined, failing);
  const { browser } = await signInAndStepUp(server, {});
  const { status, html } = await browser.go(authorizeUrl(TRANSFER));
  assert.deepEqual([status, /Pixel 9/.test(html)], [200, true]);
  assert.equal(server.logged.filter((line) => line.includes('could not be kept')).length, 1);
});
