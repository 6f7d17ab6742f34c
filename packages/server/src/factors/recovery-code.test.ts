import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  generateRecoveryCodes,
  hashRecoveryCode,
  matchRecoveryCode,
  normaliseRecoveryCode,
  recoveryCodesFrom,
} from './recovery-code.ts';

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const code = fc.uint8Array({ minLength: 24, maxLength: 24 }).map((bytes) => {
  const [only] = generateRecoveryCodes(() => bytes, 1);
  return only ?? assert.fail();
});

/** Any UTF-16 code units at all, lone surrogates among them. */
const anyText = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 127 }), fc.integer({ min: 0, max: 0xffff })), { maxLength: 40 })
  .map((codeUnits) => String.fromCharCode(...codeUnits));

const store = (codes: readonly string[]): Array<{ id: string; hash: string }> =>
  codes.map((each, index) => ({ id: `code-${index}`, hash: hashRecoveryCode(randomBytes(16), each) }));

describe('generateRecoveryCodes', () => {
  it('makes ten different codes of 120 bits in groups of four', () => {
    const codes = generateRecoveryCodes(randomBytes);
    assert.equal(codes.length, 10);
    assert.equal(new Set(codes).size, 10);
    for (const each of codes) assert.match(each, /^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){5}$/);
  });

  it('uses every symbol equally, and none that looks like another', () => {
    let next = 0;
    const counting = (length: number): Uint8Array => Uint8Array.from({ length }, () => next++ % 256);
    const symbols = generateRecoveryCodes(counting, 32).join('').replaceAll('-', '');
    assert.equal(new Set(symbols).size, 32);
    for (const symbol of alphabet) assert.equal(symbols.split(symbol).length - 1, 24, symbol);
    for (const lookAlike of 'OIL') assert.ok(!symbols.includes(lookAlike));
  });

  it('refuses a count or a source of randomness that makes no sense', () => {
    for (const count of [0, -1, 1.5, 51, 1e9, Number.NaN]) {
      assert.throws(() => generateRecoveryCodes(randomBytes, count), RangeError);
    }
    assert.throws(() => generateRecoveryCodes(() => new Uint8Array(8)), RangeError);
  });
});

describe('normaliseRecoveryCode', () => {
  it('reads a code however it is typed or pasted', () => {
    fc.assert(
      fc.property(code, (shown) => {
        const bare = shown.replaceAll('-', '');
        const typed = [
          shown,
          bare,
          shown.toLowerCase(),
          ` ${shown}\n`,
          shown.replaceAll('-', ' '),
          shown.replaceAll('-', '–'),
          bare.replaceAll('0', 'O').replaceAll('1', 'l'),
          bare.replaceAll('0', 'o').replaceAll('1', 'I'),
        ];
        for (const each of typed) assert.equal(normaliseRecoveryCode(each), bare, each);
      }),
    );
  });

  it('refuses what is no code', () => {
    const sample = '7K3M9QWX7K3M9QWX7K3M9QWX';
    const texts = [
      '',
      '-',
      sample.slice(1),
      `${sample}7`,
      `${sample.slice(1)}U`,
      `${sample}\0`,
      sample.replace('X', '\0'),
    ];
    // The capitals of ı and ſ are the ASCII letters I and S; neither is an ASCII letter itself.
    const scripts = [
      sample.replace('7', '７'),
      sample.replace('K', 'Ｋ'),
      sample.replace('7', '٧'),
      sample.replace('7', 'ı'),
      sample.replace('K', 'ſ'),
    ];
    const odd = [sample.replace('K', 'К'), sample.replace('K', '\u212a'), `\u200b${sample}`, '='.repeat(24)];
    for (const text of [...texts, ...scripts, ...odd, sample.repeat(50_000), '-'.repeat(1_000_000)]) {
      assert.equal(normaliseRecoveryCode(text), undefined, JSON.stringify(text.slice(0, 30)));
    }
  });

  it('gives only symbols of the alphabet', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const read = normaliseRecoveryCode(text);
        if (read !== undefined) assert.match(read, /^[0-9A-HJKMNP-TV-Z]{24}$/);
      }),
    );
  });
});

