/** Timers, by the time of the run: the worker says when one is due. */
import { ask } from './bridge.ts';

type Callback = (...given: readonly unknown[]) => void;

interface Set {
  readonly call: () => void;
  readonly everyMs: number | undefined;
}

const LONGEST_MS = 2 ** 31 - 1;
const pending = new Map<number, Set>();
let latest = 0;

const delayOf = (ms: unknown): number => {
  const delay = Math.trunc(Number(ms));
  return delay >= 1 && delay <= LONGEST_MS ? delay : 1;
};

const start = (id: number, timer: Set, delay: number): void => {
  ask('timer', id, delay);
  pending.set(id, timer);
};

/** As in Node: it can be made a number, and nothing is kept running by it anyway. */
class Timeout {
  readonly #id: number;

  constructor(id: number) {
    this.#id = id;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  hasRef(): boolean {
    return true;
  }

  close(): this {
    clearTimeout(this);
    return this;
  }

  [Symbol.toPrimitive](): number {
    return this.#id;
  }
}

const create = (call: Callback, delay: number, everyMs: number | undefined, given: readonly unknown[]): Timeout => {
  if (typeof call !== 'function') throw new TypeError('The first argument must be a function');
  latest += 1;
  start(latest, { call: () => call(...given), everyMs }, delay);
  return new Timeout(latest);
};

export const setTimeout = (call: Callback, ms?: unknown, ...given: readonly unknown[]): Timeout =>
  create(call, delayOf(ms), undefined, given);

export const setInterval = (call: Callback, ms?: unknown, ...given: readonly unknown[]): Timeout =>
  create(call, delayOf(ms), delayOf(ms), given);

export const setImmediate = (call: Callback, ...given: readonly unknown[]): Timeout =>
  create(call, 0, undefined, given);

export const clearTimeout = (timer: unknown): void => {
  const id = timer instanceof Timeout || typeof timer === 'number' ? Number(timer) : undefined;
  if (id !== undefined && pending.delete(id)) ask('clear', id);
};

/** Runs the callback of a timer that is due. */
export const fire = (id: number): void => {
  const timer = pending.get(id);
  pending.delete(id);
  if (timer?.everyMs !== undefined) start(id, timer, timer.everyMs);
  timer?.call();
};
