import assert from 'node:assert/strict';
import { test } from 'node:test';
import { auditRecord } from '../audit/audit.ts';
import { execution } from '../store/testing/actions.ts';
import type { TestServer } from '../testing/test-server.ts';
import { START, testServer } from '../testing/test-server.ts';
import { latestMoment } from './latest-moment.ts';
import { tidyUp } from './tidy-up.ts';

test('T23: nothing is forgotten before the clock has been steady for longer than any token lives', async (t) => {
  const server = await testServer(t);
  const { deps, store } = server;
  await store.once.consume({ kind: 'single-use-token', key: 'used', expiresAt: deps.now() }, []);
  const isRemembered = async (): Promise<boolean> =>
    (await store.authenticators.usedOf('single-use-token', ['used'])).length === 1;
  server.advance(86_400);
  await tidyUp(deps, 3599, deps.now());
  assert.equal(await isRemembered(), true, 'the clock may be a day ahead, and the token as good as new tomorrow');
  await tidyUp(deps, 3600, deps.now());
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
  await tidyUp(deps, 7199, deps.now());
  assert.equal((await store.authenticators.usedOf('single-use-token', ['revoked'])).length, 1);
});

/** What is on record of these ids. */
const audited = async ({ store }: TestServer, ids: readonly string[]): Promise<readonly string[]> =>
  (await store.audit.recent(99)).map(({ id }) => id).filter((id) => ids.includes(id));

const withOldRecord = async (server: TestServer): Promise<void> => {
  const old = { ...auditRecord(server.deps, 'test.happened', {}), id: 'old' };
  await server.store.audit.append([old]);
  server.advance(server.deps.config.audit.retention);
};

test('a process that is restarted every hour forgets audit records all the same, once its clock may be trusted', async (t) => {
  const server = await testServer(t);
  await withOldRecord(server);
  await server.store.once.consume({ kind: 'single-use-token', key: 'used', expiresAt: START }, []);
  await tidyUp(server.deps, 299, server.deps.now());
  assert.deepEqual(await audited(server, ['old']), ['old']);
  await tidyUp(server.deps, 300, server.deps.now());
  assert.deepEqual(await audited(server, ['old']), []);
  assert.equal((await server.store.authenticators.usedOf('single-use-token', ['used'])).length, 1, 'and nothing else');
});

test('T23: a clock that is years ahead from the start, and goes on steadily, forgets no audit records', async (t) => {
  const server = await testServer(t);
  const { deps, store } = server;
  await store.audit.append([{ ...auditRecord(deps, 'test.happened', {}), id: 'old' }]);
  server.advance(deps.config.audit.retention - 1000);
  await store.audit.append([{ ...auditRecord(deps, 'test.happened', {}), id: 'young' }]);
  // The machine starts again, with a clock that is three years ahead.
  server.advance(3 * 365 * 86_400);
  let uptime = 50;
  const latest = await latestMoment(deps, () => uptime);
  uptime += 300;
  server.advance(300);
  await tidyUp(deps, 300, latest());
  assert.deepEqual(await audited(server, ['old', 'young']), ['young', 'old']);
  uptime += 700;
  await tidyUp(deps, 1000, latest());
  assert.deepEqual(await audited(server, ['old', 'young']), ['young'], 'what is old by time that really passed goes');
});

test('T23: … nor does a clock that was years behind at the first start, and is put right', async (t) => {
  const server = await testServer(t);
  const latest = await latestMoment(server.deps, () => 0);
  await withOldRecord(server);
  await tidyUp(server.deps, 300, latest());
  assert.deepEqual(await audited(server, ['old']), ['old']);
});

test('audit records that are to be kept for ever are kept', async (t) => {
  const server = await testServer(t, (config) => ({ ...config, audit: { retention: 0 } }));
  await withOldRecord(server);
  server.advance(4000 * 86_400);
  await tidyUp(server.deps, 3600, server.deps.now());
  assert.deepEqual(await audited(server, ['old']), ['old']);
});

test('T23: how Actions ended is forgotten after its time, by a clock that may be trusted', async (t) => {
  const server = await testServer(t);
  const kept = async (): Promise<number> => (await server.store.actions.executions(9)).length;
  await server.store.actions.recordExecutions([execution({ at: server.deps.now() })]);
  server.advance(server.deps.config.actions.executions.retention - 1);
  await tidyUp(server.deps, 300, server.deps.now());
  assert.equal(await kept(), 1);
  server.advance(1);
  await tidyUp(server.deps, 299, server.deps.now());
  await tidyUp(server.deps, 300, START);
  assert.equal(await kept(), 1);
  await tidyUp(server.deps, 300, server.deps.now());
  assert.equal(await kept(), 0);
});

for (const broken of ['interactions', 'audit', 'sweep'] as const) {
  test(`when ${broken} cannot be tidied up it is logged, and the rest is done`, async (t) => {
    const failure = () => Promise.reject(new Error('a row that nobody wrote'));
    const server = await testServer(t, undefined, (store) => ({
      ...store,
      ...(broken === 'interactions' && { interactions: { ...store.interactions, abandon: failure } }),
      ...(broken === 'audit' && { chain: { ...store.chain, forget: failure } }),
      ...(broken === 'sweep' && { sweep: failure }),
    }));
    await withOldRecord(server);
    await server.store.once.consume({ kind: 'single-use-token', key: 'used', expiresAt: START }, []);
    await tidyUp(server.deps, 3600, server.deps.now());
    assert.equal(server.logged.filter((line) => line.includes('a row that nobody wrote')).length, 1);
    assert.deepEqual(await audited(server, ['old']), broken === 'audit' ? ['old'] : []);
    const remembered = await server.store.authenticators.usedOf('single-use-token', ['used']);
    assert.equal(remembered.length, broken === 'sweep' ? 1 : 0);
  });
}
