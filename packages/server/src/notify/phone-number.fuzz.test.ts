import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { fuzz } from '../../../../tools/fuzz/fuzz.ts';
import { nearly } from '../../../../tools/fuzz/hostile-text.ts';
import { callingCodeOf } from './calling-codes.ts';
import { isAllowedNumber, maskedPhoneNumber, parsePhoneNumber } from './phone-number.ts';

it('a phone number is a plus sign and digits of a country, and stays what it is', () => {
  fuzz(
    fc.property(nearly(fc.constantFrom('+49 (0)30 123456', '0049 151 12345623', '+1 (876) 555-0143')), (typed) => {
      const number = parsePhoneNumber(typed);
      if (number === undefined) return;
      assert.match(number, /^\+[1-9][0-9]{7,14}$/);
      assert.equal(parsePhoneNumber(number), number);
      const code = callingCodeOf(number) ?? '';
      assert.ok(number.startsWith(code) && code.length > 1);
      assert.equal(isAllowedNumber(number, [code]), true);
      assert.ok(!maskedPhoneNumber(number).includes(number.slice(code.length, -2)));
    }),
  );
});
