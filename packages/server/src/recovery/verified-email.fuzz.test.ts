import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { fuzz } from '../../../../tools/fuzz/fuzz.ts';
import { garbage } from '../../../../tools/fuzz/hostile-text.ts';
import { maskedEmail, verifiedEmail } from './verified-email.ts';

it('only a verified address counts, and of what is shown the part before the @ is one sign at most', () => {
  fuzz(
    fc.property(garbage, fc.constantFrom(true, false, 'true', 1, null, undefined), (email, email_verified) => {
      const address = verifiedEmail({ claims: { email, email_verified } });
      assert.equal(address === undefined, !(email_verified === true && email.includes('@')));
      if (address === undefined) return;
      const [before = ''] = maskedEmail(address).split('•••', 1);
      assert.ok(before.length <= 1);
    }),
  );
  assert.equal(maskedEmail('robin@fabrikam.example'), 'r•••@fabrikam.example');
  assert.equal(maskedEmail('@x'), '•••@x');
});
