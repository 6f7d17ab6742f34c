import assert from 'node:assert/strict';
import { it } from 'node:test';
import { instant } from '@stile/core';
import { watchClock } from './watch-clock.ts';

const watched = () => {
  const jumps: number[] = [];
  let [clock, passed] = [1_000_000, 0];
  const watch = watchClock(
    () => instant(Math.floor(clock)),
    () => passed,
    (seconds) => void jumps.push(seconds),
  );
  const pass = (seconds: number, jump = 0): number => {
    clock += seconds + jump;
    passed += seconds;
    return Math.round(watch.steadySeconds());
  };
  return { jumps, pass };
};

it('a clock that goes on as time does is steady for as long', () => {
  const { jumps, pass } = watched();
  assert.deepEqual([pass(1000.5), pass(3000)], [1001, 4001]);
  assert.deepEqual(jumps, []);
});

it('a correction bit by bit is no jump', () => {
  const { jumps, pass } = watched();
  for (let minute = 0; minute < 60; minute += 1) pass(60, 0.5);
  assert.deepEqual(jumps, []);
});

it('T23: a jump is told, forward and back, and the steady time begins anew', () => {
  for (const jump of [3600, -3600, 365 * 86_400, -86_400, 6]) {
    const { jumps, pass } = watched();
    pass(4000);
    assert.equal(pass(10, jump), 0);
    assert.deepEqual(jumps, [jump]);
    assert.equal(pass(50), 50);
    assert.deepEqual(jumps, [jump], 'told once');
  }
});
