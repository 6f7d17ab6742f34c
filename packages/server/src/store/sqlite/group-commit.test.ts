import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { sql } from 'kysely';
import type { Operation } from '../sql/operation.ts';
import { run } from '../sql/operation.ts';
import { appendAudit } from '../sql/operations/audit.ts';
import { consume } from '../sql/operations/consume.ts';
import { writeAndForget } from '../sql/operations/upkeep.ts';
import { sqlStore } from '../sql/store.ts';
import { StoreUnavailable } from '../store-error.ts';
import { at, audit, totpStep, withCode } from '../testing/fixtures.ts';
import { Connection } from './connection.ts';
import { Durability } from './durability.ts';
import { openSqlite } from './engine.ts';
import { GroupCommit } from './group-commit.ts';
import { folderFor } from './testing/folder.ts';
import { NO_LOG } from './write-ahead-log.ts';

const open = (path = ':memory:') => {
  const engine = openSqlite(path, at(0));
  return { engine, store: sqlStore(engine) };
};

type Arguments = ConstructorParameters<typeof GroupCommit>;

/** Commits to a database whose disk always has everything. */
const commitsOf = (connection: Arguments[0], patienceMs?: number): GroupCommit =>
  new GroupCommit(connection, new Durability(NO_LOG), patienceMs);

const rejections = async (
  writes: readonly Promise<unknown>[],
): Promise<readonly { readonly reason: StoreUnavailable }[]> =>
  (await Promise.allSettled(writes)).map((outcome) => {
    assert.ok(outcome.status === 'rejected' && outcome.reason instanceof StoreUnavailable);
    return { reason: outcome.reason };
  });

const statuses = async (writes: readonly Promise<unknown>[]): Promise<string[]> =>
  (await Promise.allSettled(writes)).map(({ status }) => status);

test('a read never sees what is not committed', async (context) => {
  const { store } = open();
  context.after(() => store.close());
  const written = store.audit.append([audit('1')]);
  assert.equal(await store.audit.find('1'), undefined);
  await written;
  assert.notEqual(await store.audit.find('1'), undefined);
});

test('a judge that tries to read from the store is stopped', async (context) => {
  const { store } = open();
  context.after(() => store.close());
  await withCode(store);
  let peeked: Promise<unknown> = Promise.resolve();
  await store.grants.redeemCode('code', at(31), () => {
    peeked = store.audit.find('1');
    peeked.catch(() => {});
    return { value: null, refreshToken: null, audit: [] };
  });
  await assert.rejects(peeked, /must not read/);
});

/** Commits of a database in memory, and the brackets that they were made with. */
const watched = (context: TestContext) => {
  const database = new Database(':memory:');
  const statements: string[] = [];
  const connection = new Connection(database);
  const commits = commitsOf({
    get inTransaction() {
      return connection.inTransaction;
    },
    perform: (operation) => connection.perform(operation),
    execute: (statement) => {
      statements.push(statement.split(' ', 1)[0] ?? '');
      connection.execute(statement);
    },
  });
  context.after(() => database.close());
  return { commits, statements };
};

test('writes of one turn share a commit, and the next turn has its own', async (context) => {
  const { commits, statements } = watched(context);
  const ask = () =>
    commits.write(
      () => run(sql`select 1`),
      () => true,
    );
  await Promise.all([ask(), ask(), ask()]);
  await ask();
  assert.deepEqual(statements, ['BEGIN', 'COMMIT', 'BEGIN', 'COMMIT']);
});

