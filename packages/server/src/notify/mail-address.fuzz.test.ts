import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { fuzz } from '../../../../tools/fuzz/fuzz.ts';
import { nearly } from '../../../../tools/fuzz/hostile-text.ts';
import { maskedMailAddress, parseMailAddress } from './mail-address.ts';

it('an address of mail is one, on one line, and stays what it is', () => {
  fuzz(
    fc.property(nearly(fc.constantFrom('robin@fabrikam.example', "o'neill+x@bücher.example", 'a@b.c')), (typed) => {
      const address = parseMailAddress(typed);
      if (address === undefined) return;
      assert.match(address, /^[\x21-\x7e]{3,254}$/);
      assert.equal(address.split('@').length, 2);
      assert.doesNotMatch(address, /[<>",;:\\()[\]]/);
      assert.equal(parseMailAddress(address), address);
      assert.ok(maskedMailAddress(address).startsWith(`${address.charAt(0)}…@`));
    }),
  );
});
