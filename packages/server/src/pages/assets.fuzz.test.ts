import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { fuzz } from '../../../../tools/fuzz/fuzz.ts';
import { nearly } from '../../../../tools/fuzz/hostile-text.ts';
import { assets, findAsset } from './assets.ts';

it('a path leads to the file of that very path, or to none', () => {
  const path = nearly(
    fc.oneof(
      fc.constantFrom(...assets.map((asset) => asset.path), '/assets/__proto__', '/assets/../app.ts'),
      fc.stringMatching(/^\/assets\/accent-[0-9a-f]{6}\.css$/),
    ),
  );
  fuzz(
    fc.property(path, (asked) => {
      const found = findAsset(asked);
      if (found) assert.equal(found.path, asked);
    }),
  );
});
