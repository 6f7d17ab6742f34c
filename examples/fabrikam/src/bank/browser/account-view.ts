import { isJsonObject } from '@stile/core';
import { element, template } from './elements.ts';
import { inWords, withSign } from './money.ts';

const day = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short' });

/** Shows the account that the API has answered with. */
export const showAccount = async (response: Response): Promise<void> => {
  const body: unknown = await response.json();
  const accounts: readonly unknown[] = isJsonObject(body) && Array.isArray(body.accounts) ? body.accounts : [];
  const [account] = accounts;
  if (!isJsonObject(account) || typeof account.balance !== 'number') throw new Error('The bank sent no account.');
  element('account-name', HTMLElement).textContent = String(account.name);
  element('account-iban', HTMLElement).textContent = inGroups(String(account.iban));
  element('balance', HTMLElement).textContent = inWords(account.balance);
  const movements: readonly unknown[] = Array.isArray(account.movements) ? account.movements : [];
  element('movements', HTMLUListElement).replaceChildren(...movements.filter(isJsonObject).map(movementRow));
};

const inGroups = (iban: string): string => iban.replaceAll(/(.{4})(?=.)/g, '$1 ');

const movementRow = ({ what, at, amount }: Readonly<Record<string, unknown>>): HTMLElement => {
  const row = template('movement')();
  const [name, date, figure] = [row.querySelector('b'), row.querySelector('small'), row.querySelector('data')];
  if (name) name.textContent = String(what);
  if (date) date.textContent = day.format(new Date(String(at)));
  if (figure && typeof amount === 'number') {
    figure.value = String(amount);
    figure.textContent = withSign(amount);
    figure.toggleAttribute('data-in', amount > 0);
  }
  return row;
};
