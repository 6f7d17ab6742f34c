import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { fuzz } from '../../../../tools/fuzz/fuzz.ts';
import { garbage, nearly } from '../../../../tools/fuzz/hostile-text.ts';
import { displayName, initial } from './display-name.ts';

it('a name stands on one line, is short, hides nothing, and is its own display', () => {
  const name = fc.oneof(
    nearly(fc.constantFrom('Fabrikam Bank', 'a \u200b b', 'x\u202ey', '👩‍👩‍👧')),
    garbage,
    fc.string({ unit: 'binary', maxLength: 200 }),
  );
  fuzz(
    fc.property(name, (given) => {
      const shown = displayName(given);
      assert.ok(Array.from(shown).length <= 80);
      assert.doesNotMatch(shown, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]|^\s|\s$|\s\s/u);
      assert.equal(displayName(shown), shown);
      assert.equal(initial(given), initial(shown));
    }),
  );
});
