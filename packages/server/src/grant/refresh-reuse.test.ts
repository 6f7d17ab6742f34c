/** Actions are asked about tokens that would be refreshed: not about one that was used up. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { deployScript, postLogin } from '../testing/actions.ts';
import { refresh, tokensOf } from '../testing/endpoints.ts';
import { ROBIN } from '../testing/test-config.ts';
import type { TestServer } from '../testing/test-server.ts';
import { testServer } from '../testing/test-server.ts';

const COUNTS = postLogin(`
  if (event.transaction.protocol !== 'oauth2-refresh-token') return;
  api.user.setAppMetadata('times', Number(event.user.app_metadata.times ?? 0) + 1);
  api.cache.set('times', String(event.user.app_metadata.times ?? 0));`);

const counted = async ({ store, deps }: TestServer) => {
  const executions = await store.actions.executions(100);
  return {
    executions: executions.length,
    times: (await store.users.profile(ROBIN.id))?.appMetadata.times,
    cached: (await store.actions.cached('post-login', deps.now())).map(({ value }) => value),
  };
};

for (const [how, wait, useSuccessor] of [
  ['beyond its grace', 11, false],
  ['although its successor was used', 0, true],
] as const) {
  it(`a refresh token that is used again ${how} ends its grant, and no Action runs for it`, async (t) => {
    const server = await testServer(t);
    await deployScript(server, 'counts', COUNTS);
    const first = await tokensOf(server, { scope: 'openid offline_access' });
    const second = await refresh(server, first.refresh_token);
    assert.equal(second.status, 200);
    if (useSuccessor) assert.equal((await refresh(server, second.body.refresh_token)).status, 200);
    server.advance(wait);
    const before = await counted(server);
    const again = await refresh(server, first.refresh_token);
    assert.deepEqual([again.status, again.body.error], [400, 'invalid_grant']);
    assert.deepEqual(await counted(server), before);
    assert.equal((await refresh(server, second.body.refresh_token)).status, 400, 'the grant has ended');
    assert.deepEqual(await counted(server), before);
  });
}

it('within its grace they are asked, and the same successor is given', async (t) => {
  const server = await testServer(t);
  await deployScript(server, 'counts', COUNTS);
  const first = await tokensOf(server, { scope: 'openid offline_access' });
  const second = await refresh(server, first.refresh_token);
  server.advance(10);
  const again = await refresh(server, first.refresh_token);
  assert.deepEqual([again.status, again.body.refresh_token], [200, second.body.refresh_token]);
  const { executions, times, cached } = await counted(server);
  assert.deepEqual([executions, times, cached], [3, 2, ['1']]);
});
