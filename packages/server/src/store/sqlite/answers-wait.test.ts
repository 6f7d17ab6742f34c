import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { sql } from 'kysely';
import { run } from '../sql/operation.ts';
import { StoreUnavailable } from '../store-error.ts';
import { Connection } from './connection.ts';
import type { Disk } from './durability.ts';
import { Durability } from './durability.ts';
import { GroupCommit } from './group-commit.ts';

/** A disk that takes as long as it is let, and notes what was asked of it. */
const slowDisk = () => {
  const asked: string[] = [];
  const waiting: PromiseWithResolvers<void>[] = [];
  const take = (name: string) => () => {
    asked.push(name);
    const one = Promise.withResolvers<void>();
    waiting.push(one);
    return one.promise;
  };
  const disk: Disk = { sync: take('sync'), rewrite: take('rewrite') };
  return {
    disk,
    asked,
    busy: () => waiting.length > 0,
    done: () => waiting.shift()?.resolve(),
    fail: () => waiting.shift()?.reject(new StoreUnavailable('failing')),
  };
};

const opened = () => {
  const slow = slowDisk();
  const durability = new Durability(slow.disk);
  const database = new Database(':memory:');
  const commits = new GroupCommit(new Connection(database), durability);
  const told: string[] = [];
  const write = (name: string) =>
    commits
      .write(
        () => run(sql`select 1`),
        () => true,
      )
      .then(
        () => told.push(`${name} kept`),
        (error: unknown) => told.push(`${name} ${error instanceof StoreUnavailable ? error.trouble : 'another error'}`),
      );
  return { ...slow, durability, database, commits, told, write };
};

const turns = async (many: number): Promise<void> => {
  for (let turn = 0; turn < many; turn += 1) await nextTurn();
};

test('nobody is answered before the disk has the commit, and whoever comes meanwhile shares the next sync', async (t) => {
  const { database, write, told, asked, done } = opened();
  t.after(() => database.close());
  const first = write('a');
  await turns(3);
  assert.deepEqual([told, asked], [[], ['sync']]);
  const later = [write('b'), write('c')];
  await turns(1);
  later.push(write('d'));
  await turns(3);
  assert.deepEqual([told, asked], [[], ['sync']]);
  done();
  await first;
  await turns(2);
  assert.deepEqual([told, asked], [['a kept'], ['sync', 'sync']]);
  done();
  await Promise.all(later);
  assert.deepEqual(told, ['a kept', 'b kept', 'c kept', 'd kept']);
});

test('a read waits for the commits that it may have seen, and for nothing once the disk has them', async (t) => {
  const { database, write, durability, done } = opened();
  t.after(() => database.close());
  assert.equal(durability.settle(), undefined);
  const written = write('a');
  await turns(2);
  let read = false;
  const settled = Promise.resolve(durability.settle()).then(() => {
    read = true;
  });
  await turns(3);
  assert.equal(read, false);
  done();
  await Promise.all([written, settled]);
  assert.equal(durability.settle(), undefined);
});

test('T16: when the disk fails all who wait are refused, and nobody is answered until everything is written anew', async (t) => {
  const { database, write, told, asked, fail, done, durability } = opened();
  t.after(() => database.close());
  const first = [write('a'), write('b')];
  await turns(2);
  const meanwhile = write('c');
  await turns(2);
  fail();
  await Promise.all(first);
  await turns(1);
  assert.deepEqual(
    [told, asked],
    [
      ['a failing', 'b failing'],
      ['sync', 'rewrite'],
    ],
  );
  fail();
  await meanwhile;
  const read = assert.rejects(Promise.resolve(durability.settle()), { trouble: 'failing' });
  fail();
  await read;
  const last = write('d');
  await turns(2);
  done();
  await last;
  assert.deepEqual(told.slice(2), ['c failing', 'd kept']);
  assert.deepEqual(asked, ['sync', 'rewrite', 'rewrite', 'rewrite']);
  const trusted = write('e');
  await turns(2);
  done();
  await trusted;
  assert.equal(asked.at(-1), 'sync');
});

test('a store that closes waits until the disk has what was begun', async (t) => {
  const { database, commits, write, told, done } = opened();
  t.after(() => database.close());
  const written = write('a');
  let closed = false;
  const closing = commits.close().then(() => {
    closed = true;
  });
  await turns(3);
  assert.deepEqual([told, closed], [[], false]);
  done();
  await Promise.all([written, closing]);
  assert.deepEqual([told, closed], [['a kept'], true]);
});

test('whatever the order of commits, syncs and failures, an answer is only given for what a later sync has brought to the disk', async () => {
  const step = fc.constantFrom('commit', 'done', 'fail');
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 30 }), async (steps) => {
      const disk = slowDisk();
      let committed = 0;
      /** How many commits the disk has for certain. */
      let safe = 0;
      const begun: number[] = [];
      const noting = (ask: () => Promise<void>) => async () => {
        begun.push(committed);
        await ask();
      };
      const durability = new Durability({
        sync: noting(() => disk.disk.sync()),
        rewrite: noting(() => disk.disk.rewrite()),
      });
      const answers: Promise<unknown>[] = [];
      for (const each of steps) {
        if (each === 'commit') {
          committed += 1;
          durability.committed();
          const mine = committed;
          const settled = durability.settle();
          assert.ok(settled, 'a commit that was made just now is never durable');
          answers.push(
            settled.then(
              () => assert.ok(mine <= safe, `${mine} of ${safe}`),
              () => undefined,
            ),
          );
        } else if (disk.busy()) {
          const covered = begun.shift() ?? 0;
          if (each === 'done') safe = covered;
          if (each === 'done') disk.done();
          else disk.fail();
        }
        await turns(1);
      }
      while (disk.busy()) {
        safe = begun.shift() ?? 0;
        disk.done();
        await turns(1);
      }
      await Promise.all(answers);
    }),
    { numRuns: 300 },
  );
});
