/**
 * Limits that are kept in memory, for each process: of what strangers can do so often that writing it down would cost more than the thing
 * itself. They hold off floods, and guesses that would never succeed; nothing that a person could guess depends on them.
 */
import type { Instant } from '@stile/core';
import type { Limits } from '../config/limits-schema.ts';
import { sha256 } from '../digest.ts';
import { networkOf } from './network.ts';

/** More buckets than an honest day fills are not kept: the oldest go, and with them at most what one network had spent. */
const MOST_BUCKETS = 50_000;

interface Bucket {
  readonly spent: number;
  readonly at: Instant;
}

/** Buckets of one size, by their names. */
class Buckets {
  readonly #all = new Map<string, Bucket>();
  readonly #burst: number;
  readonly #perSecond: number;
  readonly #now: () => Instant;

  constructor(burst: number, perSecond: number, now: () => Instant) {
    this.#burst = burst;
    this.#perSecond = perSecond;
    this.#now = now;
  }

  #spent(name: string): number {
    const bucket = this.#all.get(name);
    // A clock that was set back makes nobody wait for it.
    return bucket === undefined || bucket.at > this.#now()
      ? 0
      : Math.max(0, bucket.spent - (this.#now() - bucket.at) * this.#perSecond);
  }

  /** For how many seconds there is nothing to take; 0 when there is. */
  wait(name: string): number {
    return Math.max(0, Math.ceil((this.#spent(name) + 1 - this.#burst) / this.#perSecond));
  }

  take(name: string): void {
    const spent = this.#spent(name) + 1;
    this.#all.delete(name);
    this.#all.set(name, { spent, at: this.#now() });
    const [oldest] = this.#all.keys();
    if (this.#all.size > MOST_BUCKETS && oldest !== undefined) this.#all.delete(oldest);
  }

  fill(name: string): void {
    this.#all.delete(name);
  }
}

export interface InMemoryLimits {
  /** Takes the start of a request that is put by. Says how many seconds to wait; 0: none, and it was taken. */
  readonly start: (address: string) => number;
  /** For how many seconds no secret of this client is looked at, when it comes from there. */
  readonly secretWait: (clientId: string, address: string) => number;
  readonly secretWasWrong: (clientId: string, address: string) => void;
  /** Whoever has the secret is not kept out by a neighbour that has an old one. */
  readonly secretWasRight: (clientId: string, address: string) => void;
}

export const createInMemoryLimits = (limits: Limits, now: () => Instant): InMemoryLimits => {
  const perMinute = (many: number): Buckets => new Buckets(many, many / 60, now);
  const [ofAll, ofNetwork] = [perMinute(limits.startsPerMinute), perMinute(limits.startsFromNetworkPerMinute)];
  const secrets = new Buckets(limits.clientSecret.burst, 1 / limits.clientSecret.every, now);
  const secretOf = (clientId: string, address: string): string =>
    sha256(JSON.stringify([clientId, networkOf(address)]));
  return {
    start: (address) => {
      const network = networkOf(address);
      const wait = Math.max(ofNetwork.wait(network), ofAll.wait(''));
      if (wait > 0) return wait;
      ofNetwork.take(network);
      ofAll.take('');
      return 0;
    },
    secretWait: (clientId, address) => secrets.wait(secretOf(clientId, address)),
    secretWasWrong: (clientId, address) => secrets.take(secretOf(clientId, address)),
    secretWasRight: (clientId, address) => secrets.fill(secretOf(clientId, address)),
  };
};
