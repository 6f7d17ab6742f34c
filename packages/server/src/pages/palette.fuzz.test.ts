import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { fuzz } from '../../../../tools/fuzz/fuzz.ts';
import { nearly } from '../../../../tools/fuzz/hostile-text.ts';
import { parseColour } from './palette.ts';

it('a colour is # and six hexadecimal digits of ASCII, in small letters, and nothing else', () => {
  fuzz(
    fc.property(nearly(fc.stringMatching(/^#[0-9a-fA-F]{6}$/)), (text) => {
      const colour = parseColour(text);
      assert.equal(colour, /^#[0-9a-fA-F]{6}$/.test(text) ? text.toLowerCase() : undefined);
    }),
  );
});
