import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { decodeBase32, encodeBase32 } from './base32.ts';

const text = (bytes: Uint8Array | undefined): string | undefined =>
  bytes === undefined ? undefined : Buffer.from(bytes).toString('latin1');

describe('base32', () => {
  const vectors: ReadonlyArray<readonly [string, string]> = [
    ['', ''],
    ['f', 'MY======'],
    ['fo', 'MZXQ===='],
    ['foo', 'MZXW6==='],
    ['foob', 'MZXW6YQ='],
    ['fooba', 'MZXW6YTB'],
    ['foobar', 'MZXW6YTBOI======'],
  ];
  for (const [plain, encoded] of vectors) {
    it(`RFC 4648, section 10: "${plain}"`, () => {
      assert.equal(encodeBase32(Buffer.from(plain)), encoded.replaceAll('=', ''));
      assert.equal(text(decodeBase32(encoded)), plain);
      assert.equal(text(decodeBase32(encoded.replaceAll('=', ''))), plain);
    });
  }

  it('gives back any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        assert.deepEqual(decodeBase32(encodeBase32(bytes)), bytes);
      }),
    );
  });

  it('has one text for one value: whatever decodes encodes to itself', () => {
    const symbol = fc.constantFrom(...Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'));
    fc.assert(
      fc.property(fc.string({ unit: symbol, maxLength: 40 }), (encoded) => {
        const bytes = decodeBase32(encoded);
        if (bytes !== undefined) assert.equal(encodeBase32(bytes), encoded);
      }),
    );
  });

  const refused: Readonly<Record<string, string>> = {
    'lower case': 'mzxw6ytb',
    'digits outside the alphabet': 'MZXW6YT1',
    'white space': 'MZXW 6YTB',
    'a final line break': 'MZXW6YTB\n',
    'a NUL': 'MZXW6YTB\0',
    'full-width letters': 'ＭＺＸＷ６ＹＴＢ',
    'a length that no bytes have (1)': 'M',
    'a length that no bytes have (3)': 'MZX',
    'a length that no bytes have (6)': 'MZXW6Y',
    'unused bits that are not zero': 'MZ',
    'too little padding': 'MY=====',
    'too much padding': 'MY=======',
    'padding of a whole group': 'MZXW6YTB========',
    'padding in the middle': 'MY======MY======',
    'padding alone': '========',
  };
  for (const [why, encoded] of Object.entries(refused)) {
    it(`refuses ${why}`, () => assert.equal(decodeBase32(encoded), undefined));
  }

  it('reads a huge text without ado', () => {
    assert.equal(decodeBase32('A'.repeat(800_000))?.length, 500_000);
    assert.equal(decodeBase32(`${'A'.repeat(800_000)}!`), undefined);
    assert.equal(decodeBase32('='.repeat(800_000)), undefined);
  });
});
