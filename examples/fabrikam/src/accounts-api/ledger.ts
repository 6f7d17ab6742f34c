import { randomUUID } from 'node:crypto';
import type { Result } from '@stile/core';
import { ok, refused } from '@stile/core';
import type { Transfer } from './transfer.ts';

/** Money that came (positive) or went (negative), in cents. */
export interface Movement {
  readonly id: string;
  /** ISO 8601, in UTC. */
  readonly at: string;
  readonly what: string;
  readonly amount: number;
}

export interface Account {
  readonly name: string;
  readonly iban: string;
  readonly currency: 'EUR';
  /** In cents. */
  readonly balance: number;
  /** Newest first. */
  readonly movements: readonly Movement[];
}

/** The accounts of this bank, in memory: each person has one, opened when they first look. */
export interface Ledger {
  accountOf(person: string): Account;
  /** Books a transfer, or refuses it for lack of money. */
  transfer(person: string, transfer: Transfer): Result<{ movement: Movement; account: Account }, 'insufficient_funds'>;
}

const dayMilliseconds = 86_400_000;

export const createLedger = (now: () => Date = () => new Date()): Ledger => {
  const accounts = new Map<string, Account>();

  const accountOf = (person: string): Account => {
    const known = accounts.get(person);
    if (known) return known;
    const opened = newAccount(now());
    accounts.set(person, opened);
    return opened;
  };

  return {
    accountOf,
    transfer(person, { amount, payee, reference }) {
      const account = accountOf(person);
      if (account.balance < amount) return refused('insufficient_funds');
      const what = reference === '' ? payee.name : `${payee.name}: ${reference}`;
      const movement: Movement = { id: randomUUID(), at: now().toISOString(), what, amount: -amount };
      const booked = {
        ...account,
        balance: account.balance - amount,
        movements: [movement, ...account.movements],
      };
      accounts.set(person, booked);
      return ok({ movement, account: booked });
    },
  };
};

const newAccount = (now: Date): Account => {
  const past: readonly [days: number, what: string, amount: number][] = [
    [1, 'Corner Bakery', -8_40],
    [3, 'City Utilities', -92_15],
    [6, 'Fabrikam GmbH: salary', 3_240_00],
    [9, 'Book shop by the bridge', -34_90],
  ];
  const movements = past.map(([days, what, amount]) => ({
    id: randomUUID(),
    at: new Date(now.getTime() - days * dayMilliseconds).toISOString(),
    what,
    amount,
  }));
  return { name: 'Everyday account', iban: 'DE89370400440532013000', currency: 'EUR', balance: 4_850_20, movements };
};
