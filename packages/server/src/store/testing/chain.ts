import assert from 'node:assert/strict';
import { BEGINNING, sealOf } from '../../audit/chain.ts';
import type { Checkpoint } from '../chain-ports.ts';
import type { Store } from '../ports.ts';
import { build } from '../sql/build.ts';
import { run } from '../sql/operation.ts';
import { at, atOnce, audit } from './fixtures.ts';
import type { Promises } from './setting.ts';

const withRecords = (store: Store, many: number): Promise<void> =>
  store.audit.append(Array.from({ length: many }, (_, index) => audit(`r-${String(index).padStart(4, '0')}`)));

const sum = (numbers: readonly number[]): number => numbers.reduce((one, other) => one + other, 0);

const checkpoint = (over: Partial<Checkpoint> = {}): Checkpoint => ({
  seq: 3,
  first: 1,
  at: at(9),
  jws: 'a.b.c',
  jwk: { kty: 'EC' },
  ...over,
});

/** The numbers and ids of the links. */
const chainOf = async (store: Store): Promise<readonly (readonly [number, string])[]> =>
  (await store.chain.after(0, 9999)).map(({ seq, recordId }) => [seq, recordId] as const);

export const chainPromises: Promises = {
  'each record is sealed by a hash over the one before and itself, in the order of time and id': async (store) => {
    const records = [audit('b', { at: at(1) }), audit('a', { at: at(2) }), audit('c', { at: at(1), userId: 'alice' })];
    await store.audit.append(records);
    assert.equal(await store.chain.seal(99), 3);
    const links = await store.chain.after(0, 99);
    assert.deepEqual(
      links.map(({ seq, recordId }) => [seq, recordId]),
      [
        [1, 'b'],
        [2, 'c'],
        [3, 'a'],
      ],
    );
    let hash = BEGINNING;
    for (const link of links) {
      assert.ok(link.record);
      assert.deepEqual(
        link.record,
        records.find(({ id }) => id === link.recordId),
      );
      hash = sealOf(hash, link.record);
      assert.equal(link.hash, hash);
    }
    assert.deepEqual(await store.chain.head(), { seq: 3, recordId: 'a', hash });
    assert.equal((await store.chain.find('c'))?.seq, 2);
    assert.equal(await store.chain.find('nothing'), undefined);
  },

  'a record that comes late, or from a clock that is behind, is sealed after those that were there': async (store) => {
    await store.audit.append([audit('new', { at: at(100) })]);
    await store.chain.seal(99);
    await store.audit.append([audit('late', { at: at(1) })]);
    assert.deepEqual(
      (await store.chain.waiting(9)).map(({ id }) => id),
      ['late'],
    );
    assert.equal(await store.chain.seal(99), 1);
    assert.deepEqual(await chainOf(store), [
      [1, 'new'],
      [2, 'late'],
    ]);
    assert.deepEqual(await store.chain.waiting(9), []);
  },

  'many seal at once, and each record is sealed once, without a gap': async (store) => {
    await withRecords(store, 50);
    const sealed = await atOnce(20, () => store.chain.seal(7));
    assert.equal(sum(sealed), 50);
    assert.deepEqual(
      (await chainOf(store)).map(([seq]) => seq),
      Array.from({ length: 50 }, (_, index) => index + 1),
    );
    assert.equal(await store.chain.seal(7), 0);
  },

  'links are read in pages, and one whose record is gone says so': async (store, engine) => {
    await withRecords(store, 5);
    await store.chain.seal(99);
    await engine.write(() => run(build.deleteFrom('audit_record').where('id', '=', 'r-0002')));
    const page = await store.chain.after(1, 3);
    assert.deepEqual(
      page.map(({ seq, recordId, record }) => [seq, recordId, record?.id]),
      [
        [2, 'r-0001', 'r-0001'],
        [3, 'r-0002', undefined],
        [4, 'r-0003', 'r-0003'],
      ],
    );
  },

  'a record that says it is sealed and is not is found': async (store, engine) => {
    await withRecords(store, 2);
    await store.chain.seal(1);
    assert.deepEqual(await store.chain.strays(9), []);
    await engine.write(() => run(build.updateTable('audit_record').set({ sealed: 1 })));
    assert.deepEqual(
      (await store.chain.strays(9)).map(({ id }) => id),
      ['r-0001'],
    );
  },

  'checkpoints are kept once each, in the order of the chain': async (store) => {
    assert.equal(await store.chain.latestCheckpoint(), undefined);
    const kept = [checkpoint(), checkpoint({ seq: 7 }), checkpoint({ seq: 7, first: 4, at: at(20) })];
    for (const one of kept.toReversed()) await store.chain.keep(one);
    await store.chain.keep(checkpoint({ jws: 'another' }));
    assert.deepEqual(await store.chain.checkpoints(), kept);
    assert.deepEqual(await store.chain.latestCheckpoint(), kept[2]);
  },

  'what is forgotten goes from the beginning, and the link before the rest stays': async (store) => {
    await withRecords(store, 6);
    await store.chain.seal(99);
    for (const seq of [2, 3, 6]) await store.chain.keep(checkpoint({ seq }));
    assert.equal(await store.chain.forget(4), 3);
    assert.deepEqual(
      (await store.chain.after(0, 99)).map(({ seq, record }) => [seq, record?.id]),
      [
        [3, undefined],
        [4, 'r-0003'],
        [5, 'r-0004'],
        [6, 'r-0005'],
      ],
    );
    assert.equal(await store.audit.find('r-0002'), undefined);
    assert.deepEqual(
      (await store.chain.checkpoints()).map(({ seq }) => seq),
      [3, 6],
    );
    assert.equal(await store.chain.forget(4), 0, 'nothing is left to forget');
    assert.equal(await store.chain.forget(7), 3, 'all of it may go');
    await store.audit.append([audit('next')]);
    await store.chain.seal(9);
    assert.deepEqual(await chainOf(store), [
      [6, 'r-0005'],
      [7, 'next'],
    ]);
  },

  'old records go in small steps, so that other writes come between': async (store, engine) => {
    await withRecords(store, 1203);
    await store.chain.seal(2000);
    let steps = 0;
    engine.onCommit(() => {
      steps += 1;
    });
    assert.equal(await store.chain.forget(1204), 1203);
    assert.ok(steps >= 3, `${steps} commits`);
    assert.deepEqual(await store.audit.recent(1), []);
  },

  'a record that is not sealed yet is never forgotten': async (store) => {
    await withRecords(store, 2);
    assert.equal(await store.chain.forget(99), 0);
    assert.notEqual(await store.audit.find('r-0001'), undefined);
  },
};
