/** How long another process may hold the file before what waits for it gives up. */
export const PATIENCE_MS = 5000;

const LONGEST_PAUSE_MS = 40;

/** How long to let other work go on before the next try: longer each time, and not the same for two processes that wait. */
export const pauseBefore = (tries: number): number =>
  (0.5 + Math.random() / 2) * Math.min(LONGEST_PAUSE_MS, 2 ** tries);
