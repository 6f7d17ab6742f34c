/** How far a long command has come: a bar for whoever watches, and nothing for a file or another program. */

const WIDTH = 30;
const EVERY_MILLISECONDS = 100;

const numbers = new Intl.NumberFormat('en');

export interface Progress {
  (done: number): void;
  /** Takes the bar away. */
  end(): void;
}

/** The bar, as text. */
export const bar = (done: number, total: number, perSecond: number): string => {
  const share = total === 0 ? 1 : Math.min(1, done / total);
  const full = Math.round(share * WIDTH);
  const drawn = `${'█'.repeat(full)}${'░'.repeat(WIDTH - full)}`;
  return `${drawn} ${String(Math.floor(share * 100)).padStart(3)} %  ${numbers.format(done)} of ${numbers.format(total)}, ${numbers.format(Math.round(perSecond))} a second`;
};

/** @param terminal where it is drawn; nothing is drawn unless somebody watches */
export const progressOf = (
  total: number,
  terminal: Pick<NodeJS.WriteStream, 'isTTY' | 'write'> = process.stderr,
): Progress => {
  const began = performance.now();
  let drawn = 0;
  const draw = (done: number): void => {
    const now = performance.now();
    if (!terminal.isTTY || now - drawn < EVERY_MILLISECONDS) return;
    drawn = now;
    terminal.write(`\r${bar(done, total, (done * 1000) / Math.max(1, now - began))}\u001b[K`);
  };
  const end = (): void => void (terminal.isTTY && drawn > 0 && terminal.write('\r\u001b[K'));
  return Object.assign(draw, { end });
};
