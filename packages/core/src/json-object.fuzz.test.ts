import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { fuzz } from '../../../tools/fuzz/fuzz.ts';
import { anyJson, nearly } from '../../../tools/fuzz/hostile-text.ts';
import { isJsonObject, parseJsonObject } from './json-object.ts';

const text = nearly(fc.oneof(anyJson, fc.dictionary(fc.string(), anyJson)).map((value) => JSON.stringify(value)));

it('an object is read from JSON as JSON.parse reads it, and nothing else is one', () => {
  fuzz(
    fc.property(text, (given) => {
      const found = parseJsonObject(given);
      let parsed: unknown;
      try {
        parsed = JSON.parse(given);
      } catch {
        parsed = undefined;
      }
      const isObject = Object.prototype.toString.call(parsed) === '[object Object]';
      assert.deepEqual(found, isObject ? parsed : undefined);
      assert.ok(found === undefined || isJsonObject(found));
      if (found) assert.deepEqual(parseJsonObject(JSON.stringify(found)), JSON.parse(JSON.stringify(found)));
      assert.equal(Object.keys(Object.prototype).length, 0);
    }),
  );
});
