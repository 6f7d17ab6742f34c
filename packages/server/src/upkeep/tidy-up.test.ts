import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testServer } from '../testing/test-server.ts';
import { tidyUp } from './tidy-up.ts';

test('T23: nothing is forgotten before the clock has been steady for longer than any token lives', async (t) => {
  const server = await testServer(t);
  const { deps, store } = server;
  await store.once.consume({ kind: 'single-use-token', key: 'used', expiresAt: deps.now() }, []);
  const isRemembered = async (): Promise<boolean> =>
    (await store.authenticators.usedOf('single-use-token', ['used'])).length === 1;
  server.advance(86_400);
  await tidyUp(deps, 3599);
  assert.equal(await isRemembered(), true, 'the clock may be a day ahead, and the token as good as new tomorrow');
  await tidyUp(deps, 3600);
  assert.equal(await isRemembered(), false);
});

test('T23: … nor before the tokens of an API with long lives are over', async (t) => {
  const server = await testServer(t, (config) => ({
    ...config,
    apis: (config.apis ?? []).map((api) => ({ ...api, tokenLifetime: '2h' })),
  }));
  const { deps, store } = server;
  await store.once.consume({ kind: 'single-use-token', key: 'revoked', expiresAt: deps.now() }, []);
  server.advance(86_400);
  await tidyUp(deps, 7199);
  assert.equal((await store.authenticators.usedOf('single-use-token', ['revoked'])).length, 1);
});
