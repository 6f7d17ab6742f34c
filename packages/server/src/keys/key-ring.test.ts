/** Rotation: nothing that was signed before breaks, and no key signs before the world could know it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { instant, secondsAfter } from '@stile/core';
import { createLocalJWKSet, jwtVerify } from 'jose';
import type { Store } from '../store/ports.ts';
import { createSqliteStore } from '../store/store.ts';
import { introspect, tokensOf, userinfo, WEB } from '../testing/endpoints.ts';
import { testServer } from '../testing/test-server.ts';
import { openKeyRing } from './key-ring.ts';
import { rotateSigningKeys } from './rotation.ts';

const START = instant(1_795_478_400);
const HOUR = 3600;

const ALGS = ['RS256', 'ES256'] as const;

const kidOf = (token: string): unknown =>
  JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid;

/** A ring over a store in memory, with a clock. */
const ring = async (store: Store = createSqliteStore({ path: ':memory:', now: () => START })) => {
  let now = START;
  const keys = await openKeyRing(store.keys, () => now);
  const advance = (seconds: number) => {
    now = secondsAfter(now, seconds);
  };
  const rotate = async () => {
    await rotateSigningKeys(store.keys, { now, longestTokenSeconds: HOUR, leastKnownSeconds: null, audit: [] });
    await keys.reload();
  };
  return { store, keys, advance, rotate };
};

test('a fresh server signs with one key of each algorithm and publishes the next beside it', async () => {
  const { keys, store } = await ring();
  const published = keys.jwks().keys;
  for (const alg of ALGS) assert.equal(published.filter((key) => key.alg === alg).length, 2);
  assert.equal(published.length, 4);
  for (const alg of ALGS) {
    const kid = kidOf(keys.sign(alg, 'JWT', {}));
    assert.ok(published.some((key) => key.kid === kid && key.alg === alg));
  }
  await store.close();
});

test('the published keys hold nothing private, and say what they are for', async () => {
  const { keys, store } = await ring();
  for (const key of keys.jwks().keys) {
    const members =
      key.kty === 'RSA' ? ['alg', 'e', 'kid', 'kty', 'n', 'use'] : ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'];
    assert.deepEqual(Object.keys(key).toSorted(), members);
    assert.equal(key.use, 'sig');
  }
  await store.close();
});

test('each algorithm signs what others can verify by the published keys alone', async () => {
  const { keys, store } = await ring();
  for (const alg of ALGS) {
    for (let i = 0; i < 50; i += 1) {
      const token = keys.sign(alg, 'at+jwt', { i });
      const jwks = createLocalJWKSet({ keys: keys.jwks().keys.map((key) => ({ kty: '', ...key })) });
      const { payload, protectedHeader } = await jwtVerify(token, jwks, { algorithms: [alg], typ: 'at+jwt' });
      assert.deepEqual([payload.i, protectedHeader.alg], [i, alg]);
      assert.equal(keys.verify(token)?.claims.i, i);
    }
  }
  await store.close();
});

test('the key that signs after a rotation was published before it, twice over', async () => {
  const { keys, store, rotate } = await ring();
  for (let i = 0; i < 3; i += 1) {
    const before = keys.jwks().keys.map(({ kid }) => kid);
    const signing = ALGS.map((alg) => kidOf(keys.sign(alg, 'JWT', {})));
    await rotate();
    for (const alg of ALGS) {
      const kid = kidOf(keys.sign(alg, 'JWT', {}));
      assert.ok(before.includes(kid));
      assert.ok(!signing.includes(kid));
    }
  }
  await store.close();
});

test('what was signed before a rotation is verified until it is too old, and then its key is gone', async () => {
  const { keys, store, rotate, advance } = await ring();
  const tokens = ALGS.map((alg) => keys.sign(alg, 'JWT', { alg }));
  await rotate();
  advance(10);
  await rotate();
  for (const token of tokens) assert.ok(keys.verify(token));
  advance(HOUR - 11);
  await keys.reload();
  for (const token of tokens) assert.ok(keys.verify(token));
  advance(1);
  await keys.reload();
  for (const token of tokens) assert.equal(keys.verify(token), undefined);
  const kids = keys.jwks().keys.map(({ kid }) => kid);
  for (const token of tokens) assert.ok(!kids.includes(String(kidOf(token))));
  await store.close();
});

test('a process that has not heard of a rotation verifies what the other signed, and notices by itself', async () => {
  const one = await ring();
  const other = await ring(one.store);
  assert.deepEqual(one.keys.jwks(), other.keys.jwks());
  const old = other.keys.sign('RS256', 'JWT', { by: 'other' });
  await one.rotate();
  assert.ok(other.keys.verify(one.keys.sign('RS256', 'JWT', {})));
  assert.ok(one.keys.verify(old));
  assert.ok(one.keys.verify(other.keys.sign('RS256', 'JWT', {})));
  await other.keys.reload();
  assert.equal(kidOf(other.keys.sign('RS256', 'JWT', {})), kidOf(one.keys.sign('RS256', 'JWT', {})));
  await one.store.close();
});

test('two processes that start at once agree on the keys', async () => {
  const store = createSqliteStore({ path: ':memory:', now: () => START });
  const [one, other] = await Promise.all([openKeyRing(store.keys, () => START), openKeyRing(store.keys, () => START)]);
  assert.deepEqual(one.jwks(), other.jwks());
  assert.equal(one.jwks().keys.length, 4);
  await store.close();
});

test('live tokens of a running server survive its rotation', async (t) => {
  const server = await testServer(t);
  const tokens = await tokensOf(server);
  await rotateSigningKeys(server.store.keys, {
    now: server.deps.now(),
    longestTokenSeconds: HOUR,
    leastKnownSeconds: null,
    audit: [],
  });
  await server.deps.keys.reload();
  assert.equal((await userinfo(server, tokens.access_token)).status, 200);
  assert.equal((await introspect(server, tokens.access_token, WEB)).body.active, true);
  const renewed = await tokensOf(server);
  assert.notEqual(kidOf(String(renewed.access_token)), kidOf(String(tokens.access_token)));
  assert.equal((await userinfo(server, renewed.access_token)).status, 200);
});
