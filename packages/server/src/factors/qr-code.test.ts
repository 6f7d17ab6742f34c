import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { create } from 'qrcode';
import { qrSvg, qrTerminal } from './qr-code.ts';

const text = 'otpauth://totp/Fabrikam:anna%40fabrikam.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Fabrikam';

type Grid = boolean[][];

/** The modules of the code itself, within its quiet zone. */
function expected(level: 'L' | 'M', margin: number): Grid {
  const { modules } = create(text, { errorCorrectionLevel: level });
  const side = modules.size + 2 * margin;
  const within = (at: number): boolean => at >= margin && at < margin + modules.size;
  return Array.from({ length: side }, (_, row) =>
    Array.from({ length: side }, (_, column) =>
      within(row) && within(column) ? modules.get(row - margin, column - margin) === 1 : false,
    ),
  );
}

/** Draws the strokes of the path, `M x y`, `m dx 0` and `h length`, on a grid. */
function drawn(path: string, side: number): Grid {
  const grid = Array.from({ length: side }, () => Array.from({ length: side }, () => false));
  let x = 0;
  let y = 0;
  for (const [, command, first = '', second = ''] of path.matchAll(/([Mmh])(-?[\d.]+)(?: (-?[\d.]+))?/g)) {
    if (command === 'h') grid[y]?.fill(true, x, x + Number(first));
    x = command === 'M' ? Number(first) : x + Number(first);
    if (command === 'M') y = Math.floor(Number(second));
  }
  return grid;
}

describe('qrSvg', () => {
  it('is black on white, scaled by the page, and holds the code', async () => {
    const svg = await qrSvg(text);
    const side = expected('M', 4).length;
    assert.match(svg, new RegExp(`^<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${side} ${side}" `));
    assert.match(svg, /<\/svg>$/);
    assert.doesNotMatch(svg, /(width|height|style|class|script|on\w+)=?/);
    const [, background, , code] = /<path fill="(.*?)" d="(.*?)"\/><path stroke="#000000" d="(.*?)"\/>/.exec(svg) ?? [];
    assert.equal(background, '#ffffff');
    assert.deepEqual(drawn(code ?? '', side), expected('M', 4));
  });

  it('holds nothing of the text as markup', async () => {
    const svg = await qrSvg('"><script>alert(1)</script>');
    assert.doesNotMatch(svg, /script|alert/);
  });

  it('refuses a text that does not fit', async () => {
    await assert.rejects(qrSvg('x'.repeat(2_332)));
    await assert.rejects(qrSvg(''));
  });
});

describe('qrTerminal', () => {
  it('paints black on white itself, whatever the terminal, and holds the code', async () => {
    const lines = (await qrTerminal(text)).split('\n');
    const grid: Grid = [];
    for (const line of lines) {
      const [start, colours = '', end] = line.split('\u001b[');
      const [, blocks] = /^38;5;16;48;5;231m([ ▀▄█]+)$/.exec(colours) ?? [];
      assert.deepEqual([start, end], ['', '0m']);
      assert.ok(blocks !== undefined, JSON.stringify(line));
      grid.push(Array.from(blocks, (block) => block === '▀' || block === '█'));
      grid.push(Array.from(blocks, (block) => block === '▄' || block === '█'));
    }
    const wanted = expected('L', 2);
    assert.deepEqual(grid.slice(0, wanted.length), wanted);
    // The side is odd, so that half of the last line is one more row of white.
    assert.deepEqual(grid.slice(wanted.length), [wanted[0]]);
  });

  it('fits into a terminal of 80 columns and 24 lines for a usual address', async () => {
    const lines = (await qrTerminal('http://localhost:3000/')).split('\n');
    assert.ok(lines.length <= 20 && lines.every((line) => line.length <= 80));
  });

  it('refuses a text that does not fit', async () => {
    await assert.rejects(qrTerminal('x'.repeat(2_954)));
  });
});
