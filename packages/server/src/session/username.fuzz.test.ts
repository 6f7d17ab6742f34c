import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { fuzz } from '../../../../tools/fuzz/fuzz.ts';
import { garbage, nearly } from '../../../../tools/fuzz/hostile-text.ts';
import { normaliseUsername } from './username.ts';

it('a username has one form, which is its own form, whatever the keyboard made of it', () => {
  const name = fc.oneof(
    nearly(fc.constantFrom('Robin', 'robin@fabrikam.example', 'Zoë', 'Ⅷ')),
    garbage,
    fc.string({ unit: 'grapheme' }),
  );
  fuzz(
    // As short as names are, however much longer normalising makes them.
    fc.property(
      name.map((text) => text.slice(0, 50)),
      (typed) => {
        const form = normaliseUsername(typed);
        assert.equal(normaliseUsername(form), form);
        for (const spelt of [typed.normalize('NFD'), typed.normalize('NFC'), ` ${typed}\t`]) {
          assert.equal(normaliseUsername(spelt), form);
        }
      },
    ),
  );
});