describe('matchRecoveryCode', () => {
  it('finds each code, and only that one', () => {
    const codes = generateRecoveryCodes(randomBytes);
    const stored = store(codes);
    codes.forEach((each, index) => {
      assert.equal(matchRecoveryCode(stored, each), `code-${index}`);
      assert.equal(matchRecoveryCode(stored.toSpliced(index, 1), each), undefined);
    });
    assert.equal(matchRecoveryCode(stored, codes[3]?.toLowerCase().replaceAll('-', '') ?? ''), 'code-3');
    assert.equal(matchRecoveryCode([], codes[0] ?? ''), undefined);
  });

  it('never matches when one symbol is another', () => {
    fc.assert(
      fc.property(code, fc.nat(23), fc.integer({ min: 1, max: 31 }), (shown, position, change) => {
        const bare = shown.replaceAll('-', '');
        const symbol = alphabet.charAt((alphabet.indexOf(bare.charAt(position)) + change) % 32);
        const changed = `${bare.slice(0, position)}${symbol}${bare.slice(position + 1)}`;
        assert.equal(matchRecoveryCode(store([shown]), changed), undefined);
      }),
    );
  });

  it('survives stored texts that are no hashes, and matches none of them', () => {
    const [shown = assert.fail()] = generateRecoveryCodes(randomBytes, 1);
    const [good = assert.fail()] = store([shown]);
    const [scheme = '', salt = '', digest = ''] = good.hash.split('$');
    const hostile = [
      ['', '$', '$$', 'null', shown, digest, `${scheme}$${salt}$`, `${scheme}$$${digest}`, `$${salt}$${digest}`],
      [
        `${good.hash}\n`,
        `${good.hash}$`,
        ` ${good.hash}`,
        `sha256$${salt}$${digest}`,
        `${scheme}$${salt}$${digest.slice(1)}`,
      ],
      [`${scheme}$${salt}$${'A'.repeat(43)}`, 'x'.repeat(1_000_000), `${scheme}$${'A'.repeat(1_000_000)}$${digest}`],
    ].flat();
    for (const hash of hostile) {
      assert.equal(matchRecoveryCode([{ id: 1, hash }], shown), undefined, hash.slice(0, 60));
      assert.equal(
        matchRecoveryCode(
          [
            { id: 1, hash },
            { ...good, id: 2 },
            { id: 3, hash },
          ],
          shown,
        ),
        2,
      );
    }
    fc.assert(
      fc.property(anyText, (hash) => {
        assert.equal(matchRecoveryCode([{ id: 1, hash }], shown), undefined);
      }),
    );
  });

  it('matches no input that is no code', () => {
    const stored = store(generateRecoveryCodes(randomBytes));
    for (const input of ['', '\0', '*', '%', stored[0]?.hash ?? '', '0'.repeat(24), 'A'.repeat(1_000_000)]) {
      assert.equal(matchRecoveryCode(stored, input), undefined);
    }
  });
});

describe('hashRecoveryCode', () => {
  it('depends on the salt, and on nothing about the code but its symbols', () => {
    const salt = new Uint8Array(16).fill(1);
    const hash = hashRecoveryCode(salt, '7k3m 9qwx 7k3m 9qwx 7k3m 9qwx');
    assert.equal(hash, hashRecoveryCode(salt, '7K3M-9QWX-7K3M-9QWX-7K3M-9QWX'));
    assert.notEqual(hash, hashRecoveryCode(new Uint8Array(16).fill(2), '7K3M-9QWX-7K3M-9QWX-7K3M-9QWX'));
    assert.ok(!hash.includes('7K3M'));
  });

  it('refuses a short salt and a text that is no code', () => {
    assert.throws(() => hashRecoveryCode(new Uint8Array(15), '7K3M-9QWX-7K3M-9QWX-7K3M-9QWX'), RangeError);
    assert.throws(() => hashRecoveryCode(new Uint8Array(16), '7K3M'), RangeError);
  });
});

describe('recovery codes that can be made again', () => {
  it('are the same for the same two values, and others for any other', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 3, maxLength: 3 }),
        ([secret, other, nonce]) => {
          const [a, b, c] = [secret ?? '', other ?? '', nonce ?? ''];
          const codes = recoveryCodesFrom(a, c);
          assert.equal(new Set(codes).size, 10);
          assert.ok(codes.every((each) => normaliseRecoveryCode(each) !== undefined));
          assert.deepEqual(recoveryCodesFrom(a, c), codes);
          const others = new Set([...recoveryCodesFrom(b, c), ...recoveryCodesFrom(a, b), ...recoveryCodesFrom(c, a)]);
          assert.ok(codes.every((each) => !others.has(each)));
        },
      ),
      { numRuns: 50 },
    );
  });
});
