import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { instant, isInstant, latest, secondsAfter, secondsBefore } from './instant.ts';

describe('T23: a moment is a whole number of seconds since the epoch', () => {
  it('seconds are', () => {
    for (const seconds of [0, 1, 1_800_000_000, 99_999_999_999]) assert.equal(instant(seconds), seconds);
  });
  it('milliseconds, fractions, negatives and what is no number are not', () => {
    const others = [1_800_000_000_000, 100_000_000_000, 1.5, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53];
    for (const other of others) {
      assert.equal(isInstant(other), false);
      assert.throws(() => instant(other), { name: 'RangeError', message: /whole number of seconds/ });
    }
    for (const other of ['5', null, undefined, [5], { valueOf: () => 5 }, 5n]) assert.equal(isInstant(other), false);
  });
  it('before the epoch there is nothing', () => {
    assert.equal(secondsBefore(instant(100), 30), 70);
    assert.equal(secondsBefore(instant(100), 101), 0);
  });
  it('no reckoning leaves the seconds', () => {
    assert.equal(secondsAfter(instant(100), 30), 130);
    assert.throws(() => secondsAfter(instant(100), 0.5), RangeError);
    assert.throws(() => secondsAfter(instant(100), 100_000_000_000), RangeError);
    assert.throws(() => secondsAfter(instant(0), -1), RangeError);
    assert.throws(() => secondsBefore(instant(100), Number.NaN), RangeError);
  });
  it('the latest of several', () => {
    assert.equal(latest(instant(5)), 5);
    assert.equal(latest(instant(5), instant(9), instant(7)), 9);
    assert.equal(latest(instant(9), instant(5)), 9);
  });
});
