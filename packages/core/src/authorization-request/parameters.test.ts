import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { several, single, singles, words } from './parameters.ts';

const sent = (...values: readonly string[]) => single(new Map([['p', values]]), 'p');
const value = (text: string | undefined) => ({ ok: true, value: text });

describe('the one value of a parameter', () => {
  it('is the value; an empty one is none, as is one that was not sent', () => {
    assert.deepEqual(sent('a'), value('a'));
    assert.deepEqual(sent(' '), value(' '));
    assert.deepEqual(sent(''), value(undefined));
    assert.deepEqual(sent(), value(undefined));
    assert.deepEqual(single(new Map(), 'constructor'), value(undefined));
  });
  it('may not occur more than once, even empty (RFC 6749, section 3.1)', () => {
    for (const values of [
      ['a', 'a'],
      ['a', ''],
      ['', ''],
      ['', 'a'],
      ['a', 'b', 'c'],
    ]) {
      const parameter = sent(...values);
      assert.equal(!parameter.ok && parameter.error.reason, 'doubled:p');
    }
  });
  it('has a length', () => {
    assert.ok(sent('x'.repeat(8192)).ok);
    assert.equal(sent('x'.repeat(8193)).ok, false);
  });
  it('has no control character, at the start, in the middle or at the end', () => {
    for (const code of [0, 1, 9, 10, 13, 0x1b, 0x1f, 0x7f, 0x80, 0x85, 0x9f]) {
      const character = String.fromCodePoint(code);
      for (const text of [character, `${character}a`, `a${character}b`, `a${character}`]) {
        const parameter = sent(text);
        assert.equal(!parameter.ok && parameter.error.reason, 'control_character:p', JSON.stringify(text));
      }
    }
    for (const text of ['é', '日本', '🗝️', '"\\<>&', '%00', '\u00a0']) assert.deepEqual(sent(text), value(text));
  });
});

describe('several parameters', () => {
  it('are each read alone, and one bad one refuses them all', () => {
    const all = new Map([
      ['a', ['1']],
      ['b', ['']],
      ['c', ['2', '3']],
    ]);
    assert.deepEqual(singles(all, ['a', 'b', 'z']), { ok: true, value: { a: '1' } });
    const refused = singles(all, ['a', 'c']);
    assert.equal(!refused.ok && refused.error.reason, 'doubled:c');
  });
  it('a name like __proto__ writes to nothing but the answer', () => {
    const answer = singles(new Map([['constructor', ['1']]]), ['constructor', 'toString']);
    assert.deepEqual(answer.ok && Object.entries(answer.value), [['constructor', '1']]);
  });
});

describe('a parameter that may be repeated', () => {
  it('has all its values but the empty ones, and each is checked', () => {
    const repeated = (...values: readonly string[]) => several(new Map([['p', values]]), 'p');
    assert.deepEqual(repeated('b', '', 'a', 'b'), { ok: true, value: ['b', 'a', 'b'] });
    assert.deepEqual(several(new Map(), 'p'), { ok: true, value: [] });
    assert.equal(repeated('a', 'b\n').ok, false);
    assert.equal(repeated('a', 'x'.repeat(8193)).ok, false);
  });
});

describe('words', () => {
  it('are parted by spaces alone, without doubles, in order', () => {
    assert.deepEqual(words(undefined), []);
    assert.deepEqual(words('   '), []);
    assert.deepEqual(words(' b  a b '), ['b', 'a']);
    assert.deepEqual(words('a,b a\u00a0b'), ['a,b', 'a\u00a0b']);
    assert.deepEqual(words('constructor __proto__'), ['constructor', '__proto__']);
  });
  it('put together again they are the same words', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const found = words(text);
        assert.deepEqual(words(found.join(' ')), found);
        assert.equal(new Set(found).size, found.length);
      }),
      { numRuns: 2000 },
    );
  });
});
