import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { createSqliteStore } from '../store.ts';
import { folderFor } from './testing/folder.ts';
import { startWriter } from './testing/writer-process.ts';

/** Waits until a writer has the file open, lets it go on, and collects what it tells until it ends. */
const collect = async (writer: ReturnType<typeof startWriter>, opened: () => Promise<void>): Promise<string[]> => {
  const told: string[] = [];
  for await (const line of writer.lines) {
    if (line === 'open') {
      await opened();
      writer.child.stdin.end('go\n');
    } else told.push(line);
  }
  return told;
};

/** Lets nobody pass before so many have come. */
const gate = (many: number): (() => Promise<void>) => {
  const { promise, resolve } = Promise.withResolvers<void>();
  let waiting = 0;
  return () => {
    waiting += 1;
    if (waiting === many) resolve();
    return promise;
  };
};

test('T14: of two processes that use up the same things, exactly one wins each', async (context) => {
  const path = join(folderFor(context), 'stile.sqlite');
  // They also make the file and its schema at the same moment.
  const bothReady = gate(2);
  const [first, second] = await Promise.all(
    ['first', 'second'].map((name) => collect(startWriter('race', path, name), bothReady)),
  );
  assert.ok(first && second);

  const wins = [...first, ...second];
  assert.equal(wins.length, 200);
  assert.equal(new Set(wins).size, 200);
  const store = createSqliteStore({ path });
  const records = await store.audit.recent(1000);
  await store.close();
  assert.deepEqual(
    records.map(({ id }) => id).toSorted(),
    [...first.map((key) => `first-${key}`), ...second.map((key) => `second-${key}`)].toSorted(),
    'the audit tells who won',
  );
});
