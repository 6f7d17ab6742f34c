import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { enough, fuzz } from '../../../../tools/fuzz/fuzz.ts';
import { garbage, nearly } from '../../../../tools/fuzz/hostile-text.ts';
import { checkNewPassword, passwordBytes } from './password.ts';

const password = fc.oneof(
  nearly(
    fc.constantFrom('correct horse battery staple', 'Summer2026!', 'purple otters juggle lemons', '👩‍👩‍👧 family pass'),
  ),
  fc.string({ unit: 'grapheme', minLength: 6, maxLength: 30 }),
  garbage.map((text) => text.repeat(20)),
);

it('what may become a password can be hashed, and is the same password in every form of Unicode', () => {
  let fit = 0;
  fuzz(
    fc.property(password, nearly(fc.constant('robin@example.com')), (text, username) => {
      const bytes = passwordBytes(text);
      assert.ok(bytes === undefined || (bytes.length > 0 && bytes.length <= 1024));
      const checked = checkNewPassword(text, { username });
      if (!checked.ok) return;
      fit += 1;
      assert.equal(checked.value, text);
      assert.ok(bytes);
      for (const form of ['NFC', 'NFD', 'NFKC', 'NFKD']) assert.deepEqual(passwordBytes(text.normalize(form)), bytes);
    }),
  );
  enough(fit, 1000, 'were fit');
});
