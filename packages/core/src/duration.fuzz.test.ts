import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { fuzz } from '../../../tools/fuzz/fuzz.ts';
import { nearly } from '../../../tools/fuzz/hostile-text.ts';
import { durationInSeconds } from './duration.ts';

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;
const unit = fc.constantFrom('s', 'm', 'h', 'd');

it('a duration is what was written, and nothing else is one', () => {
  fuzz(
    fc.property(fc.nat(999_999), unit, (amount, of) => {
      assert.equal(durationInSeconds(`${amount}${of}`), amount * SECONDS[of]);
    }),
  );
  fuzz(
    fc.property(nearly(fc.tuple(fc.nat(9_999_999), unit).map((parts) => parts.join(''))), (text) => {
      const seconds = durationInSeconds(text);
      assert.equal(seconds !== undefined, /^[0-9]{1,6}[smhd]$/.test(text));
      assert.ok(seconds === undefined || (Number.isSafeInteger(seconds) && seconds >= 0));
    }),
  );
});
