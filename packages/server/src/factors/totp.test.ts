import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import type { Instant } from '@stile/core';
import { instant } from '@stile/core';
import fc from 'fast-check';
import { Secret, TOTP, URI } from 'otpauth';
import { decodeBase32, encodeBase32 } from './base32.ts';
import type { TotpAlgorithm } from './totp.ts';
import { generateSecret, matchTotp, normaliseCode, otpauthUri, totpCode } from './totp.ts';

const ascii = (length: number): Uint8Array => Buffer.from('1234567890'.repeat(7).slice(0, length), 'ascii');
const secret = ascii(20);

const secrets = fc.uint8Array({ minLength: 16, maxLength: 64 });
const steps = fc.integer({ min: 1, max: 3_000_000_000 });
const algorithms = fc.constantFrom<TotpAlgorithm>('sha1', 'sha256', 'sha512');
/** Any UTF-16 code units at all, lone surrogates among them. */
const anyText = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 127 }), fc.integer({ min: 0, max: 0xffff })), { maxLength: 40 })
  .map((codeUnits) => String.fromCharCode(...codeUnits));
const digitCounts = fc.constantFrom<6 | 7 | 8>(6, 7, 8);

/** Codes of neighbouring steps are the same once in a million; such a case says nothing about the window. */
function areDistinct(key: Uint8Array, first: number, last: number): boolean {
  const codes = Array.from({ length: last - first + 1 }, (_, offset) => totpCode(key, first + offset));
  return new Set(codes).size === codes.length;
}

describe('totpCode', () => {
  it('RFC 4226, appendix D', () => {
    const codes = '755224 287082 359152 969429 338314 254676 287922 162583 399871 520489'.split(' ');
    assert.deepEqual(
      codes.map((_, counter) => totpCode(secret, counter)),
      codes,
    );
  });

  const vectors: ReadonlyArray<readonly [number, string, string, string]> = [
    [59, '94287082', '46119246', '90693936'],
    [1_111_111_109, '07081804', '68084774', '25091201'],
    [1_111_111_111, '14050471', '67062674', '99943326'],
    [1_234_567_890, '89005924', '91819424', '93441116'],
    [2_000_000_000, '69279037', '90698825', '38618901'],
    [20_000_000_000, '65353130', '77737706', '47863826'],
  ];
  for (const [time, sha1, sha256, sha512] of vectors) {
    it(`RFC 6238, appendix B, at ${time}`, () => {
      const counter = Math.floor(time / 30);
      assert.equal(totpCode(ascii(20), counter, { digits: 8 }), sha1);
      assert.equal(totpCode(ascii(32), counter, { digits: 8, algorithm: 'sha256' }), sha256);
      assert.equal(totpCode(ascii(64), counter, { digits: 8, algorithm: 'sha512' }), sha512);
      assert.deepEqual(matchTotp(ascii(20), sha1, instant(time), { digits: 8 }), { counter });
    });
  }

  it('agrees with another implementation', () => {
    fc.assert(
      fc.property(secrets, steps, algorithms, digitCounts, (key, counter, algorithm, digits) => {
        const other = new TOTP({
          secret: new Secret({ buffer: Uint8Array.from(key).buffer }),
          algorithm: algorithm.toUpperCase(),
          digits,
          period: 30,
        });
        assert.equal(totpCode(key, counter, { algorithm, digits }), other.generate({ timestamp: counter * 30_000 }));
      }),
    );
  });

  it('refuses a secret that anyone could guess, and a counter that is none', () => {
    assert.throws(() => totpCode(new Uint8Array(0), 1), RangeError);
    assert.throws(() => totpCode(new Uint8Array(15), 1), RangeError);
    assert.throws(() => matchTotp(new Uint8Array(0), '755224', instant(0)), RangeError);
    for (const counter of [-1, 0.5, Number.NaN, 2 ** 53]) assert.throws(() => totpCode(secret, counter), RangeError);
  });
});

describe('generateSecret', () => {
  it('takes 160 bits from the source it is given', () => {
    const first = generateSecret(randomBytes);
    assert.equal(first.length, 20);
    assert.notDeepEqual(first, generateSecret(randomBytes));
    assert.deepEqual(
      generateSecret((length) => new Uint8Array(length).fill(7)),
      new Uint8Array(20).fill(7),
    );
  });

  it('refuses a source that gives too little', () => {
    assert.throws(() => generateSecret(() => new Uint8Array(0)), RangeError);
  });
});

