import { create, toString as render } from 'qrcode';

/** Modules of quiet zone around the code (ISO/IEC 18004, section 5.3.8). */
const quietZone = 4;
/** Terminals are dark, and a phone still reads a code whose light border is narrower than the standard's. */
const terminalQuietZone = 2;

/**
 * A QR code as an SVG element. It has a `viewBox` and no width, so that the page's CSS sets its size, and is black on
 * white whatever the page's colours, since many cameras do not read a light code on dark. The page gives the element
 * around it `role="img"` and a label.
 *
 * @throws Error for a text that does not fit into a QR code (2,331 bytes).
 */
export async function qrSvg(text: string): Promise<string> {
  const svg = await render(text, {
    type: 'svg',
    margin: quietZone,
    errorCorrectionLevel: 'M',
    color: { dark: '#000000ff', light: '#ffffffff' },
  });
  return svg.trim();
}

/**
 * A QR code for a terminal, two modules to a character. Black and white are taken from the 256-colour cube, which
 * themes leave alone, so that it is black on white on dark terminals too.
 *
 * @throws Error for a text that does not fit into a QR code (2,953 bytes).
 */
export async function qrTerminal(text: string): Promise<string> {
  const { modules } = create(text, { errorCorrectionLevel: 'L' });
  const dark = (row: number, column: number): boolean =>
    row >= 0 && row < modules.size && column >= 0 && column < modules.size && modules.get(row, column) === 1;

  const lines: string[] = [];
  for (let row = -terminalQuietZone; row < modules.size + terminalQuietZone; row += 2) {
    let line = '';
    for (let column = -terminalQuietZone; column < modules.size + terminalQuietZone; column += 1) {
      line += halfBlock(dark(row, column), dark(row + 1, column));
    }
    lines.push(`\u001b[38;5;16;48;5;231m${line}\u001b[0m`);
  }
  return lines.join('\n');
}

function halfBlock(upper: boolean, lower: boolean): string {
  if (upper) return lower ? '█' : '▀';
  return lower ? '▄' : ' ';
}