test('when one write cannot be kept all are undone and run again, each in a savepoint, and answered once', async (context) => {
  const { commits, statements } = watched(context);
  const asked: string[] = [];
  const write = (name: string, outcome: 'kept' | 'not kept' | 'throws') =>
    commits.write(
      function* () {
        asked.push(name);
        if (outcome === 'throws') throw new Error('No.');
        yield* run(sql`select 1`);
        return name;
      },
      () => outcome === 'kept',
    );
  const spoilt = [write('a', 'kept'), write('b', 'not kept'), write('c', 'kept'), write('d', 'throws')];
  assert.deepEqual(await statuses(spoilt), ['fulfilled', 'fulfilled', 'fulfilled', 'rejected']);
  assert.deepEqual(asked, ['a', 'b', 'a', 'b', 'c', 'd']);
  const apart = 'SAVEPOINT RELEASE SAVEPOINT ROLLBACK RELEASE SAVEPOINT RELEASE SAVEPOINT ROLLBACK RELEASE';
  assert.equal(statements.join(' '), `BEGIN ROLLBACK BEGIN ${apart} COMMIT`);
});

test('T16: a write that throws is refused and not tried again, though it would succeed the next time', async (context) => {
  const { commits } = watched(context);
  const asked: string[] = [];
  const write = (name: string, broken: boolean) =>
    commits.write(
      function* () {
        asked.push(name);
        if (broken && asked.filter((one) => one === name).length === 1) throw new Error('Once.');
        yield* run(sql`select 1`);
      },
      () => true,
    );
  const together = [write('a', false), write('b', true), write('c', false)];
  assert.deepEqual(await statuses(together), ['fulfilled', 'rejected', 'fulfilled']);
  assert.deepEqual(asked, ['a', 'b', 'a', 'c']);
  await assert.rejects(write('d', true), /Once/);
});

test('nobody is answered before the commit', async (context) => {
  const path = join(folderFor(context), 'stile.sqlite');
  const { store } = open(path);
  const witness = new Database(path, { readonly: true });
  context.after(async () => {
    witness.close();
    await store.close();
  });
  const seen = witness.prepare('select count(*) from audit_record').pluck();
  const writes = Array.from({ length: 5 }, (_, index) =>
    store.audit.append([audit(String(index))]).then(() => seen.get()),
  );
  assert.deepEqual(await Promise.all(writes), [5, 5, 5, 5, 5]);
});

/** Breaks a reference in a way that is only looked at when the transaction commits. */
function* breakAtCommit(): Operation<void> {
  yield* run(sql`pragma defer_foreign_keys = on`);
  yield* run(
    sql`insert into authenticator (id, user_id, factor, name, material, created_at) values ('x', 'nobody', 'totp', 'x', '{}', 0)`,
  );
}

test('when the commit fails everybody is refused, and nothing is left', async (context) => {
  const { engine, store } = open();
  context.after(() => store.close());
  const writes = [store.once.consume(totpStep(1), []), engine.write(breakAtCommit), store.audit.append([audit('1')])];
  assert.deepEqual(await statuses(writes), ['rejected', 'rejected', 'rejected']);
  assert.equal(await store.audit.find('1'), undefined);
  assert.equal(await store.once.consume(totpStep(1), []), true);
});

/** What SQLite does by itself when the disk is full. */
function* loseTransaction(): Operation<void> {
  yield* run(sql`rollback`);
  throw new Error('The disk is full.');
}

test('when the transaction is lost half way everybody is refused, and nothing is left', async (context) => {
  const { engine, store } = open();
  context.after(() => store.close());
  const writes = [store.once.consume(totpStep(1), []), engine.write(loseTransaction), store.audit.append([audit('1')])];
  for (const write of await Promise.allSettled(writes)) {
    assert.ok(write.status === 'rejected');
    assert.match(String(write.reason), /The disk is full/);
  }
  assert.equal(await store.audit.find('1'), undefined);
  assert.equal(await store.once.consume(totpStep(1), []), true);
});

test('when another process holds the file for too long everybody is refused, and later writes succeed', async (context) => {
  const path = join(folderFor(context), 'stile.sqlite');
  await open(path).store.close();
  const impatient = new Database(path, { timeout: 0 });
  const other = new Database(path);
  context.after(() => {
    impatient.close();
    other.close();
  });
  const commits = commitsOf(new Connection(impatient), 0);
  const write = (counter: number) =>
    commits.write(
      () => consume(totpStep(counter)),
      () => true,
    );

  other.exec('begin immediate');
  for (const { reason } of await rejections([write(1), write(2)])) {
    assert.deepEqual([reason.name, reason.trouble], ['StoreUnavailable', 'busy']);
  }
  other.exec('commit');
  assert.deepEqual(await Promise.all([write(1), write(2)]), [true, true]);
});

