/** Whether the clock goes on as time does. */
import type { Instant } from '@stile/core';

export interface ClockWatch {
  /** Compares the clock with time. */
  look(): void;
  /** For how long the two have gone on together, in seconds. */
  steadySeconds(): number;
}

/** Clocks that are corrected bit by bit differ by less. */
const LEAST_JUMP_SECONDS = 5;

/**
 * Watches the clock. What is forgotten for its age is forgotten for good, so whoever forgets asks first for how long the clock
 * has been steady: while it is wrong by a day, a token that was used would be forgotten, and be new when the clock is right again.
 *
 * @param steady counts the seconds that pass, whatever the clock shows; it may stand still while the machine sleeps
 * @param tell is told by how many seconds the clock jumped
 */
export const watchClock = (
  now: () => Instant,
  steady: () => number,
  tell: (jumpSeconds: number) => void,
): ClockWatch => {
  let last = { now: now(), steady: steady() };
  let since = last.steady;
  const look = (): void => {
    const next = { now: now(), steady: steady() };
    const jump = Math.round(next.now - last.now - (next.steady - last.steady));
    last = next;
    if (Math.abs(jump) < LEAST_JUMP_SECONDS) return;
    since = next.steady;
    tell(jump);
  };
  return {
    look,
    steadySeconds: () => {
      look();
      return last.steady - since;
    },
  };
};
