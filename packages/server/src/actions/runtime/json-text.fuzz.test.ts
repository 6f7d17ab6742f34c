import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { fuzz } from '../../../../../tools/fuzz/fuzz.ts';
import { nearly } from '../../../../../tools/fuzz/hostile-text.ts';
import { parseInsideJson } from './json-text.ts';

const depthOf = (value: unknown): number =>
  typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;

it('JSON as it is, if it is not too deep', () => {
  const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
  assert.deepEqual(parseInsideJson('{"a":[null,1.5,"x",true]}'), { a: [null, 1.5, 'x', true] });
  assert.equal(depthOf(parseInsideJson(nested(64))), 64);
  for (const text of [nested(65), nested(100_000), `{"a":${nested(64)}}`]) {
    assert.throws(() => parseInsideJson(text), TypeError);
  }
});

it('no name that changes what an object is', () => {
  assert.throws(() => parseInsideJson('{"a":{"__proto__":{"isAdmin":true}}}'), TypeError);
  assert.deepEqual(parseInsideJson('{"constructor":1}'), { constructor: 1 });
});

it('whatever comes is an error or the same JSON', () => {
  const written = nearly(fc.jsonValue({ maxDepth: 8 }).map((value) => JSON.stringify(value)));
  fuzz(
    fc.property(written, (text) => {
      let value: unknown;
      try {
        value = parseInsideJson(text);
      } catch (error) {
        assert.ok(error instanceof SyntaxError || error instanceof TypeError);
        return;
      }
      assert.deepEqual(value, JSON.parse(text));
      assert.ok(depthOf(value) <= 64);
    }),
  );
});