describe('matchTotp', () => {
  it('accepts the step before, the current and the next, and no other', () => {
    fc.assert(
      fc.property(secrets, fc.integer({ min: 3, max: 3_000_000_000 }), fc.nat(29), (key, current, into) => {
        fc.pre(areDistinct(key, current - 2, current + 2));
        const now = instant(current * 30 + into);
        const found = [-2, -1, 0, 1, 2].map((offset) => matchTotp(key, totpCode(key, current + offset), now)?.counter);
        assert.deepEqual(found, [undefined, current - 1, current, current + 1, undefined]);
        const strict = [-1, 0, 1].map(
          (offset) => matchTotp(key, totpCode(key, current + offset), now, { driftSteps: 0 })?.counter,
        );
        assert.deepEqual(strict, [undefined, current, undefined]);
      }),
    );
  });

  it('opens and closes the window at the exact second', () => {
    const code = totpCode(secret, 100);
    const at = (seconds: number): number | undefined => matchTotp(secret, code, instant(seconds))?.counter;
    assert.deepEqual([2969, 2970, 3000, 3029, 3059, 3060].map(at), [undefined, 100, 100, 100, 100, undefined]);
  });

  it('T28: a code names the same step wherever in its window it is given, so that a second use can be refused', () => {
    const lastAccepted = matchTotp(secret, totpCode(secret, 100), instant(2970))?.counter ?? assert.fail();
    const again = matchTotp(secret, totpCode(secret, 100), instant(3059))?.counter ?? assert.fail();
    assert.ok(again <= lastAccepted);
    const older = matchTotp(secret, totpCode(secret, 99), instant(3000))?.counter ?? assert.fail();
    assert.ok(older <= lastAccepted);
  });

  it('T28: where two steps share a code the later is named, so that it does not serve twice', () => {
    const current = 910_737;
    const code = totpCode(secret, current);
    assert.equal(code, totpCode(secret, current + 1));
    assert.deepEqual(matchTotp(secret, code, instant(current * 30)), { counter: current + 1 });
  });

  it('works at the beginning of time', () => {
    assert.deepEqual(matchTotp(secret, '755224', instant(0)), { counter: 0 });
    assert.deepEqual(matchTotp(secret, '287082', instant(0)), { counter: 1 });
  });

  it('never matches when one digit is another', () => {
    fc.assert(
      fc.property(secrets, steps, fc.nat(5), fc.integer({ min: 1, max: 9 }), (key, current, position, change) => {
        const code = totpCode(key, current);
        const digit = (Number(code.charAt(position)) + change) % 10;
        const changed = `${code.slice(0, position)}${digit}${code.slice(position + 1)}`;
        fc.pre(changed !== totpCode(key, current - 1) && changed !== totpCode(key, current + 1));
        assert.equal(matchTotp(key, changed, instant(current * 30)), undefined);
      }),
    );
  });

  it('matches no text but the digits themselves', () => {
    const code = totpCode(secret, 100);
    const now = instant(3000);
    const fullWidth = Array.from(code, (digit) => String.fromCodePoint(0xff10 + Number(digit))).join('');
    const arabic = Array.from(code, (digit) => String.fromCodePoint(0x0660 + Number(digit))).join('');
    const texts = ['', ' ', code.slice(0, 5), `${code}0`, ` ${code}`, `${code}\n`, `${code}\0`, `+${code.slice(1)}`];
    for (const text of [...texts, fullWidth, arabic, '\0\0\0\0\0\0', '1e5000', '9'.repeat(1_000_000), '٣٣٣']) {
      assert.equal(matchTotp(secret, text, now), undefined, JSON.stringify(text.slice(0, 20)));
    }
    fc.assert(
      fc.property(anyText, (text) => {
        fc.pre(![99, 100, 101].some((counter) => text === totpCode(secret, counter)));
        assert.equal(matchTotp(secret, text, now), undefined);
      }),
    );
  });

  it('does not accept a code of another length or hash', () => {
    const options = { digits: 8, algorithm: 'sha256' } as const;
    const code = totpCode(secret, 100, options);
    assert.deepEqual(matchTotp(secret, code, instant(3000), options), { counter: 100 });
    assert.equal(matchTotp(secret, code, instant(3000)), undefined);
    assert.equal(matchTotp(secret, code, instant(3000), { digits: 8 }), undefined);
    assert.equal(matchTotp(secret, code.slice(2), instant(3000)), undefined);
  });

  it('T23: refuses a time in milliseconds, a fraction of a second and a negative time', () => {
    for (const time of [1_800_000_000_000, 1e11, 0.5, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.throws(() => matchTotp(secret, '755224', time as Instant), RangeError, String(time));
    }
  });

  it('refuses a wider window than the standard recommends', () => {
    for (const driftSteps of [-1, 0.5, 2, 1e9, Number.NaN]) {
      assert.throws(() => matchTotp(secret, '755224', instant(0), { driftSteps }), RangeError);
    }
  });
});

describe('normaliseCode', () => {
  it('takes out the gaps that apps show and people type', () => {
    for (const typed of ['123456', '123 456', ' 123456 ', '123-456', '12 34 56', '123\u00a0456', '123\u202f456']) {
      assert.equal(normaliseCode(typed), '123456');
    }
    assert.equal(normaliseCode('1234 5678'), '12345678');
  });

  it('refuses everything else', () => {
    const texts = ['', ' ', '12345', '123456789', '12345a', '+123456', '123.456', '0x1234', '1234e2', '123456\n'];
    const digits = ['１２３４５６', '١٢٣٤٥٦', '१२३४५६', '𝟏𝟐𝟑𝟒𝟓𝟔', '①②③④⑤⑥', '12345６'];
    for (const text of [
      ...texts,
      ...digits,
      '123456\0',
      '\u202e123456',
      '123456'.repeat(100_000),
      `${' '.repeat(99)}123456`,
    ]) {
      assert.equal(normaliseCode(text), undefined, JSON.stringify(text.slice(0, 20)));
    }
  });

  it('gives only what matchTotp can match', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const code = normaliseCode(text);
        if (code !== undefined) assert.match(code, /^[0-9]{6,8}$/);
      }),
    );
  });
});

