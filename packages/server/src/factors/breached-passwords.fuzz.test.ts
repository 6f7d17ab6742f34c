import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { enough, fuzz } from '../../../../tools/fuzz/fuzz.ts';
import { garbage, nearly } from '../../../../tools/fuzz/hostile-text.ts';
import { isInRange } from './breached-passwords.ts';

const digits = fc.stringMatching(/^[0-9A-F]{35}$/);
const line = fc.tuple(digits, fc.nat(3)).map(([suffix, count]) => ({ suffix, count, text: `${suffix}:${count}` }));

it('a digest is in a range that has it with a count, and in no other', () => {
  fuzz(
    fc.property(fc.array(line, { minLength: 1, maxLength: 9 }), digits, fc.boolean(), (lines, absent, lower) => {
      const text = lines.map((one) => one.text).join('\r\n');
      const range = lower ? text.toLowerCase() : text;
      for (const { suffix } of lines) {
        const counted = lines.some((one) => one.suffix === suffix && one.count > 0);
        assert.equal(isInRange(suffix, range), counted);
      }
      if (lines.every((one) => one.suffix !== absent)) assert.equal(isInRange(absent, range), false);
    }),
  );
});

it('what is no range is no good news', () => {
  let unusable = 0;
  fuzz(
    fc.property(fc.oneof(garbage, nearly(line.map(({ text }) => text))), digits, (text, suffix) => {
      try {
        assert.equal(typeof isInRange(suffix, text), 'boolean');
        assert.match(text, /^\s*[0-9A-F]{35}:\d+/i);
      } catch (error) {
        assert.equal(error instanceof Error && error.name, 'UnusableAnswer', String(error));
        unusable += 1;
      }
    }),
  );
  enough(unusable, 100, 'were no range');
});
