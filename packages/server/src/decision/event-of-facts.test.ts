/** What candidate Actions go by at a refresh. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { instant } from '@stile/core';
import { askedForAt } from './event-of-facts.ts';
import { arbitraryTokenFacts } from './testing/arbitrary-facts.ts';

test('what was proven since a grant was asked for counts for it; where that is not on record, all that was proven', () => {
  const facts = arbitraryTokenFacts(() => 0);
  const [proof] = facts.grant.events;
  assert.ok(proof);
  const events = [120, 40, 60].map((ago) => ({ ...proof, at: instant(facts.at - ago) }));
  const { requestedAt: _, ...grant } = { ...facts.grant, events };
  assert.equal(askedForAt({ ...facts, grant: { ...grant, requestedAt: instant(facts.at - 50) } }), facts.at - 50);
  assert.equal(askedForAt({ ...facts, grant }), facts.at - 120);
  assert.equal(askedForAt({ ...facts, grant: { ...grant, events: [] } }), facts.at);
});