describe('otpauthUri', () => {
  it('is read by an authenticator as it was meant', () => {
    const uri = otpauthUri({ issuer: 'Fabrikam Bank & Co.', account: 'anna+test@fabrikam.example', secret });
    assert.equal(
      uri,
      'otpauth://totp/Fabrikam%20Bank%20%26%20Co.:anna%2Btest%40fabrikam.example' +
        `?secret=${encodeBase32(secret)}&issuer=Fabrikam%20Bank%20%26%20Co.&algorithm=SHA1&digits=6&period=30`,
    );
    const read = URI.parse(uri);
    assert.ok(read instanceof TOTP);
    assert.equal(read.issuer, 'Fabrikam Bank & Co.');
    assert.equal(read.label, 'anna+test@fabrikam.example');
    assert.deepEqual(decodeBase32(read.secret.base32), Uint8Array.from(secret));
    assert.equal(read.generate({ timestamp: 3_000_000 }), totpCode(secret, 100));
  });

  it('no name can add a parameter or another issuer', () => {
    fc.assert(
      fc.property(anyText, anyText, (issuer, account) => {
        const uri = otpauthUri({ issuer, account, secret });
        const { protocol, searchParams, pathname, hash } = new URL(uri);
        assert.deepEqual([...searchParams.keys()], ['secret', 'issuer', 'algorithm', 'digits', 'period']);
        assert.equal(searchParams.get('secret'), encodeBase32(secret));
        assert.deepEqual([protocol, hash], ['otpauth:', '']);
        assert.equal(decodeURIComponent(pathname).split(':').length, 2);
      }),
    );
    assert.match(
      otpauthUri({ issuer: 'A', account: '&secret=AAAA#x:y\ud800', secret }),
      /^otpauth:\/\/totp\/A:%26secret%3DAAAA%23x%20y%EF%BF%BD\?secret=GEZD/,
    );
  });

  it('names the hash and the length where they differ', () => {
    const uri = otpauthUri({ issuer: 'A', account: 'b', secret, algorithm: 'sha512', digits: 8 });
    assert.match(uri, /&algorithm=SHA512&digits=8&period=30$/);
  });
});
