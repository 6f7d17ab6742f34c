/** Law 5 for approvals: two processes on one database, answers and presses at the same moment. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { secondsAfter } from '@stile/core';
import type { Store } from '../store/ports.ts';
import type { Ceremony } from '../store/records.ts';
import { createSqliteStore } from '../store/store.ts';
import { at, user } from '../store/testing/fixtures.ts';

const ROUNDS = 200;

/** Two stores on one file, as two processes have them. */
const twoStores = async (t: TestContext): Promise<readonly [Store, Store]> => {
  const folder = mkdtempSync(join(tmpdir(), 'stile-push-'));
  const open = (): Store => createSqliteStore({ path: join(folder, 'stile.db'), now: () => at(0) });
  const stores = [open(), open()] as const;
  t.after(async () => {
    for (const store of stores) await store.close();
    await rm(folder, { recursive: true });
  });
  await stores[0].users.seed(user(), []);
  return stores;
};

const asked = (round: number): Ceremony => ({
  id: `cer_${randomBytes(18).toString('base64url')}`,
  purpose: 'prove',
  factor: 'push',
  userId: 'alice',
  authenticatorId: 'auth_phone',
  boundTo: `interaction ${round}`,
  data: {},
  answer: null,
  createdAt: at(0),
  expiresAt: secondsAfter(at(0), 150),
});

test('T14: of two answers that come to two processes at once one is kept, and what it says is what is read', async (t) => {
  const [one, other] = await twoStores(t);
  const winners = { approve: 0, deny: 0 };
  for (let round = 0; round < ROUNDS; round += 1) {
    const ceremony = asked(round);
    await one.ceremonies.begin(ceremony);
    const [approved, denied] = await Promise.all([
      one.ceremonies.answer(ceremony.id, { decision: 'approve' }, at(1), []),
      other.ceremonies.answer(ceremony.id, { decision: 'deny' }, at(1), []),
    ]);
    assert.notEqual(approved, denied);
    const kept = approved ? 'approve' : 'deny';
    winners[kept] += 1;
    for (const store of [one, other])
      assert.equal((await store.ceremonies.find(ceremony.id, at(1)))?.answer?.decision, kept);
  }
  assert.equal(winners.approve + winners.deny, ROUNDS);
});

test('T14: an approval is used up by one of two processes, and is then found by neither', async (t) => {
  const [one, other] = await twoStores(t);
  for (let round = 0; round < ROUNDS; round += 1) {
    const { id, expiresAt, ...rest } = asked(round);
    await one.ceremonies.begin({ ...rest, id, expiresAt });
    await other.ceremonies.answer(id, { decision: 'approve' }, at(1), []);
    const once = { kind: 'ceremony', key: id, expiresAt } as const;
    const won = await Promise.all([one, other].map((store) => store.once.consume(once, [])));
    assert.equal(won.filter(Boolean).length, 1);
    for (const store of [one, other]) assert.equal(await store.ceremonies.find(id, at(2)), undefined);
  }
});
