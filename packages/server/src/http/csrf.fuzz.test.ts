import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { it } from 'node:test';
import fc from 'fast-check';
import { fuzz } from '../../../../tools/fuzz/fuzz.ts';
import { spoilt } from '../../../../tools/fuzz/hostile-text.ts';
import { csrfToken, judgeForm } from './csrf.ts';

const deps = {
  secrets: { csrf: new Uint8Array(32).fill(7), refreshToken: new Uint8Array(32) },
  randomBytes: (length: number) => randomBytes(length),
};
const binding = fc.record({ purpose: fc.string(), browserSecret: fc.string() });
const person = fc.option(fc.string(), { nil: undefined });

it('a form is genuine where it was shown and to whom, and nowhere else', () => {
  fuzz(
    fc.property(binding, person, binding, person, (shown, whom, elsewhere, somebody) => {
      const token = csrfToken(deps, shown, whom);
      assert.equal(judgeForm(deps, shown, whom, token), 'genuine');
      const isSame = shown.purpose === elsewhere.purpose && shown.browserSecret === elsewhere.browserSecret;
      if (!isSame) assert.equal(judgeForm(deps, elsewhere, whom, token), 'forged');
      if (somebody !== whom && (somebody ?? 'nobody') !== (whom ?? 'nobody')) {
        assert.equal(judgeForm(deps, shown, somebody, token), 'of-another');
      }
    }),
  );
});

it('a value that was changed, or made up, is forged', () => {
  const shown = { purpose: 'interaction 1', browserSecret: 'b' };
  const values = fc.constantFrom(...Array.from({ length: 20 }, () => csrfToken(deps, shown, 'robin')));
  fuzz(
    fc.property(fc.oneof(spoilt(values), fc.string(), fc.constant(undefined)), values, (sent, genuine) => {
      const verdict = judgeForm(deps, shown, 'robin', sent);
      if (verdict !== 'forged') assert.equal(sent?.length, genuine.length);
      if (sent !== undefined && verdict !== 'forged') assert.equal(judgeForm(deps, shown, 'robin', sent), 'genuine');
    }),
  );
});
