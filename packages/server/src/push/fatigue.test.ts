/** Whoever denies is left alone for longer each time, and nobody for good. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { instant, secondsAfter } from '@stile/core';
import fc from 'fast-check';
import type { Denials } from './fatigue.ts';
import { afterDecision, noDenials, pausedUntil } from './fatigue.ts';

const NOW = instant(1_795_478_400);
const DAY = 86_400;

it('pauses grow with each denial in a row, up to a day', () => {
  let denials: Denials = noDenials;
  const pauses: number[] = [];
  for (let i = 0; i < 7; i += 1) {
    denials = afterDecision(denials, i % 2 === 0 ? 'deny' : 'mismatch', NOW);
    pauses.push(pausedUntil(denials) - NOW);
  }
  assert.deepEqual(pauses, [60, 300, 1_800, 7_200, DAY, DAY, DAY]);
});

it('a report pauses for half an hour at once', () => {
  assert.equal(pausedUntil(afterDecision(noDenials, 'report', NOW)) - NOW, 1_800);
});

it('an approval forgets them, and who never denied is not paused', () => {
  const denied = afterDecision(afterDecision(noDenials, 'deny', NOW), 'deny', NOW);
  assert.deepEqual(afterDecision(denied, 'approve', NOW), noDenials);
  assert.equal(pausedUntil(noDenials), 0);
});

it('whatever came before, a denial pauses for a minute at least and a day at most', () => {
  const decision = fc.constantFrom('approve', 'deny', 'report', 'mismatch');
  fc.assert(
    fc.property(fc.array(decision), (decisions) => {
      const before = decisions.reduce<Denials>((denials, each) => afterDecision(denials, each, NOW), noDenials);
      const later = secondsAfter(NOW, 10);
      const pause = pausedUntil(afterDecision(before, 'deny', later)) - later;
      assert.ok(pause >= 60 && pause <= DAY);
      assert.ok(pausedUntil(before) - NOW <= DAY);
    }),
  );
});
