import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseTransfer } from './transfer.ts';

const order = { amount: 25_00, payee: { name: 'Maria Keller', iban: 'DE02 1203 0000 0000 2020 51' } };

const problemsOf = (value: unknown): unknown => {
  const parsed = parseTransfer(value);
  return parsed.ok ? [] : parsed.error.map(({ field, problem }) => `${field}: ${problem}`);
};

describe('an order to transfer money', () => {
  it('is read with its IBAN in one spelling', () => {
    assert.deepEqual(parseTransfer({ ...order, payee: { ...order.payee, iban: 'de02 120300000000202051' } }), {
      ok: true,
      value: { amount: 2500, payee: { name: 'Maria Keller', iban: 'DE02120300000000202051' }, reference: '' },
    });
  });

  it('takes an amount in whole cents from 1 to 100,000 euro, and no other type for one', () => {
    for (const amount of [1, 100_000_00]) assert.deepEqual(problemsOf({ ...order, amount }), []);
    for (const amount of [0, -1, -0, 100_000_01])
      assert.deepEqual(problemsOf({ ...order, amount }), ['amount: out_of_range']);
    for (const amount of [0.5, Number.NaN, 2 ** 60, '2500', null, [2500], true])
      assert.deepEqual(problemsOf({ ...order, amount }), ['amount: not_whole_cents']);
  });

  it('checks the check digits of an IBAN', () => {
    const withIban = (iban: unknown): unknown => problemsOf({ ...order, payee: { name: 'M', iban } });
    for (const iban of ['GB82WEST12345698765432', 'NL91ABNA0417164300', 'DE89370400440532013000'])
      assert.deepEqual(withIban(iban), []);
    for (const iban of [
      'GB82WEST12345698765433',
      'DE00',
      'DE8937040044053201300O',
      '1234',
      'DE89\u{1d7db}70400440532013000',
    ])
      assert.deepEqual(withIban(iban), ['payee.iban: not_an_iban']);
    for (const iban of ['', '   ', 7, undefined]) assert.deepEqual(withIban(iban), ['payee.iban: missing']);
  });

  it('names everything that is wrong at once', () => {
    assert.deepEqual(problemsOf({ payee: { name: ' ', iban: 'x' }, reference: 'r'.repeat(141) }), [
      'amount: missing',
      'payee.name: missing',
      'payee.iban: not_an_iban',
      'reference: too_long',
    ]);
  });

  it('is nothing but a JSON object', () => {
    for (const value of [undefined, null, 7, 'order', [order]])
      assert.deepEqual(problemsOf(value), ['body: not_an_object']);
  });
});
