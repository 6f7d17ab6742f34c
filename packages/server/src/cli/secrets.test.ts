/** The server's own secrets are renewed: what a thief could make of the old ones is refused, and people stay signed in. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hmacSha256 } from '../digest.ts';
import { createSqliteStore } from '../store/store.ts';
import { TestBrowser } from '../testing/browser.ts';
import { refresh, tokensOf } from '../testing/endpoints.ts';
import { answerOf, authorizeUrl } from '../testing/flow.ts';
import { operated } from '../testing/operated.ts';
import { renewSecrets } from './secrets.ts';

test('both secrets are others from the moment a server looks, on record with the reason and without the secrets', async (t) => {
  const { server, run } = await operated(t);
  const { secrets } = server.deps;
  const before = [secrets.csrf, secrets.refreshToken];
  const { status, text } = await run(renewSecrets);
  assert.equal(status, 0);
  assert.match(text, /within seconds; nothing needs a restart/);
  await secrets.reload();
  const after = [secrets.csrf, secrets.refreshToken];
  assert.equal(new Set([...before, ...after].map((bytes) => Buffer.from(bytes).toString('hex'))).size, 4);
  assert.deepEqual(
    after.map(({ length }) => length),
    [32, 32],
  );
  const [record] = await server.store.audit.recent(1);
  assert.deepEqual([record?.type, record?.details], ['secrets.renewed', { reason: 'administrator' }]);
});

test('whoever knew a refresh token and the secret knew the next one, and knows the one after the renewal no more', async (t) => {
  const { server, run } = await operated(t);
  const stolen = server.deps.secrets.refreshToken;
  const { refresh_token: first } = await tokensOf(server);
  const { refresh_token: second } = (await refresh(server, first)).body;
  assert.equal(second, hmacSha256(stolen, String(first)));
  await run(renewSecrets);
  await server.deps.secrets.reload();
  const { status, body } = await refresh(server, second);
  assert.equal(status, 200, 'it stays good');
  assert.notEqual(body.refresh_token, hmacSha256(stolen, String(second)));
  assert.equal((await refresh(server, hmacSha256(stolen, String(second)))).status, 400);
});

test('a refresh token that is sent a second time across the renewal is taken for stolen, and the operator is told so', async (t) => {
  const { server, run } = await operated(t);
  const { refresh_token: lost } = await tokensOf(server);
  const { refresh_token: other } = await tokensOf(server);
  assert.equal((await refresh(server, lost)).status, 200);
  const { text } = await run(renewSecrets);
  assert.match(text, /second time after, within its grace of 10 seconds,\nis taken for stolen/);
  await server.deps.secrets.reload();
  assert.equal((await refresh(server, lost)).body.error, 'invalid_grant');
  assert.equal((await server.store.audit.recent(1))[0]?.type, 'refresh_token.reused');
  assert.equal((await refresh(server, other)).status, 200, 'all others stay good');
  assert.equal((await refresh(server, other)).status, 200, 'a second time as well, when both are after it');
});

test('a form that was open is refused, and sent when it is opened again; who is signed in stays', async (t) => {
  const { server, run } = await operated(t);
  const signedIn = new TestBrowser(server);
  await tokensOf(server, {}, signedIn);
  const browser = new TestBrowser(server);
  const form = await browser.go(authorizeUrl());
  await run(renewSecrets);
  await server.deps.secrets.reload();
  assert.equal((await browser.signIn(form)).status, 403);
  assert.ok(answerOf(await browser.signIn(await browser.go(form.url))).code);
  assert.ok(answerOf(await signedIn.go(authorizeUrl())).code);
});

test('where no server has ever started there are no secrets to renew', async (t) => {
  const store = createSqliteStore({ path: ':memory:' });
  t.after(() => store.close());
  const { server } = await operated(t);
  const lines: string[] = [];
  const { config, log, now } = server.deps;
  const status = await renewSecrets(store, [], { config, log, now, print: (line) => void lines.push(line) });
  assert.equal(status, 1);
  assert.match(lines.join(), /no secrets yet/);
  assert.equal((await store.keys.secrets()).size, 0);
});
