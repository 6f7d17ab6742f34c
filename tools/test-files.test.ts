import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { selectTests } from './test-files.ts';

describe('selectTests', () => {
  const root = mkdtempSync(join(tmpdir(), 'stile-tests-'));
  after(() => rmSync(root, { recursive: true, force: true }));
  for (const file of [
    'tidy.test.ts',
    'packages/core/src/step-up.test.ts',
    'packages/core/src/step-up.ts',
    'packages/core-extra/src/a.test.ts',
    'packages/core/node_modules/other/b.test.ts',
    'examples/fabrikam/data/c.test.ts',
    'examples/fabrikam/src/d.test.ts',
    'bench/e.test.ts',
  ]) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), '');
  }

  it('finds every test that is ours', () => {
    assert.deepEqual(selectTests(root, []), [
      'bench/e.test.ts',
      'examples/fabrikam/src/d.test.ts',
      'packages/core-extra/src/a.test.ts',
      'packages/core/src/step-up.test.ts',
      'tidy.test.ts',
    ]);
  });

  it('keeps the folder or file it is asked for, and no neighbour whose name begins the same', () => {
    assert.deepEqual(selectTests(root, ['packages/core']), ['packages/core/src/step-up.test.ts']);
    assert.deepEqual(selectTests(root, ['./bench/', 'tidy.test.ts']), ['bench/e.test.ts', 'tidy.test.ts']);
    assert.deepEqual(selectTests(root, ['nowhere']), []);
  });
});
