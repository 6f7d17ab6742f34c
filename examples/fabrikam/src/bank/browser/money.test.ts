import assert from 'node:assert/strict';
import { it } from 'node:test';
import { centsFrom, withSign } from './money.ts';

it('an amount is read as people type it, and nothing else passes for one', () => {
  const typed: readonly [string, number | undefined][] = [
    ['25', 25_00],
    ['25.5', 25_50],
    ['25,05', 25_05],
    [' 1 250.00 ', 1250_00],
    ['0.01', 1],
    ['1.234.56', undefined],
    ['1,250.00', undefined],
    ['-5', undefined],
    ['1e3', undefined],
    ['25.001', undefined],
    ['', undefined],
    ['٢٥', undefined],
  ];
  for (const [text, cents] of typed) assert.equal(centsFrom(text), cents, text);
});

it('money that comes and goes has its sign', () => {
  assert.equal(withSign(3_240_00), '+€3,240.00');
  assert.equal(withSign(-8_40), '−€8.40');
});
