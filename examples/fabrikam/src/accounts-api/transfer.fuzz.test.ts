import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { enough, fuzz } from '../../../../tools/fuzz/fuzz.ts';
import { anyJson, nearly, nearlyRecord } from '../../../../tools/fuzz/hostile-text.ts';
import { parseTransfer } from './transfer.ts';

/** ISO 13616 in other words: the whole number, letters as two digits, leaves 1 when divided by 97. */
const isIban = (iban: string): boolean => {
  const digits = Array.from(iban.slice(4) + iban.slice(0, 4), (sign) => Number.parseInt(sign, 36)).join('');
  return /^\d+$/.test(digits) && BigInt(digits) % 97n === 1n;
};

it('an order is within its bounds, or refused with every fault that it has', () => {
  const order = nearlyRecord({
    amount: fc.oneof(fc.integer({ min: 1, max: 10_000_000 }), fc.double()),
    payee: nearlyRecord({
      name: nearly(fc.constant('Maria Keller')),
      iban: nearly(fc.constantFrom('DE02 1203 0000 0000 2020 51', 'GB82WEST12345698765432')),
    }),
    reference: nearly(fc.constant('Rent')),
  });
  let good = 0;
  fuzz(
    fc.property(fc.oneof({ weight: 9, arbitrary: order }, { weight: 1, arbitrary: anyJson }), (value) => {
      const parsed = parseTransfer(value);
      if (!parsed.ok) {
        assert.ok(parsed.error.length > 0);
        return;
      }
      good += 1;
      const { amount, payee, reference } = parsed.value;
      assert.ok(Number.isInteger(amount) && amount >= 1 && amount <= 10_000_000);
      assert.ok(payee.name !== '' && payee.name.length <= 70 && reference.length <= 140);
      assert.ok(/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(payee.iban) && isIban(payee.iban), payee.iban);
      assert.deepEqual(parseTransfer(parsed.value), parsed);
    }),
  );
  enough(good, 300, 'were good');
});
