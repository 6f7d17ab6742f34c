import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { fuzz } from '../../../../../tools/fuzz/fuzz.ts';
import { nearly } from '../../../../../tools/fuzz/hostile-text.ts';
import { centsFrom } from './money.ts';

it('an amount is as many cents as was written, to the cent, and nothing else is one', () => {
  fuzz(
    fc.property(fc.nat(9_999_999), fc.nat(99), fc.constantFrom('.', ','), (whole, cents, point) => {
      assert.equal(centsFrom(`${whole}${point}${String(cents).padStart(2, '0')}`), whole * 100 + cents);
      assert.equal(centsFrom(` ${whole} `), whole * 100);
    }),
  );
  fuzz(
    fc.property(nearly(fc.constantFrom('25', '25.00', '1 250,5')), (typed) => {
      const cents = centsFrom(typed);
      assert.ok(cents === undefined || (Number.isSafeInteger(cents) && cents >= 0));
      assert.equal(cents !== undefined, /^[0-9]{1,7}([.,][0-9]{1,2})?$/.test(typed.replaceAll(/\s/g, '')));
    }),
  );
});
