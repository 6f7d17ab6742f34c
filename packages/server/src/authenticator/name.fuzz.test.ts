import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { enough, fuzz } from '../../../../tools/fuzz/fuzz.ts';
import { garbage, nearly } from '../../../../tools/fuzz/hostile-text.ts';
import { authenticatorName } from './name.ts';

it('a name is one visible line of bounded length, and stays itself when it is taken as a name again', () => {
  let named = 0;
  const typed = fc.oneof(
    nearly(fc.constantFrom('Pixel 9', 'Schlüssel', '鍵')),
    garbage,
    fc.string({ unit: 'grapheme' }),
  );
  fuzz(
    fc.property(typed, (text) => {
      const name = authenticatorName(text);
      if (name === undefined) return;
      named += 1;
      assert.doesNotMatch(name, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|^\s|\s$|\s\s/u);
      assert.ok(name.length > 0 && Array.from(name).length <= 50);
      assert.equal(authenticatorName(name), name);
    }),
  );
  enough(named, 100, 'were names');
});

it('what cannot be seen, is too long or is missing is no name', () => {
  const nothing = [undefined, '', ' \t\n', '\u200b\u202e', 'x'.repeat(51), 'é'.repeat(51), '\u200b'.repeat(2_000)];
  for (const text of nothing) assert.equal(authenticatorName(text), undefined);
  assert.equal(authenticatorName('  Robin\u202e’s\n phone '), 'Robin’s phone');
});
