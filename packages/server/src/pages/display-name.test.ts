import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { displayName, initial } from './display-name.ts';

test('honest names stay as they are', () => {
  for (const name of ['Fabrikam Bank', 'Ärzte für alle', '富士カム', 'بنك', 'O’Neill & Sons <Ltd>']) {
    assert.equal(displayName(name), name);
  }
});

test('a name cannot turn, hide or break the sentence it stands in', () => {
  assert.equal(displayName('Fabri\u202Ekam\u202C'), 'Fabrikam');
  assert.equal(displayName('Fab\u200Brikam\u0000'), 'Fabrikam');
  assert.equal(displayName('  Fabrikam\n\n\u2028 Bank '), 'Fabrikam Bank');
});

test('no name is longer than a line or two, or has what cannot be seen', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (name) => {
      const shown = displayName(name);
      assert.ok(Array.from(shown).length <= 80);
      assert.doesNotMatch(shown, /[\p{Cc}\p{Cf}\u2028\u2029]/u);
    }),
  );
});

test('the first letter of a name is a whole letter', () => {
  assert.equal(initial('éclair'), 'É');
  assert.equal(initial('\u202E𝒻abrikam'), '𝒻');
  assert.equal(initial(''), '');
});
