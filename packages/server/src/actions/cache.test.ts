import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testServer } from '../testing/test-server.ts';
import { openCache } from './cache.ts';

test('what one run keeps the next one finds, until it expires', async (t) => {
  const server = await testServer(t);
  const nowMs = server.deps.now() * 1000;
  const first = await openCache(server.deps);
  assert.deepEqual(first.entries(nowMs), {});
  first.write(
    new Map([
      ['a', { value: 'one', expiresAtMs: nowMs + 1999 }],
      ['b', { value: 'two', expiresAtMs: nowMs + 60_000 }],
    ]),
    nowMs,
  );
  assert.deepEqual(Object.keys(first.entries(nowMs)), ['a', 'b']);
  assert.deepEqual(Object.keys(first.entries(nowMs + 1999)), ['b']);
  await first.close();
  const second = await openCache(server.deps);
  assert.deepEqual(second.entries(nowMs), {
    a: { value: 'one', expiresAtMs: nowMs + 1000 },
    b: { value: 'two', expiresAtMs: nowMs + 60_000 },
  });
  second.write(new Map([['b', null]]), nowMs);
  assert.deepEqual(Object.keys(second.entries(nowMs)), ['a']);
  await second.close();
  server.advance(1);
  assert.deepEqual((await openCache(server.deps)).entries(nowMs), {});
});

test('what is kept rests on nothing: a store that fails refuses nobody', async (t) => {
  const server = await testServer(t);
  const failure = () => Promise.reject(new Error('the disk is full'));
  const store = { ...server.store, actions: { ...server.store.actions, cached: failure, changeCache: failure } };
  const cache = await openCache({ ...server.deps, store });
  cache.write(new Map([['a', { value: 'one', expiresAtMs: 9e15 }]]), 0);
  assert.deepEqual(Object.keys(cache.entries(0)), ['a']);
  await cache.close();
  assert.equal(server.logged.filter((line) => line.includes('what Actions keep')).length, 2);
});

test('a run that keeps nothing writes nothing', async (t) => {
  const server = await testServer(t);
  let commits = 0;
  server.store.onCommit(() => {
    commits += 1;
  });
  await (await openCache(server.deps)).close();
  assert.equal(commits, 0);
});
