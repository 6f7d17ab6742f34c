import assert from 'node:assert/strict';
import { test } from 'node:test';
import { durationInSeconds } from './duration.ts';

test('durations are a whole number and a unit, in seconds; anything else is none', () => {
  for (const [text, seconds] of [
    ['0s', 0],
    ['30s', 30],
    ['5m', 300],
    ['12h', 43_200],
    ['3d', 259_200],
  ] as const) {
    assert.equal(durationInSeconds(text), seconds, text);
  }
  for (const text of ['', '5', 'm', '5min', '5 m', '-5m', '5.5m', '5M', '1e3s', '9999999s', '5m\n', 'constructor']) {
    assert.equal(durationInSeconds(text), undefined, JSON.stringify(text));
  }
});
