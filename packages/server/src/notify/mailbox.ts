/** What would have been sent, kept in memory: for trying out, and for tests. */
import type { Channel } from './outbox.ts';

export interface KeptMessage {
  readonly channel: Channel;
  readonly kind: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** Seconds since the epoch. */
  readonly at: number;
}

export interface Mailbox {
  keep(message: KeptMessage): void;
  /** The newest first. */
  messages(): readonly KeptMessage[];
}

const MOST_KEPT = 50;

export const createMailbox = (): Mailbox => {
  let kept: readonly KeptMessage[] = [];
  return {
    keep: (message) => {
      kept = [message, ...kept].slice(0, MOST_KEPT);
    },
    messages: () => kept,
  };
};
