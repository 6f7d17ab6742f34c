/**
 * Seats, each of which is taken by one call at a time. Only so many compute at once; where those that are taken do nothing but wait, for an
 * answer of another site say, spare ones are opened, so that an Action that waits does not keep others from their turn.
 */
import type { Seat } from './seat.ts';

export interface PoolSettings {
  /** How many are always there, and compute at once as long as no answer comes to a seat that waited. */
  readonly workers: number;
  /** How many more there are at most while the others wait. */
  readonly spares: number;
  /** How many calls can wait for a seat. */
  readonly queue: number;
  /** How long they do, in milliseconds. */
  readonly patienceMs: number;
  /** Makes a seat, which calls back whenever it begins to wait. */
  open(waits: () => void): Seat;
}

export interface Pool {
  /** Nothing when too many wait already; nothing later when it was not its turn in time, or the pool was closed. */
  take(): Promise<Seat | undefined> | undefined;
  giveBack(seat: Seat): void;
  close(): Promise<void>;
}

export const createPool = ({ workers, spares, queue, patienceMs, open }: PoolSettings): Pool => {
  const opened = (): Seat => open(relieve);
  const idle: Seat[] = [];
  const taken = new Set<Seat>();
  const waiting: ((seat: Seat | undefined) => void)[] = [];

  const mayOpenSpare = (): boolean => {
    const computing = [...taken].filter((seat) => !seat.isWaiting()).length;
    return idle.length === 0 && taken.size < workers + spares && computing < workers;
  };

  const taking = (seat: Seat): Seat => {
    taken.add(seat);
    return seat;
  };

  /** A seat has begun to wait: whoever is first has their turn beside it. */
  function relieve(): void {
    if (waiting.length > 0 && mayOpenSpare()) waiting.shift()?.(taking(opened()));
  }

  /** As long as an Action may take, and no longer. */
  const wait = (): Promise<Seat | undefined> => {
    const { promise, resolve } = Promise.withResolvers<Seat | undefined>();
    const giveUp = setTimeout(() => {
      waiting.splice(waiting.indexOf(served), 1);
      resolve(undefined);
    }, patienceMs);
    const served = (seat: Seat | undefined): void => {
      clearTimeout(giveUp);
      resolve(seat);
    };
    waiting.push(served);
    return promise;
  };

  for (let number = 0; number < workers; number += 1) idle.push(opened());
  return {
    take: () => {
      const seat = idle.shift();
      if (seat !== undefined) return Promise.resolve(taking(seat.isUsable() ? seat : opened()));
      if (mayOpenSpare()) return Promise.resolve(taking(opened()));
      return waiting.length >= queue ? undefined : wait();
    },
    giveBack: (seat) => {
      taken.delete(seat);
      const first = waiting.shift();
      if (first) first(taking(seat.isUsable() ? seat : opened()));
      else if (idle.length >= workers) void seat.close();
      else if (seat.isUsable()) idle.unshift(seat);
      else idle.push(opened());
    },
    close: async () => {
      for (const resolve of waiting.splice(0)) resolve(undefined);
      await Promise.all([...idle.splice(0), ...taken].map((seat) => seat.close()));
    },
  };
};
