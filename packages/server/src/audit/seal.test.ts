import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { folderFor } from '../store/sqlite/testing/folder.ts';
import { createSqliteStore } from '../store/store.ts';
import { at, audit } from '../store/testing/fixtures.ts';
import { startTestServer, testServer } from '../testing/test-server.ts';
import { auditRecord } from './audit.ts';
import { checkpointWhenDue, createSealer } from './seal.ts';
import { verifyStore } from './verify-log.ts';

const recordsOf = (deps: Parameters<typeof auditRecord>[0], many: number) =>
  Array.from({ length: many }, () => auditRecord(deps, 'test.happened', {}));

test('a look seals some thousands at most, and goes on the next time; the last one seals all', async (t) => {
  const { deps, store } = await testServer(t);
  const sealer = createSealer(deps);
  await store.audit.append(recordsOf(deps, 8500));
  await Promise.all([sealer.look(), sealer.look(), sealer.look()]);
  assert.equal((await store.chain.head())?.seq, 4000, 'looks at once are one');
  await sealer.finish();
  assert.equal((await store.chain.head())?.seq, 8500);
});

test('nothing is written while nothing waits', async (t) => {
  const { deps, store } = await testServer(t);
  let commits = 0;
  store.onCommit(() => {
    commits += 1;
  });
  await createSealer(deps).look();
  assert.equal(commits, 0);
});

test('a look that failed keeps the next one from nothing', async (t) => {
  let fails = true;
  const { deps, store } = await testServer(t, undefined, (whole) => ({
    ...whole,
    chain: {
      ...whole.chain,
      seal: (most) => (fails ? Promise.reject(new Error('the disk is full')) : whole.chain.seal(most)),
    },
  }));
  const sealer = createSealer(deps);
  await store.audit.append(recordsOf(deps, 1));
  await assert.rejects(sealer.look(), /the disk is full/);
  fails = false;
  await sealer.look();
  assert.equal((await store.chain.head())?.seq, 1);
});

test('a checkpoint is signed for the first records, after a thousand more, or after ten minutes with any', async (t) => {
  const server = await startTestServer();
  t.after(() => server.close());
  const { deps, store } = server;
  const happen = async (many: number): Promise<void> => {
    await store.audit.append(recordsOf(deps, many));
    await createSealer(deps).finish();
    await checkpointWhenDue(deps);
  };
  const seqs = async () => (await store.chain.checkpoints()).map(({ seq }) => seq);
  await checkpointWhenDue(deps);
  assert.deepEqual(await seqs(), [], 'of nothing');
  await happen(1);
  await happen(999);
  assert.deepEqual(await seqs(), [1]);
  await happen(1);
  assert.deepEqual(await seqs(), [1, 1001]);
  server.advance(600);
  await checkpointWhenDue(deps);
  assert.deepEqual(await seqs(), [1, 1001], 'nothing has come');
  await happen(1);
  assert.deepEqual(await seqs(), [1, 1001, 1002]);
});

test('a checkpoint is no token: nobody takes it for one', async (t) => {
  const server = await testServer(t);
  const { deps, store } = server;
  await store.audit.append(recordsOf(deps, 1));
  await createSealer(deps).finish();
  await checkpointWhenDue(deps);
  const jws = (await store.chain.latestCheckpoint())?.jws ?? '';
  assert.ok(deps.keys.verify(jws), 'it is signed by a key of this server');
  const userinfo = await server.send('/userinfo', { headers: { authorization: `Bearer ${jws}` } });
  assert.equal(userinfo.status, 401);
  const hinted = await server.send(`/oidc/logout?id_token_hint=${jws}`);
  assert.equal(hinted.status, (await server.send('/oidc/logout?id_token_hint=garbage')).status);
});

test('T14: two servers at one file seal each record once, and what they sealed together is whole', async (t) => {
  const path = join(folderFor(t), 'stile.db');
  const stores = [createSqliteStore({ path }), createSqliteStore({ path })];
  t.after(() => Promise.all(stores.map((store) => store.close())));
  const work = stores.map(async (store, process) => {
    for (let round = 0; round < 20; round += 1) {
      const records = Array.from({ length: 15 }, (_, number) =>
        audit(`${process}-${round}-${number}`, { at: at(round) }),
      );
      await Promise.all([store.audit.append(records), store.chain.seal(20)]);
    }
    await createSealer({ store }).finish();
  });
  await Promise.all(work);
  const [store] = stores;
  assert.ok(store);
  await createSealer({ store }).finish();
  const verification = await verifyStore(store, undefined, { outside: [], progress: () => undefined });
  assert.deepEqual([verification.findings, verification.records, verification.to], [[], 600, 600]);
});
