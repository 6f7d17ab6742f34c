/** What is asked of the host and answered later. */
import { ask } from './bridge.ts';

const Pending = Promise;
const open = new Map<number, (answer: unknown) => void>();
let latest = 0;

/** A question that was asked, and how to give it up. */
export interface Awaited {
  readonly answer: Promise<unknown>;
  readonly abandon: () => void;
}

export const askLater = (question: unknown): Awaited => {
  latest += 1;
  const id = latest;
  ask('ask', id, question);
  return {
    answer: new Pending((resolve) => {
      open.set(id, resolve);
    }),
    abandon: () => {
      if (open.delete(id)) ask('abandon', id);
    },
  };
};

export const settleQuestion = (id: number, answer: unknown): void => {
  const resolve = open.get(id);
  open.delete(id);
  resolve?.(answer);
};
