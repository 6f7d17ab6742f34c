import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { it } from 'node:test';
import fc from 'fast-check';
import { fuzz } from '../../../../tools/fuzz/fuzz.ts';
import { nearly } from '../../../../tools/fuzz/hostile-text.ts';
import { broughtCode, generateMailedCode, isMailedCode, mailedCodeDigest, normaliseMailedCode } from './mailed-code.ts';

const codes = Array.from({ length: 20 }, () => generateMailedCode({ randomBytes }));
const deps = { secrets: { csrf: randomBytes(32) } };

it('a mailed code is read however it is typed, and nothing else is', () => {
  fuzz(
    fc.property(nearly(fc.constantFrom(...codes)), (typed) => {
      const normal = normaliseMailedCode(typed);
      assert.equal(broughtCode([typed])?.replace('-', ''), normal);
      if (normal === undefined) {
        assert.throws(() => mailedCodeDigest(typed, 'cer', deps), RangeError);
        return;
      }
      assert.match(normal, /^[0-9A-HJKMNP-TV-Z]{8}$/);
      assert.equal(normaliseMailedCode(normal.toLowerCase()), normal);
      assert.equal(mailedCodeDigest(typed, 'cer', deps), mailedCodeDigest(normal, 'cer', deps));
    }),
  );
});

it('only the code of a ceremony is that code, in that ceremony', () => {
  const [code = '', other = ''] = codes;
  const kept = { id: 'cer_1', data: { codeDigest: mailedCodeDigest(code, 'cer_1', deps) } };
  assert.equal(isMailedCode(` ${code.toLowerCase()} `, kept, deps), true);
  assert.equal(isMailedCode(other, kept, deps), false);
  assert.equal(isMailedCode('', kept, deps), false);
  assert.deepEqual([broughtCode(undefined), broughtCode([code, code])], [undefined, undefined]);
  assert.equal(isMailedCode(code, { ...kept, id: 'cer_2' }, deps), false);
  assert.equal(isMailedCode(code, { id: 'cer_1', data: {} }, deps), false);
  assert.equal(isMailedCode(code, kept, { secrets: { csrf: randomBytes(32) } }), false);
});
