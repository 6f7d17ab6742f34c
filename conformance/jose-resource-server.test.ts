/** The hostile tokens, as access tokens at an API behind `@stile/resource-server`, from an issuer with keys of every kind. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'node:test';
import { instant } from '@stile/core';
import { createResourceServer } from '@stile/resource-server';
import { algorithmVectors } from './jose-algorithms.ts';
import {
  audienceVectors,
  expiredVectors,
  expiryVectors,
  futureVectors,
  issuerVectors,
  subjectVectors,
} from './jose-claims.ts';
import { headerVectors } from './jose-headers.ts';
import { signatureVectors } from './jose-signatures.ts';
import { spellingVectors } from './jose-spellings.ts';
import type { Genuine, Signer } from './jose-token.ts';
import { jwkOf, newSigner, signed } from './jose-token.ts';

const ISSUER = 'https://login.example/';
const AUDIENCE = 'https://api.example/accounts';
const NOW = instant(1_800_000_000);

const signers = (['RS256', 'PS256', 'ES256'] as const).map((alg) => newSigner(alg, `key-of-${alg}`));

/** An API whose issuer publishes these keys. What else it fetches is noted. */
const apiWith = (keys: readonly object[]) => {
  const elsewhere: string[] = [];
  const answers = new Map<string, object>([
    [`${ISSUER}.well-known/oauth-authorization-server`, { issuer: ISSUER, jwks_uri: `${ISSUER}jwks` }],
    [`${ISSUER}jwks`, { keys }],
  ]);
  const api = createResourceServer({
    issuer: ISSUER,
    audience: AUDIENCE,
    now: () => NOW,
    fetch: async (input) => {
      const url = input instanceof Request ? input.url : String(input);
      const answer = answers.get(url);
      if (!answer) elsewhere.push(url);
      return answer ? Response.json(answer) : new Response(null, { status: 404 });
    },
  });
  const present = async (token: string): Promise<string> => {
    const verified = await api.verify(`Bearer ${token}`);
    if (verified.ok) return 'accepted';
    const { status, challenge } = verified.error;
    return `${status} ${challenge?.error}`;
  };
  return { present, elsewhere };
};

const genuine = (signer: Signer): Genuine => ({
  signer,
  header: { alg: signer.alg, kid: signer.kid, typ: 'at+jwt' },
  claims: {
    iss: ISSUER,
    sub: 'user_ada',
    aud: AUDIENCE,
    client_id: 'web',
    scope: 'read:accounts',
    jti: 'at_1',
    iat: NOW,
    exp: NOW + 300,
  },
  trap: 'https://trap.example',
});

/** What RFC 6750, section 2.1 calls a token; HTTP takes the white space around a header's value away. */
const isToken = (text: string): boolean => /^[A-Za-z0-9._~+/-]+=*$/.test(text) && text.length < 16_000;

const refusalOf = (token: string): string => (isToken(token) ? '401 invalid_token' : '400 invalid_request');

const isOnlySpaced = (token: string): boolean => / /.test(token) && isToken(token.replace(/^ | $/g, ''));

const vectors = [
  ...algorithmVectors,
  ...headerVectors,
  ...signatureVectors,
  ...spellingVectors,
  ...expiryVectors,
  ...expiredVectors,
  ...futureVectors,
  ...audienceVectors,
  ...issuerVectors,
  ...subjectVectors,
];

describe('an API', () => {
  const { present, elsewhere } = apiWith(signers.map(jwkOf));

  it('takes a token that is right, by a key of each kind', async () => {
    for (const signer of signers) {
      assert.equal(await present(signed(genuine(signer))), 'accepted');
      assert.equal(
        await present(signed(genuine(signer), {}, { aud: ['https://other.example/', AUDIENCE] })),
        'accepted',
      );
    }
  });

  for (const { name, make, alg } of vectors) {
    it(`T29: refuses ${name}`, async () => {
      for (const signer of signers.filter((one) => alg === undefined || one.alg === alg)) {
        const token = make(genuine(signer));
        if (isOnlySpaced(token)) continue;
        assert.equal(await present(token), refusalOf(token), signer.alg);
      }
    });
  }

  it('T29: refuses what is rightly signed, and something else', async () => {
    for (const typ of [undefined, null, '', 'JWT', 'JOSE', 'logout+jwt', 'dpop+jwt', 'at+jwt\0', ['at+jwt'], 7]) {
      for (const signer of signers) {
        assert.equal(await present(signed(genuine(signer), { typ })), '401 invalid_token', JSON.stringify(typ));
      }
    }
  });

  it('T29: fetches the keys of its issuer and nothing else', () => assert.deepEqual(elsewhere, []));
});

const even = (bytes: string): string => Buffer.from(bytes, 'hex').toString('base64url');

describe('T29: an API uses no key of its issuer that is', () => {
  const rsa = (modulusLength: number, publicExponent = 65_537): Signer => ({
    alg: 'RS256',
    kid: 'weak',
    ...generateKeyPairSync('rsa', { modulusLength, publicExponent }),
  });
  const [strong, curve] = [rsa(2048), newSigner('ES256', 'weak')];
  const weak: readonly (readonly [name: string, signer: Signer, jwk: object, refusal?: string])[] = [
    ['RSA of 1024 bits', rsa(1024), {}],
    ['RSA of 2046 bits', rsa(2046), {}],
    ['RSA with e = 3', rsa(2048, 3), {}],
    ['RSA with e = 1', strong, { e: 'AQ' }],
    ['RSA with an even exponent', strong, { e: even('010002') }],
    ['for encryption', strong, { use: 'enc' }],
    ['for signing, by key_ops', strong, { key_ops: ['sign'] }],
    ['for another algorithm', strong, { alg: 'PS256' }],
    ['RSA that says it is EC', strong, { kty: 'EC' }],
    ['P-256 that says it is RSA', curve, { kty: 'RSA' }],
    ['P-256 for RS256', curve, { alg: 'RS256' }],
    ['P-256 that says it is P-384', curve, { crv: 'P-384' }],
    // A key that cannot be read is the issuer's fault, not the caller's.
    ['P-256 at a point off the curve', curve, { x: jwkOf(curve).y }, '503 undefined'],
    ['for encryption, on P-256', curve, { use: 'enc', key_ops: ['deriveKey'] }],
  ];

  for (const [name, signer, change, refusal = '401 invalid_token'] of weak) {
    it(name, async () => {
      const { present } = apiWith([{ ...jwkOf(signer), ...change }]);
      assert.equal(await present(signed(genuine(signer))), refusal);
    });
  }

  it('of the kid that another key has too', async () => {
    const { present } = apiWith([jwkOf(strong), jwkOf({ ...rsa(2048), kid: 'weak' })]);
    assert.equal(await present(signed(genuine(strong))), '401 invalid_token');
  });

  it('e = 1, which lets anybody make a signature', async () => {
    const { present } = apiWith([{ ...jwkOf(strong), e: 'AQ' }]);
    const [head, body] = signed(genuine(strong)).split('.');
    // With e = 1 a signature is its own padded digest (RFC 8017, section 9.2).
    const digest = await crypto.subtle.digest('SHA-256', Buffer.from(`${head}.${body}`));
    const info = Buffer.from('3031300d060960864801650304020105000420', 'hex');
    const padding = Buffer.concat([
      Buffer.from([0, 1]),
      Buffer.alloc(256 - 3 - info.length - 32, 0xff),
      Buffer.from([0]),
    ]);
    const forged = Buffer.concat([padding, info, Buffer.from(digest)]).toString('base64url');
    assert.equal(await present(`${head}.${body}.${forged}`), '401 invalid_token');
  });
});
