import assert from 'node:assert/strict';
import type { KeyObject } from 'node:crypto';
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { signJws, verifyOwnJws } from './jws.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });

const keyOf = (kid: string) => {
  if (kid === 'rsa') return { key: rsa.publicKey, alg: 'RS256' } as const;
  return kid === 'ec' ? ({ key: ec.publicKey, alg: 'ES256' } as const) : undefined;
};

const verify = (token: string) => verifyOwnJws(token, keyOf);
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const make = (header: object, claims: unknown, key: KeyObject): string => {
  const input = `${encode(header)}.${encode(claims)}`;
  const options = key.asymmetricKeyType === 'ec' ? ({ key, dsaEncoding: 'ieee-p1363' } as const) : key;
  return `${input}.${sign('sha256', Buffer.from(input), options).toString('base64url')}`;
};

const good = { alg: 'ES256', kid: 'ec', typ: 'JWT' } as const;

test('what was signed is verified, whatever the claims; ECDSA numbers of every length come out whole', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (claims) => {
      const expected: unknown = JSON.parse(JSON.stringify(claims));
      const token = signJws(good, claims, ec.privateKey);
      assert.deepEqual(JSON.stringify(verify(token)?.claims), JSON.stringify(expected));
    }),
    // One signature in 256 has a number with a leading zero byte; several of each kind occur here.
    { numRuns: 2000 },
  );
  const token = signJws({ alg: 'RS256', kid: 'rsa', typ: 'JWT' }, { a: 1 }, rsa.privateKey);
  assert.deepEqual(verify(token), { header: { alg: 'RS256', kid: 'rsa', typ: 'JWT' }, claims: { a: 1 } });
});

test('a token in which any one character is another is refused', () => {
  const token = signJws(good, { sub: 'robin', acr: '1fa' }, ec.privateKey);
  for (let i = 0; i < token.length; i += 1) {
    const others = [token[i] === 'A' ? 'B' : 'A', '=', ' ', '.', '+', '/', ''].filter((other) => other !== token[i]);
    for (const other of others) {
      assert.equal(verify(token.slice(0, i) + other + token.slice(i + 1)), undefined, `${i} ${other}`);
    }
  }
});

test('what is signed has one spelling too: UTF-8 of one JSON object, without bits left over', () => {
  const signed = (head: string | Buffer, body: string | Buffer, spare = false) => {
    const encoded = Buffer.from(body).toString('base64url');
    const input = `${Buffer.from(head).toString('base64url')}.${spare ? encoded.replace(/.$/, 'B') : encoded}`;
    const signature = sign('sha256', Buffer.from(input), { key: ec.privateKey, dsaEncoding: 'ieee-p1363' });
    return verify(`${input}.${signature.toString('base64url')}`) !== undefined;
  };
  const head = JSON.stringify(good);
  // Two bytes make three characters, the last of which has two bits to spare.
  assert.deepEqual([signed(head, '{}'), signed(head, '{}', true)], [true, false]);
  assert.ok(signed(head, '{"name":"Zoë"}'));
  assert.ok(!signed(head, Buffer.from('{"name":"Zoë"}', 'latin1')));
  assert.ok(!signed(`\uFEFF${head}`, '{}'));
  assert.ok(!signed(head, '\uFEFF{}'));
  assert.ok(!signed(Buffer.from(head, 'utf16le'), '{}'));
});

test('a signature has one spelling: bits that base64url leaves over must be zero', () => {
  const token = signJws(good, { sub: 'robin' }, ec.privateKey);
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const accepted = alphabet.split('').filter((last) => verify(token.slice(0, -1) + last) !== undefined);
  assert.deepEqual(accepted, [token.at(-1)]);
});

const claims = { sub: 'robin' };

const forgeries: readonly (readonly [name: string, token: string])[] = [
  ['no algorithm', `${encode({ ...good, alg: 'none' })}.${encode(claims)}.`],
  ['no algorithm and some signature', `${encode({ ...good, alg: 'none' })}.${encode(claims)}.AA`],
  ['the key of a stranger', make(good, claims, stranger.privateKey)],
  ['an unknown key', make({ ...good, kid: 'unheard-of' }, claims, ec.privateKey)],
  ['no key named', make({ alg: 'ES256', typ: 'JWT' }, claims, ec.privateKey)],
  ['a key named by a number', make({ ...good, kid: 7 }, claims, ec.privateKey)],
  ['the algorithm of another key', make({ ...good, alg: 'RS256' }, claims, ec.privateKey)],
  ['another key than is named', make({ ...good, kid: 'rsa' }, claims, ec.privateKey)],
  ['a critical extension', make({ ...good, crit: ['exp'] }, claims, ec.privateKey)],
  ['claims that are a list', make(good, [], ec.privateKey)],
  ['claims that are null', make(good, null, ec.privateKey)],
  ['nothing', ''],
  ['dots', '..'],
  ['four parts', `${signJws(good, claims, ec.privateKey)}.AA`],
  ['a line break behind it', `${signJws(good, claims, ec.privateKey)}\n`],
  ['more than any token of ours', signJws(good, { text: 'x'.repeat(13_000) }, ec.privateKey)],
];

for (const [name, token] of forgeries) {
  test(`T29: refused: ${name}`, () => assert.equal(verify(token), undefined));
}

test('T29: an HMAC under the public key, which everybody has, is no signature', () => {
  for (const pem of [ec.publicKey, rsa.publicKey].map((key) => key.export({ type: 'spki', format: 'pem' }))) {
    const input = `${encode({ ...good, alg: 'HS256' })}.${encode(claims)}`;
    assert.equal(verify(`${input}.${createHmac('sha256', pem).update(input).digest('base64url')}`), undefined);
  }
});

test('an ECDSA signature in another encoding, or of another length, is refused', () => {
  const input = `${encode(good)}.${encode(claims)}`;
  const der = sign('sha256', Buffer.from(input), ec.privateKey);
  assert.equal(verify(`${input}.${der.toString('base64url')}`), undefined);
  for (const signature of [Buffer.alloc(64), Buffer.alloc(63), Buffer.alloc(0), Buffer.alloc(96, 1)]) {
    assert.equal(verify(`${input}.${signature.toString('base64url')}`), undefined);
  }
});

test('a signature of another length, or of numbers that are no signature, is refused and breaks nothing', () => {
  const token = signJws(good, { sub: 'robin' }, ec.privateKey);
  const signature = Buffer.from(token.slice(token.lastIndexOf('.') + 1), 'base64url');
  const signed = token.slice(0, token.lastIndexOf('.'));
  const der = sign('sha256', Buffer.from(signed), ec.privateKey);
  const others = [
    signature.subarray(0, 63),
    Buffer.concat([signature, Buffer.of(0)]),
    der,
    Buffer.alloc(64),
    Buffer.alloc(64, 0xff),
    Buffer.concat([signature.subarray(32), signature.subarray(0, 32)]),
    Buffer.concat([Buffer.alloc(32), signature.subarray(32)]),
  ];
  assert.ok(verify(`${signed}.${signature.toString('base64url')}`));
  for (const other of others) assert.equal(verify(`${signed}.${other.toString('base64url')}`), undefined);
});
