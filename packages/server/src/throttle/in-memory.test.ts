import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Instant } from '@stile/core';
import { instant } from '@stile/core';
import { limitsSchema } from '../config/limits-schema.ts';
import { createInMemoryLimits } from './in-memory.ts';

const limited = (change: object) => {
  let now: Instant = instant(1_000_000);
  return {
    ...createInMemoryLimits(limitsSchema.parse(change), () => now),
    turn: (seconds: number) => {
      now = instant(now + seconds);
    },
  };
};

const times = (many: number, work: () => number): readonly number[] => Array.from({ length: many }, work);

test('a network starts so many requests at once, and then as many as a minute has', () => {
  const { start, turn } = limited({ startsFromNetworkPerMinute: 30 });
  assert.deepEqual(
    times(31, () => start('192.0.2.1')),
    [...times(30, () => 0), 2],
  );
  assert.equal(start('192.0.2.2'), 0, 'others go on');
  turn(1);
  assert.equal(start('192.0.2.1'), 1);
  turn(1);
  assert.deepEqual([start('192.0.2.1'), start('192.0.2.1')], [0, 2]);
  turn(3600);
  assert.deepEqual(
    times(31, () => start('192.0.2.1')),
    [...times(30, () => 0), 2],
    'no more gather',
  );
});

test('its 2^64 addresses of the sixth version are one network, and all networks together have a limit too', () => {
  const { start } = limited({ startsFromNetworkPerMinute: 60, startsPerMinute: 100 });
  const hosts = Array.from({ length: 61 }, (_, host) => start(`2001:db8::${host}`));
  assert.deepEqual([hosts[59], hosts[60]], [0, 1]);
  let started = 60;
  for (let network = 0; network < 100; network += 1) if (start(`2001:db8:0:${network + 1}::1`) === 0) started += 1;
  assert.equal(started, 100);
});

test('T23: a clock that was ahead makes nobody wait', () => {
  const { start, turn } = limited({ startsFromNetworkPerMinute: 2 });
  turn(86_400);
  times(3, () => start('192.0.2.1'));
  turn(-86_400);
  assert.equal(start('192.0.2.1'), 0);
});

test('wrong secrets are counted for a client and a network, and a right one clears the count', () => {
  const limits = limited({ clientSecret: { burst: 3, every: 10 } });
  const wait = () => limits.secretWait('web', '192.0.2.1');
  for (let wrong = 0; wrong < 3; wrong += 1) {
    assert.equal(wait(), 0);
    limits.secretWasWrong('web', '192.0.2.1');
  }
  assert.equal(wait(), 10);
  assert.equal(limits.secretWait('web', '192.0.2.2'), 0, 'from elsewhere it is looked at');
  assert.equal(limits.secretWait('nightly', '192.0.2.1'), 0);
  limits.turn(10);
  assert.equal(wait(), 0);
  limits.secretWasRight('web', '192.0.2.1');
  for (let wrong = 0; wrong < 2; wrong += 1) limits.secretWasWrong('web', '192.0.2.1');
  assert.equal(wait(), 0);
});

test('what is remembered is bounded', () => {
  const { start } = limited({ startsFromNetworkPerMinute: 1, startsPerMinute: 10_000_000 });
  assert.deepEqual([start('192.0.2.1'), start('192.0.2.1')], [0, 60]);
  for (let many = 0; many < 50_000; many += 1) start(`network ${many}`);
  assert.equal(start('192.0.2.1'), 0, 'the oldest was forgotten');
});
