import { parseJsonObject } from '@stile/core';
import { isSeconds, isStringList } from '../json.ts';
import type { PendingCall } from '../pending-call.ts';
import { parsePendingCall } from '../pending-call.ts';
import type { KeyValueStorage } from '../token-store.ts';
import type { AuthorizationRequest } from './request.ts';

/** One authorization request under way: what must be known when its response arrives. */
export interface Transaction {
  readonly kind: 'login' | 'step-up';
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
  readonly scope: readonly string[];
  readonly acrValues?: readonly string[];
  readonly maxAgeSeconds?: number;
  /** Seconds since the epoch. */
  readonly requestedAt: number;
  /** The user who was signed in when the step-up began. */
  readonly subject?: string;
  /** The call to send when the user has returned. */
  readonly resume?: PendingCall;
  /** Whatever the application wants back. */
  readonly appState?: unknown;
}

/** How long a user may take at the authorization server, in seconds. Afterwards a pending call is not sent any more. */
export const transactionTtlSeconds = 900;

/** Keeps one transaction, for one tab: the newest. */
export interface TransactionSlot {
  save(transaction: Transaction): void;
  /** Whether the transaction with this state is waiting. */
  holds(state: string): boolean;
  /** The transaction with this state. It leaves the slot before anything is done with it. */
  take(state: string): Transaction | undefined;
  clear(): void;
}

/** A transaction slot in a storage; in a browser `sessionStorage`, which belongs to one tab. */
export function createTransactionSlot(storage: KeyValueStorage, key: string, now: () => number): TransactionSlot {
  const read = (state: string): Transaction | undefined => {
    const transaction = parseTransaction(storage.getItem(key));
    if (transaction === undefined || transaction.state !== state) return undefined;
    return now() - transaction.requestedAt > transactionTtlSeconds ? undefined : transaction;
  };
  return {
    save: (transaction) => storage.setItem(key, JSON.stringify(transaction)),
    holds: (state) => read(state) !== undefined,
    take(state) {
      const transaction = read(state);
      // A foreign state leaves the slot alone: a link from elsewhere must not cancel the user's own step-up.
      if (transaction !== undefined) storage.removeItem(key);
      return transaction;
    },
    clear: () => storage.removeItem(key),
  };
}

/** The transaction of an authorization request. */
export function transactionOf(
  request: AuthorizationRequest,
  details: Pick<Transaction, 'kind' | 'requestedAt' | 'resume' | 'appState' | 'subject'>,
): Transaction {
  const { state, nonce, codeVerifier, requested } = request;
  return { ...details, ...requested, state, nonce, codeVerifier };
}

/** Reads a transaction that was kept as JSON, or `undefined` when the text is not one. */
export function parseTransaction(text: string | null): Transaction | undefined {
  const record = text === null ? undefined : parseJsonObject(text);
  if (record === undefined) return undefined;
  const { kind, state, nonce, codeVerifier, scope, acrValues, maxAgeSeconds, requestedAt, subject, appState } = record;
  if (kind !== 'login' && kind !== 'step-up') return undefined;
  if (typeof state !== 'string' || typeof nonce !== 'string' || typeof codeVerifier !== 'string') return undefined;
  if (!isStringList(scope) || !isSeconds(requestedAt)) return undefined;
  const resume = parsePendingCall(record.resume);
  // What limits the outcome must not vanish because it is malformed.
  if (acrValues !== undefined && !isStringList(acrValues)) return undefined;
  if (maxAgeSeconds !== undefined && !isSeconds(maxAgeSeconds)) return undefined;
  if (subject !== undefined && typeof subject !== 'string') return undefined;
  return {
    kind,
    state,
    nonce,
    codeVerifier,
    scope,
    requestedAt,
    ...(acrValues === undefined ? {} : { acrValues }),
    ...(maxAgeSeconds === undefined ? {} : { maxAgeSeconds }),
    ...(subject === undefined ? {} : { subject }),
    ...(resume === undefined ? {} : { resume }),
    ...(appState === undefined ? {} : { appState }),
  };
}
