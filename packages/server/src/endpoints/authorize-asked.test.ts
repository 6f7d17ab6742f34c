import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestBrowser } from '../testing/browser.ts';
import { authorizeUrl } from '../testing/flow.ts';
import { ROBIN } from '../testing/test-config.ts';
import { startTestServer } from '../testing/test-server.ts';

test('T26: what a page asks of a person is on record with its reason, by the request that led there', async () => {
  const server = await startTestServer();
  const browser = new TestBrowser(server);
  await browser.signIn(await browser.go(authorizeUrl()));
  const response = await browser.send(authorizeUrl({ scope: 'openid transfer:funds' }));
  assert.match(response.headers.get('location') ?? '', /^\/challenge/);
  const [asked] = (await server.store.audit.recent(1)).filter(({ type }) => type === 'authorize.asked');
  assert.equal(asked?.requestId, response.headers.get('x-request-id'));
  assert.equal(asked?.userId, ROBIN.id);
  const trace = JSON.stringify(asked?.details);
  assert.match(
    trace,
    /"step":"challenge".*"reason":"proof_missing".*"scope":"transfer:funds".*"reason":"level_not_shown"/,
  );
  await server.close();
});

test('a stranger who is asked to sign in leaves no record, so that nobody can fill it', async () => {
  const server = await startTestServer();
  await new TestBrowser(server).go(authorizeUrl());
  assert.deepEqual(await server.store.audit.recent(10), []);
  await server.close();
});
