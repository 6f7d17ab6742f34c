/** Two clocks over a call: one for everything, one for computing. */

/** How much longer than it may a stretch of computing can seem to take, on a machine that has other things to do. */
const GRACE_FACTOR = 3;
const GRACE_MS = 250;
export interface Watch {
  begin(wallMs: number): void;
  /** @param leftMs how much longer it may compute */
  computes(leftMs: number): void;
  waits(): void;
  end(): void;
}

export const createWatch = (stop: (failure: 'wall_time_exceeded' | 'cpu_time_exceeded') => void): Watch => {
  let computing: NodeJS.Timeout | undefined;
  let whole: NodeJS.Timeout | undefined;
  return {
    begin: (wallMs: number) => {
      whole = setTimeout(() => stop('wall_time_exceeded'), wallMs);
    },
    computes: (leftMs: number) => {
      computing ??= setTimeout(() => stop('cpu_time_exceeded'), Math.max(0, leftMs) * GRACE_FACTOR + GRACE_MS);
    },
    waits: () => {
      clearTimeout(computing);
      computing = undefined;
    },
    end: () => {
      clearTimeout(computing);
      clearTimeout(whole);
    },
  };
};
