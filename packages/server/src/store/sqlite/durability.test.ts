import assert from 'node:assert/strict';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { createSqliteStore } from '../store.ts';
import { folderFor } from './testing/folder.ts';
import { startWriter } from './testing/writer-process.ts';

/** Lets a process write until it has acknowledged so many writes, and kills it in the middle of the next. */
const writeAndDie = async (path: string, name: string, acknowledgements: number): Promise<string[]> => {
  const writer = startWriter('endless', path, name);
  const exited = once(writer.child, 'exit');
  const acknowledged: string[] = [];
  for await (const line of writer.lines) {
    if (line !== 'open') acknowledged.push(line);
    if (acknowledged.length === acknowledgements) writer.child.kill('SIGKILL');
  }
  assert.deepEqual(await exited, [null, 'SIGKILL']);
  return acknowledged;
};

test('processes that are killed while they write lose nothing that they acknowledged', async (context) => {
  const path = join(folderFor(context), 'stile.sqlite');
  const acknowledged: string[] = [];
  for (const acknowledgements of [1, 20, 57, 94, 240]) {
    acknowledged.push(...(await writeAndDie(path, `until-${acknowledgements}`, acknowledgements)));
  }

  const store = createSqliteStore({ path });
  const used = await store.authenticators.usedOf('single-use-token', acknowledged);
  assert.equal(used.length, acknowledged.length);
  for (const key of acknowledged) assert.notEqual(await store.audit.find(key), undefined, key);
  await store.close();

  const database = new Database(path);
  context.after(() => database.close());
  assert.equal(database.pragma('integrity_check', { simple: true }), 'ok');
  const halves = database.prepare(
    'select count(*) from consumption full join audit_record on key = id where key is null or id is null',
  );
  assert.equal(halves.pluck().get(), 0, 'no write is there by half');
});
