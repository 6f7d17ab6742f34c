import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { fuzz } from '../../../../tools/fuzz/fuzz.ts';
import { anyJson, nearly } from '../../../../tools/fuzz/hostile-text.ts';
import { duration, lifetime } from './duration.ts';

const value = fc.oneof(
  nearly(fc.tuple(fc.nat(9_999_999), fc.constantFrom('s', 'm', 'h', 'd')).map((parts) => parts.join(''))),
  anyJson,
  fc.double(),
  fc.integer(),
);

it('a duration is whole seconds up to a hundred years, and a lifetime at least one of them', () => {
  fuzz(
    fc.property(value, (given) => {
      const read = duration.safeParse(given);
      if (read.success) assert.ok(Number.isInteger(read.data) && read.data >= 0 && read.data <= 3_155_760_000);
      const live = lifetime.safeParse(given);
      assert.equal(live.success, read.success && read.data > 0);
    }),
  );
});
