import assert from 'node:assert/strict';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { sql } from 'kysely';
import { first } from '../sql/operation.ts';
import { cells } from '../sql/tables/table.ts';
import { createSqliteStore } from '../store.ts';
import type { StoreProblem } from '../store-error.ts';
import { at, audit, authorization, grant, totpStep } from '../testing/fixtures.ts';
import { openSqlite } from './engine.ts';
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
  assert.deepEqual(database.prepare('select * from schema_migration').all(), [
    { version: 1, name: 'first', applied_at: at(0) },
    { version: 2, name: 'requested-claims', applied_at: at(0) },
    { version: 3, name: 'what-was-asked', applied_at: at(0) },
    { version: 4, name: 'authenticators-of-every-kind', applied_at: at(0) },
    { version: 5, name: 'whose-limits', applied_at: at(0) },
    { version: 6, name: 'arrivals', applied_at: at(0) },
  ]);
});

test('a grant from before claims could be asked for by name asks for none', async (context) => {
  const path = join(folderFor(context), 'stile.sqlite');
  const store = createSqliteStore({ path, now: () => at(0) });
  await store.grants.authorize(authorization({ grant: grant({ userId: null, sessionId: null }), interactionId: null }));
  await store.close();
  change(
    path,
    'alter table "grant" drop column requested_claims; drop index interaction_unfinished_by_expires_at;' +
      'alter table interaction drop column asked; drop index authenticator_by_lookup; drop index audit_record_by_user_id;' +
      'alter table authenticator drop column lookup; alter table authenticator drop column preferred_at;' +
      'alter table session drop column user_agent; alter table session drop column address; drop table ceremony;' +
      'drop table remembered_device; drop table arrival; drop index throttle_by_whose; alter table throttle drop column whose;' +
      'alter table throttle drop column label; delete from schema_migration where version > 1',
  );

  const upgraded = createSqliteStore({ path, now: () => at(0) });
  context.after(() => upgraded.close());
  const before = grant({ userId: null, sessionId: null, requestedClaims: { idToken: [], userinfo: [] } });
  assert.deepEqual(await upgraded.grants.find(before.id), before);
});

test('a database of a newer version is refused and left alone', async (context) => {
  const path = join(folderFor(context), 'stile.sqlite');
  await openBriefly(path);
  change(path, "insert into schema_migration (version, name, applied_at) values (999, 'later', 0)");
  refusesToOpen(path, 'newer-schema', /version 999.*up to 6/);
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
