import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { it } from 'node:test';
import { newNumber } from './ask.ts';

it('every number from 10 to 99 comes about as often as any other, and no other does', () => {
  const seen = new Map<string, number>();
  for (let i = 0; i < 18_000; i += 1) {
    const number = newNumber((length) => randomBytes(length));
    seen.set(number, (seen.get(number) ?? 0) + 1);
  }
  assert.deepEqual(
    [...seen.keys()].map(Number).sort((one, other) => one - other),
    Array.from({ length: 90 }, (_, i) => i + 10),
  );
  // 200 each are expected, with a deviation of 14.
  for (const [number, count] of seen) assert.ok(count > 100 && count < 300, `${number} came ${count} times`);
});
