import assert from 'node:assert/strict';
import type { ChildProcessByStdio } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { createSqliteStore } from '../store.ts';
import { folderFor } from './folder.fixture.ts';

const WRITER = join(import.meta.dirname, 'writer.fixture.ts');

type Writer = ChildProcessByStdio<Writable, Readable, null>;

const start = (...told: readonly string[]): Writer =>
  spawn(process.execPath, [WRITER, ...told], { stdio: ['pipe', 'pipe', 'inherit'] });

/** Waits until a writer has the file open, lets it go on, and collects what it tells until it ends. */
const collect = async (writer: Writer, opened: () => Promise<void>): Promise<string[]> => {
  const lines = createInterface({ input: writer.stdout })[Symbol.asyncIterator]();
  assert.equal((await lines.next()).value, 'open');
  await opened();
  writer.stdin.end('go\n');
  const told: string[] = [];
  for (let line = await lines.next(); line.done !== true; line = await lines.next()) told.push(line.value);
  return told;
};

test('T14: of two processes that use up the same things, exactly one wins each', async (context) => {
  const path = join(folderFor(context), 'stile.sqlite');
  // They also make the file and its schema at the same moment. Nobody begins before both are ready.
  let release = () => {};
  const both = new Promise<void>((resolve) => {
    release = resolve;
  });
  let ready = 0;
  const opened = () => {
    ready += 1;
    if (ready === 2) release();
    return both;
  };
  const [first, second] = await Promise.all([
    collect(start('race', path, 'first'), opened),
    collect(start('race', path, 'second'), opened),
  ]);

  const wins = [...first, ...second];
  assert.equal(wins.length, 200);
  assert.equal(new Set(wins).size, 200);
  const store = createSqliteStore({ path });
  const records = await store.audit.recent(1000);
  await store.close();
  assert.deepEqual(
    new Set(records.map(({ id }) => id)),
    new Set([...first.map((key) => `first-${key}`), ...second.map((key) => `second-${key}`)]),
  );
});

test('a process that is killed while it writes loses nothing that it acknowledged', async (context) => {
  const path = join(folderFor(context), 'stile.sqlite');
  const acknowledged: string[] = [];

  for (let round = 0; round < 6; round += 1) {
    const writer = start('endless', path, `round-${round}`);
    const exited = once(writer, 'exit');
    const lastOfRound = 20 + 37 * round;
    let told = 0;
    for await (const line of createInterface({ input: writer.stdout })) {
      if (line !== 'open') acknowledged.push(line);
      told += 1;
      if (told === lastOfRound) writer.kill('SIGKILL');
    }
    assert.deepEqual((await exited)[1], 'SIGKILL');
  }

  const store = createSqliteStore({ path });
  const used = await store.authenticators.usedOf('single-use-token', acknowledged);
  assert.equal(used.length, acknowledged.length);
  for (const key of acknowledged) assert.notEqual(await store.audit.find(key), undefined);
  await store.close();

  const database = new Database(path);
  context.after(() => database.close());
  assert.equal(database.pragma('integrity_check', { simple: true }), 'ok');
  const halves = database.prepare(
    'select count(*) from consumption full outer join audit_record on consumption.key = audit_record.id where key is null or id is null',
  );
  assert.equal(halves.pluck().get(), 0, 'no write is there by half');
});
