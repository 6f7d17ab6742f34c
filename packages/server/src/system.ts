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

/** The system's source of unguessable bytes. */
export const systemRandom = (length: number): Uint8Array => randomBytes(length);
