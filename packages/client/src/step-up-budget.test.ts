import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createStepUpBudget } from './step-up-budget.ts';
import { memoryStorage } from './token-store.ts';

describe('the budget of step-ups', () => {
  it('is so many per minute, sliding', () => {
    let now = 100;
    const budget = createStepUpBudget(2, memoryStorage(), 'k', () => now);
    assert.equal(budget.spend(), true);
    now += 30;
    assert.equal(budget.spend(), true);
    assert.equal(budget.spend(), false);
    now += 30;
    assert.equal(budget.spend(), true);
    assert.equal(budget.spend(), false);
  });

  it('outlives the page in its storage', () => {
    const storage = memoryStorage();
    const fresh = () => createStepUpBudget(1, storage, 'k', () => 100);
    assert.equal(fresh().spend(), true);
    assert.equal(fresh().spend(), false);
  });

  it('does not lock the user out when the clock was set back or the storage holds rubbish', () => {
    for (const text of ['[999999]', '{', '"x"', '[null,"a",1.5]']) {
      const storage = memoryStorage();
      storage.setItem('k', text);
      assert.equal(createStepUpBudget(1, storage, 'k', () => 100).spend(), true, text);
    }
  });
});
