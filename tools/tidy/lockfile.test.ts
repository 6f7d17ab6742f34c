import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { missingFromLock } from './lockfile.ts';

function missing(packages: Record<string, object>): string[] {
  return missingFromLock(JSON.stringify({ lockfileVersion: 3, packages }));
}

describe('missingFromLock', () => {
  it('finds a package, also an optional one for another platform, that is asked for and not there', () => {
    assert.deepEqual(
      missing({
        '': { devDependencies: { tool: '1.0.0', absent: '1.0.0' } },
        'node_modules/tool': { optionalDependencies: { '@tool/darwin': '1.0.0', '@tool/linux': '1.0.0' } },
        'node_modules/@tool/linux': { version: '1.0.0' },
      }),
      ['package.json → absent', 'node_modules/tool → @tool/darwin'],
    );
  });

  it('looks where Node would look', () => {
    assert.deepEqual(
      missing({
        'packages/a': { dependencies: { inner: '1', outer: '1' } },
        'packages/a/node_modules/inner': { dependencies: { deep: '1', outer: '1' } },
        'packages/a/node_modules/inner/node_modules/deep': { dependencies: { '@s/outer': '1', inner: '1' } },
        'node_modules/outer': { dependencies: { inner: '1' } },
        'node_modules/@s/outer': {},
      }),
      ['node_modules/outer → inner'],
    );
  });
});
