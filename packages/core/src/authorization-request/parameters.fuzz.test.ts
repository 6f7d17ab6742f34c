import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { fuzz } from '../../../../tools/fuzz/fuzz.ts';
import { garbage } from '../../../../tools/fuzz/hostile-text.ts';
import type { Parameters } from './parameters.ts';
import { several, single, singles, words } from './parameters.ts';

const name = fc.constantFrom('a', 'b', '__proto__', 'constructor', 'toString', 'hasOwnProperty');
/** Names that the server asks for are its own; the prototype is not among them. */
const asked = fc.constantFrom('a', 'b', 'constructor', 'toString', 'hasOwnProperty');
const value = fc.oneof(garbage, fc.constantFrom('', 'x', 'x y', 'x'.repeat(8192), 'x'.repeat(8193), '\x9f', '\ud800'));
const parameters: fc.Arbitrary<Parameters> = fc
  .array(fc.tuple(name, fc.array(value, { maxLength: 3 })), { maxLength: 4 })
  .map((pairs) => new Map(pairs));

const isFit = (text: string): boolean =>
  text.length <= 8192 && !Array.from(text).some((character) => /^\p{Cc}$/u.test(character));

it('parameters: agree with the rule said in other words', () => {
  fuzz(
    fc.property(parameters, name, (all, wanted) => {
      const sent = all.get(wanted) ?? [];
      const filled = sent.filter((text) => text !== '');
      const many = several(all, wanted);
      assert.equal(many.ok, filled.every(isFit));
      if (many.ok) assert.deepEqual(many.value, filled);
      const one = single(all, wanted);
      assert.equal(one.ok, sent.length <= 1 && many.ok);
      if (one.ok) assert.equal(one.value, filled[0]);
    }),
  );
});

it('parameters: several at once are each of them alone, and never the prototype', () => {
  fuzz(
    fc.property(parameters, fc.array(asked), (all, wanted) => {
      const found = singles(all, wanted);
      const alone = wanted.map((each) => single(all, each));
      assert.equal(
        found.ok,
        alone.every(({ ok }) => ok),
      );
      if (!found.ok) return;
      assert.equal(Object.getPrototypeOf(found.value), Object.prototype);
      for (const [i, each] of wanted.entries()) {
        const own: string | undefined = Object.hasOwn(found.value, each) ? found.value[each] : undefined;
        assert.deepEqual(alone[i], { ok: true, value: own }, each);
      }
    }),
  );
});

it('words: agree with a reader that goes letter by letter', () => {
  fuzz(
    fc.property(fc.option(value, { nil: undefined }), (list) => {
      const found: string[] = [];
      let word = '';
      for (const letter of `${list ?? ''} `) {
        if (letter !== ' ') word += letter;
        else {
          if (word !== '' && !found.includes(word)) found.push(word);
          word = '';
        }
      }
      assert.deepEqual(words(list), found);
    }),
  );
});
