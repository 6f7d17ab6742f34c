import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isJsonObject, parseJsonObject } from './json-object.ts';

describe('a JSON object', () => {
  it('is what has members, and nothing else', () => {
    assert.deepEqual(parseJsonObject('{"a":[1]}'), { a: [1] });
    for (const text of ['', 'null', '[]', '7', '"{}"', 'true', '{', '{}{}', '{a:1}', 'undefined']) {
      assert.equal(parseJsonObject(text), undefined, text);
    }
    for (const value of [null, undefined, [], 'a', 7, true, () => ({})]) assert.equal(isJsonObject(value), false);
  });
  it('with a member called __proto__ inherits nothing from it', () => {
    const object = parseJsonObject('{"__proto__":{"admin":true}}');
    assert.ok(object);
    assert.equal(object.admin, undefined);
    assert.equal(Object.getPrototypeOf(object), Object.prototype);
  });
});
