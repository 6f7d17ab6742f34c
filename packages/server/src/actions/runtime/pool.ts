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
  /** Makes a seat, which calls back whenever it begins to wait. Throws when there is no room for another. */
  readonly open: (waits: () => void) => Seat;
}

export interface Pool {
  /**
   * Nothing when too many wait already; nothing later when it was not its turn in time, or the pool was closed.
   *
   * @throws whatever opening throws, when there is no seat at all
   */
  take(): Promise<Seat | undefined> | undefined;
  giveBack(seat: Seat): void;
  close(): Promise<void>;
}

type Serve = (seat: Seat | undefined) => void;

/** Who waits for a seat, the first first; each as long as an Action may take, and no longer. */
const createLine = (patienceMs: number) => {
  const waiting: Serve[] = [];
  return {
    length: () => waiting.length,
    join: (): Promise<Seat | undefined> => {
      const { promise, resolve } = Promise.withResolvers<Seat | undefined>();
      const giveUp = setTimeout(() => {
        waiting.splice(waiting.indexOf(served), 1);
        resolve(undefined);
      }, patienceMs);
      const served: Serve = (seat) => {
        clearTimeout(giveUp);
        resolve(seat);
      };
      waiting.push(served);
      return promise;
    },
    first: () => waiting.shift(),
    sendAway: () => {
      for (const resolve of waiting.splice(0)) resolve(undefined);
    },
  };
};

const computingIn = (taken: ReadonlySet<Seat>): number => [...taken].filter((seat) => !seat.isWaiting()).length;

export const createPool = (settings: PoolSettings): Pool => {
  const { workers, spares, queue, patienceMs } = settings;
  const opened = (): Seat => settings.open(relieve);
  const idle: Seat[] = [];
  const taken = new Set<Seat>();
  const line = createLine(patienceMs);

  const mayOpen = (): boolean => idle.length === 0 && taken.size < workers + spares && computingIn(taken) < workers;

  /** Nothing when none can be opened now, for want of memory say: whoever waits goes on waiting, and who comes next is told. */
  const openedIfPossible = (): Seat | undefined => {
    try {
      return opened();
    } catch {
      return undefined;
    }
  };

  const taking = (seat: Seat): Seat => {
    taken.add(seat);
    return seat;
  };

  /** Whoever is first has their turn, if there is a seat. */
  const serve = (seat: Seat | undefined): void => {
    if (seat) line.first()?.(taking(seat));
  };

  /** A seat has begun to wait: whoever is first has their turn beside it. */
  function relieve(): void {
    if (line.length() > 0 && mayOpen()) serve(openedIfPossible());
  }

  for (let number = 0; number < workers; number += 1) idle.push(opened());
  return {
    take: () => {
      let seat = idle.shift();
      while (seat && !seat.isUsable()) seat = idle.shift();
      if (seat) return Promise.resolve(taking(seat));
      if (mayOpen()) {
        const spare = taken.size === 0 ? opened() : openedIfPossible();
        if (spare) return Promise.resolve(taking(spare));
      }
      return line.length() >= queue ? undefined : line.join();
    },
    giveBack: (seat) => {
      taken.delete(seat);
      const next = seat.isUsable() ? seat : openedIfPossible();
      if (line.length() > 0) serve(next);
      else if (next && idle.length < workers) idle.unshift(next);
      else void next?.close();
    },
    close: async () => {
      line.sendAway();
      await Promise.all([...idle.splice(0), ...taken].map((seat) => seat.close()));
    },
  };
};
