/**
 * What waits to be sent: so much and no more, so that a mail server that is down neither fills the memory nor keeps a request waiting. Each
 * channel has a queue of its own, so that one whose other side hangs holds up none of the others.
 */

export interface Parcel {
  /** A stable word, for the log and the metrics. */
  readonly channel: Channel;
  readonly kind: string;
  /** Sends it. @throws Undelivered when it was not, and may be told apart by whether another try could help */
  deliver(): Promise<void>;
  /** Told once what became of it, unless there was no room for it. */
  ended?(outcome: 'sent' | 'failed'): Promise<void>;
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
  /** How many may wait, and how many are sent at once, by each channel. */
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

interface Queue {
  readonly waiting: Parcel[];
  readonly underWay: Set<Promise<void>>;
}

const reasonOf = (error: unknown): string => (error instanceof Undelivered ? error.message : 'broken');

export const createOutbox = (settings: OutboxSettings): Outbox => {
  const queues = new Map<Channel, Queue>();

  const end = async (parcel: Parcel, outcome: 'sent' | 'failed', reason?: string): Promise<void> => {
    settings.ended(parcel, outcome, reason);
    // Whoever wants to know says for themselves when they cannot note it; the next one is not to suffer for it.
    await parcel.ended?.(outcome).catch(() => undefined);
  };

  const send = async (parcel: Parcel): Promise<void> => {
    for (const [index, pause] of [...settings.pausesMilliseconds, undefined].entries()) {
      try {
        await parcel.deliver();
        return await end(parcel, 'sent');
      } catch (error) {
        const isLast = pause === undefined || !(error instanceof Undelivered) || !error.isTemporary;
        if (isLast) return await end(parcel, 'failed', `${reasonOf(error)}, try ${index + 1}`);
        await settings.pause(pause);
      }
    }
  };

  const next = (queue: Queue): void => {
    if (queue.underWay.size >= settings.atOnce) return;
    const parcel = queue.waiting.shift();
    if (!parcel) return;
    const sending: Promise<void> = send(parcel).finally(() => {
      queue.underWay.delete(sending);
      next(queue);
    });
    queue.underWay.add(sending);
  };

  const queueOf = (channel: Channel): Queue => {
    const queue = queues.get(channel) ?? { waiting: [], underWay: new Set<Promise<void>>() };
    queues.set(channel, queue);
    return queue;
  };

  const underWay = (): readonly Promise<void>[] => [...queues.values()].flatMap((queue) => [...queue.underWay]);

  return {
    put: (parcel) => {
      const queue = queueOf(parcel.channel);
      if (queue.waiting.length >= settings.capacity) {
        settings.ended(parcel, 'dropped', 'full');
        return false;
      }
      queue.waiting.push(parcel);
      next(queue);
      return true;
    },
    idle: async () => {
      while (underWay().length > 0) await Promise.all(underWay());
    },
  };
};
