/** What waits to be sent: so much and no more, so that a mail server that is down neither fills the memory nor keeps a request waiting. */

export interface Parcel {
  /** A stable word, for the log and the metrics. */
  readonly channel: Channel;
  readonly kind: string;
  /** Sends it. @throws Undelivered when it was not, and may be told apart by whether another try could help */
  deliver(): Promise<void>;
}

export type Channel = 'email' | 'sms' | 'voice';

/** It was not sent. Its message is a stable word or a number of the other side; never an address, never what was to be sent. */
export class Undelivered extends Error {
  override readonly name = 'Undelivered';
  /** Whether it may be tried again: not when it may have arrived already, or never will. */
  readonly isTemporary: boolean;

  constructor(reason: string, isTemporary: boolean) {
    super(reason);
    this.isTemporary = isTemporary;
  }
}

export type Outcome = 'sent' | 'failed' | 'dropped';

interface OutboxSettings {
  readonly capacity: number;
  readonly atOnce: number;
  /** How long to wait before each further try, in milliseconds. */
  readonly pausesMilliseconds: readonly number[];
  pause(milliseconds: number): Promise<unknown>;
  /** Told of every end. `reason` is a word without any address. */
  ended(parcel: Parcel, outcome: Outcome, reason: string | undefined): void;
}

export interface Outbox {
  /** Takes it, to be sent beside the request. False when there is no room. Never throws. */
  put(parcel: Parcel): boolean;
  /** When nothing waits any more. */
  idle(): Promise<void>;
}

const reasonOf = (error: unknown): string => (error instanceof Undelivered ? error.message : 'broken');

export const createOutbox = (settings: OutboxSettings): Outbox => {
  const waiting: Parcel[] = [];
  const underWay = new Set<Promise<void>>();

  const send = async (parcel: Parcel): Promise<void> => {
    for (const [index, pause] of [...settings.pausesMilliseconds, undefined].entries()) {
      try {
        await parcel.deliver();
        return settings.ended(parcel, 'sent', undefined);
      } catch (error) {
        const isLast = pause === undefined || !(error instanceof Undelivered) || !error.isTemporary;
        if (isLast) return settings.ended(parcel, 'failed', `${reasonOf(error)}, try ${index + 1}`);
        await settings.pause(pause);
      }
    }
  };

  const next = (): void => {
    if (underWay.size >= settings.atOnce) return;
    const parcel = waiting.shift();
    if (!parcel) return;
    const sending: Promise<void> = send(parcel).finally(() => {
      underWay.delete(sending);
      next();
    });
    underWay.add(sending);
  };

  return {
    put: (parcel) => {
      if (waiting.length >= settings.capacity) {
        settings.ended(parcel, 'dropped', 'full');
        return false;
      }
      waiting.push(parcel);
      next();
      return true;
    },
    idle: async () => {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
};
