/**
 * The clock of a run. It stands still while an Action computes and moves with every answer and every timer, so that a run that is
 * repeated sees the same times.
 */

export interface VirtualClock {
  now(): number;
  /** Never backwards. */
  moveTo(ms: number): void;
  set(ms: number): void;
}

/** The engine asks the realm that it runs in for the time, and for where on earth it is: here, the time of the run, in UTC. */
export const installVirtualClock = (): VirtualClock => {
  let current = 0;
  Date.now = () => current;
  Date.prototype.getTimezoneOffset = () => 0;
  return {
    now: () => current,
    moveTo: (ms) => {
      current = Math.max(current, ms);
    },
    set: (ms) => {
      current = ms;
    },
  };
};
