import type { Result } from '@stile/core';
import { isJsonObject, ok, refused } from '@stile/core';

/** An order to transfer money. */
export interface Transfer {
  /** In cents, so that no rounding happens on the way. */
  readonly amount: number;
  readonly payee: { readonly name: string; readonly iban: string };
  readonly reference: string;
}

/** What is wrong with one field of an order. */
export interface FieldProblem {
  readonly field: 'body' | 'amount' | 'payee.name' | 'payee.iban' | 'reference';
  readonly problem: 'not_an_object' | 'missing' | 'too_long' | 'not_whole_cents' | 'out_of_range' | 'not_an_iban';
}

const greatestAmount = 100_000_00;
const longestName = 70;
const longestReference = 140;

/** Reads an order from JSON; on failure names everything that is wrong with it. */
export const parseTransfer = (value: unknown): Result<Transfer, readonly FieldProblem[]> => {
  if (!isJsonObject(value)) return refused([{ field: 'body', problem: 'not_an_object' }]);
  const { amount, reference = '' } = value;
  const payee = isJsonObject(value.payee) ? value.payee : {};
  const name = typeof payee.name === 'string' ? payee.name.trim() : '';
  const iban = typeof payee.iban === 'string' ? payee.iban.replaceAll(/\s/g, '').toUpperCase() : '';
  const problems = [
    problemOfAmount(amount),
    problemOfName(name),
    iban === '' ? missing('payee.iban') : isIban(iban) ? undefined : problem('payee.iban', 'not_an_iban'),
    problemOfReference(reference),
  ].filter((found) => found !== undefined);
  if (problems.length > 0 || typeof amount !== 'number' || typeof reference !== 'string') return refused(problems);
  return ok({ amount, payee: { name, iban }, reference: reference.trim() });
};

const problem = (field: FieldProblem['field'], what: FieldProblem['problem']): FieldProblem => ({
  field,
  problem: what,
});

const missing = (field: FieldProblem['field']): FieldProblem => problem(field, 'missing');

const problemOfAmount = (amount: unknown): FieldProblem | undefined => {
  if (amount === undefined) return missing('amount');
  if (!Number.isSafeInteger(amount)) return problem('amount', 'not_whole_cents');
  const cents = Number(amount);
  return cents < 1 || cents > greatestAmount ? problem('amount', 'out_of_range') : undefined;
};

const problemOfName = (name: string): FieldProblem | undefined => {
  if (name === '') return missing('payee.name');
  return name.length > longestName ? problem('payee.name', 'too_long') : undefined;
};

const problemOfReference = (reference: unknown): FieldProblem | undefined =>
  typeof reference !== 'string' || reference.length > longestReference ? problem('reference', 'too_long') : undefined;

/** ISO 13616: the check digits make the rearranged number 1 modulo 97, letters counting from A = 10. */
const isIban = (iban: string): boolean => {
  if (!/^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$/.test(iban)) return false;
  const rearranged = iban.slice(4) + iban.slice(0, 4);
  let remainder = 0;
  for (const sign of rearranged) remainder = Number(`${remainder}${Number.parseInt(sign, 36)}`) % 97;
  return remainder === 1;
};
