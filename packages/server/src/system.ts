import { randomBytes } from 'node:crypto';
import type { Instant } from '@stile/core';
import { instant } from '@stile/core';

/** A step back of up to this is waited out. */
const MOST_WAITED_OUT_SECONDS = 60;

/**
 * A clock in whole seconds: the one place where milliseconds become seconds. When what it reads is set back a little, as machines do
 * that correct their clocks, it stands still until it is caught up with, so that nothing that was just done lies in the
 * future. A greater step it follows: a clock that was far ahead must not be so for ever.
 *
 * @param milliseconds since the epoch, as the machine has it
 */
export const clockOf = (milliseconds: () => number): (() => Instant) => {
  let latest = instant(0);
  return () => {
    const read = instant(Math.floor(milliseconds() / 1000));
    if (read > latest || latest - read > MOST_WAITED_OUT_SECONDS) latest = read;
    return latest;
  };
};

/** The clock of the system. */
export const systemNow = clockOf(Date.now);

const POOL_BYTES = 8192;

let pool = Buffer.alloc(0);
let given = 0;

/**
 * The system's source of unguessable bytes. They are fetched many at a time, which costs little more than a few; each is given
 * out once and wiped from the pool.
 */
export const systemRandom = (length: number): Uint8Array => {
  if (length > POOL_BYTES) return randomBytes(length);
  if (given + length > pool.length) {
    pool = randomBytes(POOL_BYTES);
    given = 0;
  }
  const bytes = new Uint8Array(pool.subarray(given, given + length));
  pool.fill(0, given, given + length);
  given += length;
  return bytes;
};
