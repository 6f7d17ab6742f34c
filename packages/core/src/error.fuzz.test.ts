import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { fuzz } from '../../../tools/fuzz/fuzz.ts';
import { nearly } from '../../../tools/fuzz/hostile-text.ts';
import { oauthError } from './error.ts';

/** RFC 6749, appendix A.8: NQSCHAR. */
const isAllowed = (code: number): boolean =>
  code === 0x20 || code === 0x21 || (code >= 0x23 && code <= 0x5b) || (code >= 0x5d && code <= 0x7e);

it('an error never goes out with a character that RFC 6749 does not allow', () => {
  fuzz(
    fc.property(nearly(fc.constant('The code is not valid')), (description) => {
      const fits =
        description !== '' && Array.from(description).every((character) => isAllowed(character.codePointAt(0) ?? 0));
      if (fits) assert.equal(oauthError('invalid_request', 'reason', description).description, description);
      else assert.throws(() => oauthError('invalid_request', 'reason', description), RangeError);
    }),
  );
});
