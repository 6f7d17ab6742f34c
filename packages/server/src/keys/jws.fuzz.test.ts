import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { it } from 'node:test';
import fc from 'fast-check';
import { fuzz } from '../../../../tools/fuzz/fuzz.ts';
import { anyJson, nearlyRecord, spoilt } from '../../../../tools/fuzz/hostile-text.ts';
import { parseJws, signJws, verifyOwnJws } from './jws.ts';

const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const keyOf = (kid: string): { readonly key: typeof ec.publicKey; readonly alg: 'ES256' | 'RS256' } | undefined => {
  if (kid === 'ec') return { key: ec.publicKey, alg: 'ES256' };
  return kid === 'rsa' ? { key: rsa.publicKey, alg: 'RS256' } : undefined;
};

const segment = (value: unknown): string => Buffer.from(JSON.stringify(value) ?? '').toString('base64url');

it('what was signed is verified, with the claims that it was signed with', () => {
  fuzz(
    fc.property(fc.dictionary(fc.string(), anyJson), (claims) => {
      const token = signJws({ alg: 'ES256', kid: 'ec', typ: 'JWT' }, claims, ec.privateKey);
      assert.deepEqual(verifyOwnJws(token, keyOf)?.claims, JSON.parse(JSON.stringify(claims)));
    }),
    1_000,
  );
});

it('whatever stands in a header, only the algorithm of the key is taken', () => {
  const header = nearlyRecord({
    alg: fc.constantFrom('ES256', 'RS256', 'none', 'HS256'),
    kid: fc.constantFrom('ec', 'rsa', '__proto__'),
    typ: fc.constant('JWT'),
  });
  fuzz(
    fc.property(header, anyJson, (head, claims) => {
      const input = `${segment(head)}.${segment(claims)}`;
      const signature = sign('sha256', Buffer.from(input), { key: ec.privateKey, dsaEncoding: 'ieee-p1363' });
      const verified = verifyOwnJws(`${input}.${signature.toString('base64url')}`, keyOf);
      if (!verified) return;
      assert.deepEqual([head.alg, head.kid, 'crit' in head], ['ES256', 'ec', false]);
    }),
    3_000,
  );
});

it('a token that was changed is none, and neither is a signature of any other length', () => {
  const whole = ['ec', 'rsa'].map((kid) =>
    kid === 'ec'
      ? signJws({ alg: 'ES256', kid, typ: 'JWT' }, { sub: 'robin' }, ec.privateKey)
      : signJws({ alg: 'RS256', kid, typ: 'JWT' }, { sub: 'robin' }, rsa.privateKey),
  );
  const tokens = fc.constantFrom(...whole);
  const resigned = fc
    .tuple(tokens, fc.uint8Array({ maxLength: 300 }))
    .map(([token, bytes]) => `${token.slice(0, token.lastIndexOf('.'))}.${Buffer.from(bytes).toString('base64url')}`);
  fuzz(
    fc.property(fc.oneof(spoilt(tokens), resigned, fc.string()), (token) => {
      if (!whole.includes(token)) assert.equal(verifyOwnJws(token, keyOf), undefined);
      const parsed = parseJws(token);
      // A token has one spelling.
      if (parsed) assert.equal(`${parsed.input}.${parsed.signature.toString('base64url')}`, token);
    }),
  );
});
