import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { it } from 'node:test';
import fc from 'fast-check';
import { enough, fuzz } from '../../../../tools/fuzz/fuzz.ts';
import { anyJson, nearly } from '../../../../tools/fuzz/hostile-text.ts';
import { generateRecoveryCodes, hashRecoveryCode, matchRecoveryCode, normaliseRecoveryCode } from './recovery-code.ts';

const codes = generateRecoveryCodes((length) => randomBytes(length), 10);
const salt = new Uint8Array(16).fill(1);
const stored = codes.map((code, id) => ({ id, hash: hashRecoveryCode(salt, code) }));
const code = fc.constantFrom(...codes);

it('a code is read however it is typed, and then has one spelling', () => {
  const typed = nearly(
    fc.tuple(code, fc.constantFrom('-', ' ', '\u2013', ''), fc.boolean()).map(([text, gap, isSmall]) => {
      const parted = text.replaceAll('-', gap).replaceAll('0', 'o').replaceAll('1', 'l');
      return isSmall ? parted.toLowerCase() : parted;
    }),
  );
  let read = 0;
  fuzz(
    fc.property(typed, (text) => {
      const normal = normaliseRecoveryCode(text);
      const matched = matchRecoveryCode(stored, text);
      if (normal === undefined) {
        assert.equal(matched, undefined);
        assert.throws(() => hashRecoveryCode(salt, text), RangeError);
        return;
      }
      read += 1;
      assert.match(normal, /^[0-9A-HJKMNP-TV-Z]{24}$/);
      assert.equal(normaliseRecoveryCode(normal), normal);
      const meant = codes.findIndex((one) => one.replaceAll('-', '') === normal);
      assert.equal(matched, meant < 0 ? undefined : meant);
    }),
  );
  enough(read, 1000, 'were read');
});

it('whatever is stored in the place of a hash matches nothing but its own code', () => {
  const hash = fc.oneof(
    nearly(fc.constantFrom(...stored.map((one) => one.hash))),
    anyJson.map((value) => JSON.stringify(value)),
  );
  fuzz(
    fc.property(fc.array(hash, { maxLength: 4 }), code, (hashes, sent) => {
      const matched = matchRecoveryCode(
        hashes.map((one, id) => ({ id, hash: one })),
        sent,
      );
      if (matched === undefined) return;
      const [, saltOf = '', digest] = /^hmac-sha256\$([\w-]+)\$([\w-]+)$/.exec(hashes[matched] ?? '') ?? [];
      const own = hashRecoveryCode(new Uint8Array(Buffer.from(saltOf, 'base64url')), sent);
      assert.equal(
        Buffer.from(own.split('$')[2] ?? '', 'base64url').toString('hex'),
        Buffer.from(digest ?? '', 'base64url').toString('hex'),
      );
    }),
  );
});
