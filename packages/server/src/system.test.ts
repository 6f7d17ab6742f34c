import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { clockOf, systemRandom } from './system.ts';

const SECOND = 1000;

describe('the clock of the system', () => {
  let milliseconds = 0;
  const readings = (...read: readonly number[]): readonly number[] => {
    const now = clockOf(() => milliseconds);
    return read.map((seconds) => {
      milliseconds = seconds * SECOND;
      return now();
    });
  };

  it('T23: shows whole seconds', () => {
    assert.deepEqual(readings(1000, 1000.999, 1001), [1000, 1000, 1001]);
  });

  it('waits out a step back of up to a minute, so that nothing that was just done lies in the future', () => {
    assert.deepEqual(readings(1000, 997, 999, 1001), [1000, 1000, 1000, 1001]);
    assert.deepEqual(readings(1000, 940, 1000, 1001), [1000, 1000, 1000, 1001]);
  });

  it('follows a greater step, so that a clock that was far ahead is not so for ever', () => {
    assert.deepEqual(readings(1000, 939, 940), [1000, 939, 940]);
    assert.deepEqual(readings(1000, 1_000_000, 1001), [1000, 1_000_000, 1001]);
  });

  it('several small steps are one great one in the end', () => {
    assert.deepEqual(readings(1000, 950, 930), [1000, 1000, 930]);
  });
});

describe('the randomness of the system', () => {
  it('gives as many bytes as asked for, and none twice', () => {
    const seen = new Set<string>();
    for (let round = 0; round < 3000; round += 1) {
      const length = round % 1000 === 0 ? 10_000 : 16 + (round % 20);
      const bytes = systemRandom(length);
      assert.equal(bytes.length, length);
      seen.add(Buffer.from(bytes.subarray(0, 16)).toString('hex'));
    }
    assert.equal(seen.size, 3000);
    assert.equal(systemRandom(0).length, 0);
  });

  it('keeps no memory with what it has given', () => {
    const [one, other] = [systemRandom(16), systemRandom(16)];
    assert.notEqual(one.buffer, other.buffer);
    assert.equal(one.buffer.byteLength, 16);
  });
});