test('a write that was begun is finished when the store closes, and none is begun afterwards', async (context) => {
  const path = join(folderFor(context), 'stile.sqlite');
  const { store } = open(path);
  const begun = store.once.consume(totpStep(1), []);
  await store.close();
  assert.equal(await begun, true);
  await assert.rejects(store.once.consume(totpStep(2), []), { problem: 'closed' });
  await store.close();
  await nextTurn();

  const again = open(path).store;
  assert.equal(await again.once.consume(totpStep(1), []), false);
  await again.close();
});

test('while another process holds the file writes wait, reads and the rest of the process go on', async (context) => {
  const path = join(folderFor(context), 'stile.sqlite');
  const { store } = open(path);
  const other = new Database(path);
  context.after(async () => {
    other.close();
    await store.close();
  });
  other.exec('begin immediate');
  const order: string[] = [];
  const writes = [1, 2].map(async (counter) => {
    const consumed = await store.once.consume(totpStep(counter), []);
    order.push(`written ${consumed}`);
  });
  for (let turn = 0; turn < 3; turn += 1) {
    await nextTurn();
    assert.equal(await store.audit.find('1'), undefined);
    order.push('read');
  }
  other.exec('commit');
  await Promise.all(writes);
  assert.deepEqual(order, ['read', 'read', 'read', 'written true', 'written true']);
});

test('a store that closes while another process holds the file finishes what was begun first', async (context) => {
  const path = join(folderFor(context), 'stile.sqlite');
  const { store } = open(path);
  const other = new Database(path);
  context.after(() => other.close());
  other.exec('begin immediate');
  const begun = store.once.consume(totpStep(1), []);
  const closed = store.close();
  await nextTurn();
  other.exec('commit');
  assert.equal(await begun, true);
  await closed;
  assert.equal(other.prepare('select count(*) from consumption').pluck().get(), 1);
});

test('a write that meets trouble with the disk by itself is refused by its name, and its neighbours are kept', async (context) => {
  const { engine, store } = open();
  context.after(() => store.close());
  const failing = engine.write(function* () {
    yield* run(sql`select 1`);
    throw new Database.SqliteError('disk I/O error', 'SQLITE_IOERR_READ');
  });
  const kept = store.audit.append([audit('1')]);
  for (const { reason } of await rejections([failing])) assert.equal(reason.trouble, 'failing');
  await kept;
  assert.notEqual(await store.audit.find('1'), undefined);
});

for (const [trouble, sql, remedy] of [
  ['full', 'pragma max_page_count = 1', 'pragma max_page_count = 100000'],
  ['read-only', 'pragma query_only = on', 'pragma query_only = off'],
] as const) {
  test(`a disk that is ${trouble} refuses everybody by that name, keeps nothing, and is forgotten when it is over`, async (context) => {
    const path = join(folderFor(context), 'stile.sqlite');
    await open(path).store.close();
    const database = new Database(path);
    context.after(() => database.close());
    const commits = commitsOf(new Connection(database));
    // More than the pages that the file has already.
    const many = Array.from({ length: 200 }, (_, index) => ({
      ...audit(String(index)),
      details: { filler: 'x'.repeat(200) },
    }));
    const write = () =>
      commits.write(
        () => appendAudit(many),
        () => true,
      );

    const check = () =>
      commits.write(
        () => writeAndForget(),
        () => true,
      );

    database.exec(sql);
    for (const { reason } of await rejections([write(), write(), check()])) assert.equal(reason.trouble, trouble);
    const kept = database.prepare('select count(*) from audit_record').pluck();
    assert.equal(kept.get(), 0);
    database.exec(remedy);
    await write();
    assert.equal(kept.get(), 200);
  });
}
