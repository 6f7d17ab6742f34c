import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { fuzz } from '../../../tools/fuzz/fuzz.ts';
import { nearly } from '../../../tools/fuzz/hostile-text.ts';
import { fromBase64url, toBase64url } from './base64url.ts';

it('bytes are written as Node writes them, and read again', () => {
  fuzz(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      const text = toBase64url(bytes);
      assert.equal(text, Buffer.from(bytes).toString('base64url'));
      assert.deepEqual(fromBase64url(text), bytes);
    }),
  );
});

it('a text is read as Node reads it, if it is base64url in its one spelling', () => {
  fuzz(
    fc.property(nearly(fc.uint8Array({ maxLength: 20 }).map(toBase64url)), (text) => {
      const bytes = fromBase64url(text);
      assert.equal(bytes !== undefined, Buffer.from(text, 'base64url').toString('base64url') === text);
      if (bytes) assert.deepEqual([...bytes], [...Buffer.from(text, 'base64url')]);
    }),
  );
});
