import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { fuzz } from '../../../../tools/fuzz/fuzz.ts';
import { nearly } from '../../../../tools/fuzz/hostile-text.ts';
import { normaliseOneTimeCode } from './one-time-code.ts';

it('a code that was typed is six digits, or none', () => {
  fuzz(
    fc.property(nearly(fc.constantFrom('482913', '482 913', '000-000')), (typed) => {
      const code = normaliseOneTimeCode(typed);
      if (code === undefined) return;
      assert.match(code, /^[0-9]{6}$/);
      assert.equal(normaliseOneTimeCode(code), code);
    }),
  );
});
