import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { it } from 'node:test';
import fc from 'fast-check';
import { fuzz } from '../../../../../tools/fuzz/fuzz.ts';
import { garbage } from '../../../../../tools/fuzz/hostile-text.ts';
import { EncryptionKeyError, openEncryptionKey } from './encryption-key.ts';

const key = openEncryptionKey({ dataFolder: '', encryptionKey: randomBytes(32).toString('base64url') }, 'throw');

it('any secrets come back as they were, for any version', () => {
  const secrets = fc.dictionary(
    fc.stringMatching(/^[A-Z_]{1,20}$/),
    garbage.map((text) => text.toWellFormed()),
  );
  fuzz(
    fc.property(secrets, garbage, (given, versionId) => {
      assert.deepEqual(key.open(key.seal(given, versionId), versionId), { ...given });
    }),
  );
});

it('whatever stands in their place in the database is refused, and not told', () => {
  const sealed = key.seal({ API_KEY: 'mArKeR' }, 'ver_1');
  const spoilt = fc
    .tuple(fc.nat(sealed.length), garbage)
    .map(([at, put]) => sealed.slice(0, at) + put + sealed.slice(at + 1));
  fuzz(
    fc.property(fc.oneof(spoilt, garbage), (text) => {
      try {
        // Letters that base64url ignores, or the bits that it leaves over, change nothing.
        assert.deepEqual(key.open(text, 'ver_1'), { API_KEY: 'mArKeR' });
      } catch (error) {
        assert.ok(error instanceof EncryptionKeyError, String(error));
        assert.doesNotMatch(error.message, /mArKeR/);
      }
    }),
  );
});
