import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { Colour, Scheme } from './palette.ts';
import { contrast, dark, light, parseColour, READABLE, schemesWith } from './palette.ts';

/** WCAG 2.2, 1.4.11: the least contrast of the edge of a control. */
const VISIBLE = 3;

const readable = (scheme: Scheme): void => {
  for (const ground of [scheme.card, scheme.page]) {
    for (const text of [scheme.ink, scheme.soft, scheme.bad, scheme.accentInk]) {
      assert.ok(contrast(text, ground) >= READABLE, `${text} on ${ground}`);
    }
  }
  assert.ok(contrast(scheme.onAccent, scheme.accent) >= READABLE, `${scheme.onAccent} on ${scheme.accent}`);
  assert.ok(contrast(scheme.edge, scheme.card) >= VISIBLE, `edge ${scheme.edge}`);
};

test('our own colours can be read, light and dark', () => {
  readable(light);
  readable(dark);
});

test('with any accent at all everything can still be read', () => {
  const anyColour = fc
    .integer({ min: 0, max: 0xffffff })
    .map((value): Colour => `#${value.toString(16).padStart(6, '0')}`);
  fc.assert(
    fc.property(anyColour, (accent) => {
      const schemes = schemesWith(accent);
      readable(schemes.light);
      readable(schemes.dark);
    }),
    { numRuns: 500, examples: [['#000000'], ['#ffffff'], ['#ffff00'], ['#767676'], ['#0000ff']] },
  );
});

test('contrast is what WCAG says it is', () => {
  assert.equal(contrast('#000000', '#ffffff'), 21);
  assert.equal(contrast('#777777', '#ffffff').toFixed(2), '4.48');
});

test('only six hexadecimal digits are a colour', () => {
  assert.equal(parseColour('#1D6B4F'), '#1d6b4f');
  for (const text of ['1d6b4f', '#fff', '#1d6b4f;', 'red', '', '#1d6b4g', '#1d6b4f\n']) {
    assert.equal(parseColour(text), undefined, text);
  }
});
