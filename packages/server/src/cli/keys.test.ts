/** Signing keys from the command line: what is printed, what is refused, what is on record. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { instant, secondsAfter } from '@stile/core';
import { generateSigningKey } from '../keys/jwk.ts';
import { LEAST_KNOWN_SECONDS } from '../keys/rotation.ts';
import { createSqliteStore } from '../store/store.ts';
import { tokensOf, userinfo } from '../testing/endpoints.ts';
import { operated } from '../testing/operated.ts';
import { START } from '../testing/test-server.ts';
import { listKeys, rotateKeys, withdrawKey } from './keys.ts';

/** With the names of the keys that are in some state. */
const withKeys = async (t: TestContext) => {
  const { server, run } = await operated(t);
  const kids = async (state: string) =>
    (await server.store.keys.all()).filter((key) => key.state === state).map(({ kid }) => kid);
  return { server, run, kids };
};

test('a key signs only when it was published for long enough; whoever is too early is told when, and nothing changes', async (t) => {
  const { server, run } = await operated(t);
  server.advance(LEAST_KNOWN_SECONDS);
  assert.equal((await run(rotateKeys)).status, 0);
  const rotated = await server.store.keys.all();
  server.advance(LEAST_KNOWN_SECONDS - 40);
  const { status, text } = await run(rotateKeys);
  assert.equal(status, 1);
  assert.match(text, /Nothing was changed.*\n.*\n.*in 40 seconds.*stile keys rotate --now\n.*stile keys withdraw/);
  assert.deepEqual(await server.store.keys.all(), rotated);
  server.advance(40);
  assert.equal((await run(rotateKeys)).status, 0);
});

test('the first rotation of a new server waits as well', async (t) => {
  const { run } = await operated(t);
  assert.equal((await run(rotateKeys)).status, 1);
  assert.equal((await run(rotateKeys, '--now')).status, 0);
});

test('when the next key of one algorithm is too young those of all stay; what cannot wait rotates it all the same', async (t) => {
  const { server, run } = await withKeys(t);
  server.advance(LEAST_KNOWN_SECONDS);
  // Made by a process before the clock was set back.
  const ahead = generateSigningKey('ES256', 'next', secondsAfter(server.deps.now(), 30));
  await server.store.keys.rotate([ahead], server.deps.now(), secondsAfter(server.deps.now(), 3600), null, []);
  const before = await server.store.keys.all();
  const onRecord = async () => (await server.store.audit.recent(9)).map(({ type }) => type);
  const { status, text } = await run(rotateKeys);
  assert.deepEqual([status, text.includes(`in ${LEAST_KNOWN_SECONDS + 30} seconds`)], [1, true]);
  assert.deepEqual(await server.store.keys.all(), before);
  assert.ok(!(await onRecord()).includes('keys.rotated'));
  assert.equal((await run(rotateKeys, '--now')).status, 0);
  assert.equal((await server.store.keys.all()).find(({ kid }) => kid === ahead.kid)?.state, 'current');
  assert.ok((await onRecord()).includes('keys.rotated'));
});

test('two rotations at once are one', async (t) => {
  const { server, run, kids } = await withKeys(t);
  server.advance(LEAST_KNOWN_SECONDS);
  const statuses = (await Promise.all([run(rotateKeys), run(rotateKeys)])).map(({ status }) => status);
  assert.deepEqual(new Set(statuses), new Set([0, 1]));
  assert.equal((await kids('retired')).length, 2);
});

test('keys are listed with what they do and until when, and nothing private', async (t) => {
  const { server, run } = await operated(t);
  server.advance(LEAST_KNOWN_SECONDS);
  await run(rotateKeys);
  const { status, text } = await run(listKeys);
  assert.equal(status, 0);
  assert.equal(text.split('\n').length, 6);
  assert.match(
    text,
    /RS256 {2}[\w-]{43} {2}retired {2}made 2026-11-24T\S+Z {2}signs no more; it is published until 2026-\S+Z/,
  );
  assert.match(text, /ES256 {2}[\w-]{43} {2}next {5}made \S+ {2}is published, and may sign from 2026-\S+Z on/);
  for (const { privateJwk } of await server.store.keys.all()) assert.ok(!text.includes(String(privateJwk.d)));
});

test('a key that is withdrawn signs nothing and opens nothing; the tokens of the other algorithm and the people stay', async (t) => {
  const { server, run, kids } = await withKeys(t);
  const tokens = await tokensOf(server);
  assert.equal((await userinfo(server, tokens.access_token)).status, 200);
  const [kid = ''] = await kids('current').then((all) => all.filter((one) => headerKid(tokens.access_token) === one));
  const { status, text } = await run(withdrawKey, kid);
  assert.equal(status, 0);
  assert.match(text, /Every access token and ID token that it signed is refused/);
  assert.match(text, /people stay signed in/);
  assert.match(text, /only minutes ago/);
  await server.deps.keys.reload();
  assert.equal((await userinfo(server, tokens.access_token)).status, 401);
  assert.ok(!JSON.stringify(server.deps.keys.jwks()).includes(kid));
  const again = await tokensOf(server);
  assert.notEqual(headerKid(again.access_token), kid);
  assert.equal((await userinfo(server, again.access_token)).status, 200);
  const [record] = (await server.store.audit.recent(9)).filter(({ type }) => type === 'keys.withdrawn');
  assert.deepEqual(record?.details, { kid });
});

const headerKid = (token: unknown): unknown =>
  JSON.parse(Buffer.from(String(token).split('.')[0] ?? '', 'base64url').toString()).kid;

test('a key that has not signed yet, and one that signs no more, are withdrawn with other words', async (t) => {
  const { server, run, kids } = await withKeys(t);
  const [next = ''] = await kids('next');
  assert.match((await run(withdrawKey, next)).text, /nothing breaks/);
  assert.equal((await kids('next')).length, 2);
  server.advance(LEAST_KNOWN_SECONDS);
  await run(rotateKeys, '--now');
  const [retired = ''] = await kids('retired');
  const { text } = await run(withdrawKey, retired);
  assert.match(text, /is refused/);
  assert.doesNotMatch(text, /The next key signs/);
});

test('a withdrawal wants to know which key, and says when there is none of that name', async (t) => {
  const { run } = await operated(t);
  assert.equal((await run(withdrawKey)).status, 2);
  const { status, text } = await run(withdrawKey, 'nothing');
  assert.deepEqual([status, text], [1, 'There is no such key. List them: stile keys list']);
});

test('where no server has ever started there are no keys to list', async (t) => {
  const store = createSqliteStore({ path: ':memory:' });
  t.after(() => store.close());
  const { server } = await operated(t);
  const lines: string[] = [];
  const { config, log } = server.deps;
  const status = await listKeys(store, [], {
    config,
    log,
    now: () => secondsAfter(instant(START), 1),
    print: (line) => void lines.push(line),
  });
  assert.equal(status, 1);
  assert.match(lines.join(), /no signing keys yet/);
});
