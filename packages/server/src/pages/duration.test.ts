import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { age, ageBeside, limit, wait } from './duration.ts';

const secondsIn = { second: 1, minute: 60, hour: 3_600, day: 86_400 };
const seconds = fc.integer({ min: 0, max: 100_000_000 });

test('an age is rounded down, a wait up, a limit not at all', () => {
  assert.deepEqual(age(2_879), { count: 47, unit: 'minute' });
  assert.deepEqual(age(5_400), { count: 90, unit: 'minute' });
  assert.deepEqual(age(-5), { count: 0, unit: 'second' });
  assert.deepEqual(wait(61), { count: 2, unit: 'minute' });
  assert.deepEqual(wait(0), { count: 1, unit: 'second' });
  assert.deepEqual(limit(300), { count: 5, unit: 'minute' });
  assert.deepEqual(limit(90), { count: 90, unit: 'second' });
  assert.deepEqual(limit(86_400), { count: 24, unit: 'hour' });
});

test('a wait is never told shorter than it is, an age never longer, a limit exactly', () => {
  fc.assert(
    fc.property(seconds, (given) => {
      const [waited, aged, limited] = [wait(given), age(given), limit(given)];
      assert.ok(waited.count * secondsIn[waited.unit] >= given);
      assert.ok(aged.count * secondsIn[aged.unit] <= given);
      assert.equal(limited.count * secondsIn[limited.unit], given);
    }),
  );
});

test('an age beside the limit it exceeds never reads as if it were within', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000_000 }), fc.integer({ min: 1, max: 1_000_000 }), (most, beyond) => {
      const told = ageBeside(most + beyond, most);
      const inSeconds = told.count * secondsIn[told.unit];
      assert.ok(told.over ? inSeconds === most : inSeconds > most);
    }),
  );
});
