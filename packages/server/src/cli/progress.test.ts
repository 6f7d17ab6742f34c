import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bar, progressOf } from './progress.ts';

test('a bar shows the share, never more than all, and what nothing is all of', () => {
  assert.equal(bar(0, 200, 0), `${'░'.repeat(30)}   0 %  0 of 200, 0 a second`);
  assert.equal(
    bar(50_000, 100_000, 61_234.5),
    `${'█'.repeat(15)}${'░'.repeat(15)}  50 %  50,000 of 100,000, 61,235 a second`,
  );
  assert.match(bar(300, 200, 1), /^█{30} 100 % /);
  assert.match(bar(0, 0, 0), /^█{30} 100 % /);
});

test('it is drawn for a terminal alone, and taken away at the end', () => {
  const written: string[] = [];
  const terminal = (isTTY: boolean) => ({
    isTTY,
    write: (text: string | Uint8Array) => written.push(String(text)) > 0,
  });
  const silent = progressOf(10, terminal(false));
  silent(5);
  silent.end();
  assert.deepEqual(written, []);
  const shown = progressOf(10, terminal(true));
  shown.end();
  assert.deepEqual(written, [], 'Nothing was drawn yet.');
});
