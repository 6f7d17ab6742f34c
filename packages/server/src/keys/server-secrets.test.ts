/** The server's own secrets: the same for every process on a store, and the new ones when they were renewed. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { Store } from '../store/ports.ts';
import { createSqliteStore } from '../store/store.ts';
import type { ServerSecrets } from './server-secrets.ts';
import { openServerSecrets, renewServerSecrets } from './server-secrets.ts';

const emptyStore = (t: TestContext): Store => {
  const store = createSqliteStore({ path: ':memory:' });
  t.after(() => store.close());
  return store;
};

const valuesOf = ({ csrf, refreshToken }: ServerSecrets) => [csrf, refreshToken].map((bytes) => [...bytes]);

test('processes that start at once have the same secrets, one for each purpose', async (t) => {
  const { keys } = emptyStore(t);
  const [one, other] = await Promise.all([openServerSecrets(keys, randomBytes), openServerSecrets(keys, randomBytes)]);
  assert.deepEqual(valuesOf(one), valuesOf(other));
  assert.notDeepEqual(one.csrf, one.refreshToken);
  assert.deepEqual(valuesOf(await openServerSecrets(keys, randomBytes)), valuesOf(one), 'and after a restart');
});

test('a process that has not heard of a renewal notices by itself, and has what the others have', async (t) => {
  const { keys } = emptyStore(t);
  const running = await openServerSecrets(keys, randomBytes);
  const before = valuesOf(running);
  assert.equal(await renewServerSecrets(keys, randomBytes, []), true);
  assert.deepEqual(valuesOf(running), before);
  await running.reload();
  const after = valuesOf(running);
  for (const [index, value] of after.entries()) assert.notDeepEqual(value, before[index]);
  assert.deepEqual(valuesOf(await openServerSecrets(keys, randomBytes)), after);
  await running.reload();
  assert.deepEqual(valuesOf(running), after);
});

test('secrets that are gone from the store are made again by whoever looks', async (t) => {
  const { keys } = emptyStore(t);
  const running = await openServerSecrets(keys, randomBytes);
  const before = valuesOf(running);
  await keys.renewSecrets(new Map(), []);
  await running.reload();
  assert.notDeepEqual(valuesOf(running), before);
  assert.deepEqual(valuesOf(await openServerSecrets(keys, randomBytes)), valuesOf(running));
});

test('a store that fails leaves a running server the secrets it has', async (t) => {
  const { keys } = emptyStore(t);
  let failure: Error | undefined;
  const secrets = () => (failure ? Promise.reject(failure) : keys.secrets());
  const running = await openServerSecrets({ ...keys, secrets }, randomBytes);
  const before = valuesOf(running);
  failure = new Error('the disk is gone');
  await assert.rejects(running.reload(), failure);
  assert.deepEqual(valuesOf(running), before);
});
