import { isJsonObject } from '@stile/core';
import { element } from './elements.ts';
import { problemInWords } from './messages.ts';
import { centsFrom } from './money.ts';

const names = ['payee', 'iban', 'amount'] as const;
type FieldName = (typeof names)[number];

const input = (name: FieldName): HTMLInputElement => element(name, HTMLInputElement);

const fieldOf: ReadonlyMap<unknown, FieldName> = new Map([
  ['payee.name', 'payee'],
  ['payee.iban', 'iban'],
  ['amount', 'amount'],
]);

/** What the person typed, to be put back after a redirect. */
export const typedNow = (): Readonly<Record<string, string>> =>
  Object.fromEntries(names.map((name) => [name, input(name).value]));

export const putBack = (state: unknown): void => {
  if (!isJsonObject(state)) return;
  for (const name of names) {
    const value = state[name];
    if (typeof value === 'string') input(name).value = value;
  }
};

/** The order as the API wants it, or `undefined` when the amount cannot be read; then the field says so. */
export const orderFromForm = (): unknown => {
  const amount = centsFrom(input('amount').value);
  showProblems(amount === undefined ? [['amount', problemInWords(undefined)]] : []);
  if (amount === undefined) return undefined;
  return { amount, payee: { name: input('payee').value, iban: input('iban').value } };
};

/** Puts each problem beside its field, and the cursor into the first such field. */
export const showProblems = (problems: readonly (readonly [FieldName, string])[]): void => {
  for (const name of names) {
    const message = problems.find(([field]) => field === name)?.[1];
    const place = element(`${name}-error`, HTMLElement);
    place.textContent = message ?? '';
    place.hidden = message === undefined;
    if (message === undefined) input(name).removeAttribute('aria-invalid');
    else input(name).setAttribute('aria-invalid', 'true');
  }
  const first = names.find((name) => problems.some(([field]) => field === name));
  if (first) input(first).focus();
};

/** The problems of a 422 answer. */
export const problemsIn = (body: unknown): readonly (readonly [FieldName, string])[] => {
  const problems: unknown[] = isJsonObject(body) && Array.isArray(body.problems) ? body.problems : [];
  return problems.filter(isJsonObject).flatMap(({ field, problem }) => {
    const name = fieldOf.get(field);
    return name === undefined ? [] : [[name, problemInWords(problem)] as const];
  });
};
