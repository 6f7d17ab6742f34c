import assert from 'node:assert/strict';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { sql } from 'kysely';
import { migrations } from '../migrations/migrations.ts';
import type { Grant } from '../records.ts';
import { first } from '../sql/operation.ts';
import { cells } from '../sql/tables/table.ts';
import { createSqliteStore } from '../store.ts';
import type { StoreProblem } from '../store-error.ts';
import { at, audit, grant, totpStep } from '../testing/fixtures.ts';
import { Connection } from './connection.ts';
import { openSqlite } from './engine.ts';
import { migrate } from './migrate.ts';
import { folderFor } from './testing/folder.ts';

const openBriefly = async (path: string): Promise<void> => {
  await createSqliteStore({ path, now: () => at(0) }).close();
};

const refusesToOpen = (path: string, problem: StoreProblem, message: RegExp): void => {
  assert.throws(() => createSqliteStore({ path }), { name: 'StoreError', problem, message });
};

const change = (path: string, sql: string): void => {
  const database = new Database(path);
  database.exec(sql);
  database.close();
};

test('a new database is for the eyes of its owner alone', async (context) => {
  const folder = join(folderFor(context), 'new', 'data');
  const path = join(folder, 'stile.sqlite');
  const store = createSqliteStore({ path });
  await store.check();
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  for (const file of [path, `${path}-wal`, `${path}-shm`]) assert.equal(statSync(file).mode & 0o777, 0o600, file);
  await store.close();
});

test('what was written is there when the file is opened again', async (context) => {
  const path = join(folderFor(context), 'stile.sqlite');
  const store = createSqliteStore({ path });
  await store.once.consume(totpStep(1), [audit('1')]);
  await store.close();

  const again = createSqliteStore({ path });
  assert.equal(await again.once.consume(totpStep(1), []), false);
  assert.deepEqual(await again.audit.find('1'), audit('1'));
  await again.close();
});

test('a commit does not hold up the process until the disk has it, and rows are held to their references', async (context) => {
  const engine = openSqlite(join(folderFor(context), 'stile.sqlite'), at(0));
  context.after(() => engine.close());
  const pragma = (name: string) => engine.read(() => first(sql`pragma ${sql.raw(name)}`, { parse: cells }));
  const settings = { journal_mode: 'wal', synchronous: 1, fullfsync: 1, foreign_keys: 1, trusted_schema: 0 };
  for (const [name, value] of Object.entries(settings)) {
    assert.deepEqual([...((await pragma(name))?.values() ?? [])], [value], name);
  }
});

test('each migration is noted once', async (context) => {
  const path = join(folderFor(context), 'stile.sqlite');
  await openBriefly(path);
  await openBriefly(path);
  const database = new Database(path);
  context.after(() => database.close());
  assert.deepEqual(
    database.prepare('select * from schema_migration order by version').all(),
    migrations.map(({ version, name }) => ({ version, name, applied_at: at(0) })),
  );
  assert.deepEqual(
    migrations.map(({ version }) => version),
    migrations.map((_, index) => index + 1),
  );
});

test('a grant from the first version asks for no claims by name, and what was on record then is sealed', async (context) => {
  const path = join(folderFor(context), 'stile.sqlite');
  const database = new Database(path);
  migrate(new Connection(database), at(0), migrations.slice(0, 1));
  const noClaims = { requestedClaims: { idToken: [], userinfo: [] }, customClaims: { accessToken: {}, idToken: {} } };
  const before = grant({ userId: null, sessionId: null, requestedAt: null, ...noClaims });
  const json = ({ scopes, events, requirements }: Grant) =>
    [scopes, events, requirements].map((one) => JSON.stringify(one));
  database
    .prepare(
      'insert into "grant" (id, client_id, audience, scopes, events, requirements, nonce, ages_from, created_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    )
    .run(before.id, before.clientId, before.audience, ...json(before), before.nonce, before.agesFrom, before.createdAt);
  database
    .prepare("insert into audit_record (id, at, type, details) values ('old', ?, 'test.happened', '{}')")
    .run(at(0));
  database.close();

  const upgraded = createSqliteStore({ path, now: () => at(0) });
  context.after(() => upgraded.close());
  assert.deepEqual(await upgraded.grants.find(before.id), before);
  assert.equal(await upgraded.chain.seal(9), 1);
  assert.equal((await upgraded.chain.head())?.recordId, 'old');
});

test('policies of before count as decided by until the latest record', async (context) => {
  const path = join(folderFor(context), 'stile.sqlite');
  const database = new Database(path);
  migrate(new Connection(database), at(0), migrations.slice(0, 9));
  const keep = database.prepare("insert into policy (digest, text, first_at) values (?, '{}', ?)");
  for (const [digest, second] of [
    ['old', 1],
    ['new', 70],
  ] as const)
    keep.run(digest, at(second));
  database
    .prepare("insert into audit_record (id, at, type, details) values ('last', ?, 'token.granted', '{}')")
    .run(at(50));
  database.close();

  const upgraded = createSqliteStore({ path, now: () => at(80) });
  context.after(() => upgraded.close());
  const lasts = await Promise.all(['old', 'new'].map((digest) => upgraded.policies.find(digest)));
  assert.deepEqual(
    lasts.map((one) => one?.lastAt),
    [at(50), at(70)],
  );
});

test('a database of a newer version is refused and left alone', async (context) => {
  const path = join(folderFor(context), 'stile.sqlite');
  await openBriefly(path);
  change(path, "insert into schema_migration (version, name, applied_at) values (999, 'later', 0)");
  refusesToOpen(path, 'newer-schema', new RegExp(`version 999.*up to ${migrations.length}\\.`));
});

test('a file that is not a database is refused and left alone', (context) => {
  const path = join(folderFor(context), 'stile.sqlite');
  const content = 'Dear diary, '.repeat(1000);
  writeFileSync(path, content);
  refusesToOpen(path, 'not-a-database', /not a database/);
  assert.equal(statSync(path).size, content.length);
});

test('the database of another program is refused and left alone', (context) => {
  const path = join(folderFor(context), 'other.sqlite');
  change(path, 'create table recipe (name text)');
  refusesToOpen(path, 'foreign-database', /another program/);
  const database = new Database(path);
  context.after(() => database.close());
  assert.equal(database.prepare('select count(*) from sqlite_master').pluck().get(), 1);
  assert.equal(database.pragma('journal_mode', { simple: true }), 'delete');
});

test('a place where no file can be is refused', (context) => {
  const folder = folderFor(context);
  mkdirSync(join(folder, 'stile.sqlite'));
  refusesToOpen(join(folder, 'stile.sqlite'), 'inaccessible', /cannot be opened/);
});
