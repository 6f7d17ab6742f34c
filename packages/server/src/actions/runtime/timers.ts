/** The timers of a run, by the time of the run. */

export interface Timers {
  /** @throws RangeError when there are too many */
  set(id: number, dueMs: number): void;
  clear(id: number): void;
  /** The one that is due first; of several the one that was set first. */
  next(): { readonly id: number; readonly dueMs: number } | undefined;
}

const MOST = 1000;

export const createTimers = (): Timers => {
  const due = new Map<number, number>();
  return {
    set: (id, dueMs) => {
      due.delete(id);
      if (due.size >= MOST) throw new RangeError(`There can be ${MOST} timers at a time`);
      due.set(id, dueMs);
    },
    clear: (id) => {
      due.delete(id);
    },
    next: () => {
      let first: { id: number; dueMs: number } | undefined;
      for (const [id, dueMs] of due) if (first === undefined || dueMs < first.dueMs) first = { id, dueMs };
      return first;
    },
  };
};
