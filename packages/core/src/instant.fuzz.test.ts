import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { fuzz } from '../../../tools/fuzz/fuzz.ts';
import { anyJson } from '../../../tools/fuzz/hostile-text.ts';
import { instant, isInstant } from './instant.ts';

const value = fc.oneof(
  anyJson,
  fc.double(),
  fc.integer(),
  fc.nat({ max: 2 ** 31 }),
  fc.constantFrom(99_999_999_999, 1e11),
);

it('a moment is a whole number of seconds that is not milliseconds, and nothing else is one', () => {
  fuzz(
    fc.property(value, (given) => {
      const isMoment = isInstant(given);
      assert.equal(isMoment, typeof given === 'number' && given % 1 === 0 && given >= 0 && given < 1e11);
      if (typeof given !== 'number') return;
      if (isMoment) assert.equal(instant(given), given);
      else assert.throws(() => instant(given), RangeError);
    }),
  );
});
