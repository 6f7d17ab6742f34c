import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { Secret } from 'otpauth';
import { fuzz } from '../../../../tools/fuzz/fuzz.ts';
import { nearly } from '../../../../tools/fuzz/hostile-text.ts';
import { decodeBase32, encodeBase32 } from './base32.ts';

const bytes = fc.uint8Array({ maxLength: 40 });

it('bytes are written as another library writes them, and read again', () => {
  fuzz(
    fc.property(bytes, (given) => {
      const text = encodeBase32(given);
      assert.equal(text, new Secret({ buffer: Uint8Array.from(given).buffer }).base32);
      assert.deepEqual(decodeBase32(text), given);
    }),
  );
});

it('a text is read in one spelling only, and then as another library reads it', () => {
  fuzz(
    fc.property(nearly(bytes.map(encodeBase32)), (text) => {
      const read = decodeBase32(text);
      if (!read) return;
      assert.equal(encodeBase32(read), text.replace(/=+$/, ''));
      assert.deepEqual([...Secret.fromBase32(text).bytes], [...read]);
    }),
  );
});
