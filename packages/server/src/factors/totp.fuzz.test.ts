import assert from 'node:assert/strict';
import { it } from 'node:test';
import { instant } from '@stile/core';
import fc from 'fast-check';
import { Secret, TOTP, URI } from 'otpauth';
import { fuzz } from '../../../../tools/fuzz/fuzz.ts';
import { garbage, nearly } from '../../../../tools/fuzz/hostile-text.ts';
import { matchTotp, normaliseCode, otpauthUri, totpCode } from './totp.ts';

const secret = fc.uint8Array({ minLength: 16, maxLength: 32 });
const code = fc.stringMatching(/^[0-9]{6,8}$/);
const moment = fc.nat(4_000_000_000);

const theirs = (bytes: Uint8Array): TOTP =>
  new TOTP({ secret: new Secret({ buffer: Uint8Array.from(bytes).buffer }), digits: 6, period: 30, algorithm: 'SHA1' });

it('a code is six to eight digits however they are set apart, and nothing else', () => {
  const typed = nearly(
    fc
      .tuple(code, fc.constantFrom(' ', '-', '\u00a0', ''))
      .map(([digits, gap]) => digits.slice(0, 3) + gap + digits.slice(3)),
  );
  fuzz(
    fc.property(typed, (text) => {
      const read = normaliseCode(text);
      if (read === undefined) return;
      assert.match(read, /^[0-9]{6,8}$/);
      assert.equal(normaliseCode(read), read);
      assert.equal(
        read,
        Array.from(text)
          .filter((character) => character >= '0' && character <= '9')
          .join(''),
      );
    }),
  );
});

it('a code of another library is taken within one step of its time, and no other is', () => {
  fuzz(
    fc.property(secret, moment, fc.integer({ min: -3, max: 3 }), nearly(code), (bytes, now, steps, guess) => {
      const at = Math.max(0, now + steps * 30);
      const sent = theirs(bytes).generate({ timestamp: at * 1000 });
      const current = Math.floor(now / 30);
      const match = matchTotp(bytes, sent, instant(now));
      if (Math.abs(Math.floor(at / 30) - current) <= 1) assert.ok(match && totpCode(bytes, match.counter) === sent);
      const guessed = matchTotp(bytes, guess, instant(now));
      if (guessed) assert.equal(totpCode(bytes, guessed.counter), guess);
      for (const found of [match, guessed]) assert.ok(found === undefined || Math.abs(found.counter - current) <= 1);
    }),
  );
});

it('the address for an app is read by another library as it was meant, whatever the names are', () => {
  const name = fc.oneof(garbage, fc.string({ minLength: 1 }), fc.constant('Fabrikam: robin@example'));
  fuzz(
    fc.property(name, name, secret, (issuer, account, bytes) => {
      const uri = otpauthUri({ issuer, account, secret: bytes });
      assert.match(uri, /^otpauth:\/\/totp\/[A-Za-z0-9!'()*._~%-]*:[A-Za-z0-9!'()*._~%-]*\?/);
      const label = (text: string): string => text.toWellFormed().replaceAll(':', ' ').trim();
      if (label(issuer) === '' || label(account) === '') return;
      const read = URI.parse(uri);
      assert.deepEqual([read.issuer, read.label, [...read.secret.bytes]], [label(issuer), label(account), [...bytes]]);
    }),
  );
});
