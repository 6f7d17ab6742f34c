/** The vectors that standards publish, against the product; and against a library of others, so that a slip of the pen would show. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, describe, it } from 'node:test';
import { instant } from '@stile/core';
import { createResourceServer } from '@stile/resource-server';
import { decodeBase32, totpCode } from '@stile/server';
import type { JWK } from 'jose';
import { calculateJwkThumbprint } from 'jose';
import { HOTP, Secret, TOTP } from 'otpauth';
import { sha256Base64url } from '../packages/client/src/base64url.ts';
import { startAuthorizationServer } from './authorization-server.ts';
import { answerIn, authorizationUrl, getJson, redeem } from './flow.ts';
import { jwkOf, newSigner, signed } from './jose-token.ts';
import { UserAgent } from './user-agent.ts';

const ascii = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(text, 'ascii'));

/** The seeds of RFC 6238 are the digits over and over, as long as the hash is. */
const seed = (length: number): Uint8Array<ArrayBuffer> => ascii('1234567890'.repeat(7).slice(0, length));

describe('RFC 4226, appendix D', () => {
  const codes = '755224 287082 359152 969429 338314 254676 287922 162583 399871 520489'.split(' ');
  const hotp = new HOTP({ secret: new Secret({ buffer: seed(20).buffer }), digits: 6 });

  for (const [counter, code] of codes.entries()) {
    it(`count ${counter}: ${code}`, () => {
      assert.equal(totpCode(seed(20), counter), code);
      assert.equal(hotp.generate({ counter }), code);
    });
  }
});

/** time, and the code under SHA-1, SHA-256 and SHA-512. */
const RFC_6238: readonly (readonly [seconds: number, sha1: string, sha256: string, sha512: string])[] = [
  [59, '94287082', '46119246', '90693936'],
  [1_111_111_109, '07081804', '68084774', '25091201'],
  [1_111_111_111, '14050471', '67062674', '99943326'],
  [1_234_567_890, '89005924', '91819424', '93441116'],
  [2_000_000_000, '69279037', '90698825', '38618901'],
  [20_000_000_000, '65353130', '77737706', '47863826'],
];

describe('RFC 6238, appendix B', () => {
  for (const [time, ...codes] of RFC_6238) {
    for (const [i, [algorithm, length]] of (
      [
        ['sha1', 20],
        ['sha256', 32],
        ['sha512', 64],
      ] as const
    ).entries()) {
      it(`${time} seconds, ${algorithm}: ${codes[i]}`, () => {
        assert.equal(totpCode(seed(length), Math.floor(time / 30), { algorithm, digits: 8 }), codes[i]);
        const secret = new Secret({ buffer: seed(length).buffer });
        const other = new TOTP({ secret, algorithm: algorithm.replace('sha', 'SHA'), digits: 8 });
        assert.equal(other.generate({ timestamp: time * 1000 }), codes[i]);
      });
    }
  }
});

const server = await startAuthorizationServer({
  people: ['ada'],
  change: ({ users = [], ...config }) => ({
    ...config,
    users: users.map((user) => ({
      ...user,
      totp: { name: 'Phone', secret: new Secret({ buffer: seed(20).buffer }).base32 },
    })),
  }),
});
after(() => server.close());

describe('RFC 6238, appendix B, by somebody who signs in', () => {
  it('the seed in base 32 is the seed', () => {
    assert.deepEqual(decodeBase32('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'), Uint8Array.from(seed(20)));
  });

  // Authenticator apps are enrolled with SHA-1 and six digits, the last six of the eight that are published.
  for (const [time, code] of RFC_6238.filter(([seconds]) => seconds >= 2_000_000_000)) {
    it(`at ${time} seconds ${code.slice(-6)} is the code, and none beside it`, async () => {
      server.advance(time - server.now());
      const agent = new UserAgent(server.issuer);
      const login = await agent.open(authorizationUrl(server, { acr_values: 'mfa' }));
      const { username, password } = server.person('ada');
      const challenge = await agent.submit(login, { username, password });
      assert.equal(challenge.url.pathname, '/challenge');
      const wrong = String((Number(code.slice(-6)) + 1) % 1_000_000).padStart(6, '0');
      const again = await agent.submit(challenge, { code: wrong });
      assert.equal(again.url.pathname, '/challenge');
      assert.ok(answerIn(await agent.submit(again, { code: code.slice(-6) })).code);
    });
  }
});

describe('RFC 7636, appendix B', () => {
  const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
  const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

  it('the challenge that the SDK makes of the verifier', async () => {
    assert.equal(await sha256Base64url(ascii(verifier)), challenge);
  });

  it('the server redeems a code that was asked for by the challenge for the verifier', async () => {
    const url = authorizationUrl(server, { code_challenge: challenge });
    const { end } = await new UserAgent(server.issuer).authorize(url, server.person('ada'));
    assert.equal((await redeem(server, end, { code_verifier: verifier })).status, 200);
  });
});

describe('RFC 7638, section 3.1', () => {
  const example = {
    kty: 'RSA',
    n:
      '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3okn' +
      'jhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6q' +
      'MQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awap' +
      'JzKnqDKgw',
    e: 'AQAB',
    alg: 'RS256',
    kid: '2011-04-29',
  };

  /** Section 3, in its own words: the required members in lexicographic order, without white space, in SHA-256. */
  const thumbprint = (jwk: JWK): string => {
    const { crv, e, kty, n, x, y } = jwk;
    const members = kty === 'RSA' ? { e, kty, n } : { crv, kty, x, y };
    return createHash('sha256').update(JSON.stringify(members)).digest('base64url');
  };

  it('the example has the thumbprint that is printed there', async () => {
    assert.equal(thumbprint(example), 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs');
    assert.equal(await calculateJwkThumbprint(example), 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs');
  });

  it('every key that the server publishes is named by its thumbprint', async () => {
    const { body } = await getJson(server.at('.well-known/jwks.json'));
    const keys: readonly JWK[] = Array.isArray(body.keys) ? body.keys : [];
    assert.deepEqual(new Set(keys.map(({ kty }) => kty)), new Set(['RSA', 'EC']));
    for (const key of keys) {
      assert.equal(key.kid, thumbprint(key));
      assert.equal(key.kid, await calculateJwkThumbprint(key));
    }
  });
});

/** There is no DPoP yet: what its examples can be held against is the hash of tokens, and the refusal of bound ones. */
describe('RFC 9449', () => {
  const example: JWK = {
    kty: 'EC',
    crv: 'P-256',
    x: 'l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs',
    y: '9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA',
  };
  const jkt = '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I';
  const NOW = instant(1_800_000_000);
  const signer = newSigner('ES256', 'key');
  const api = createResourceServer({
    issuer: 'https://server.example.com/',
    audience: 'https://resource.example.org/',
    jwksUri: 'https://server.example.com/jwks',
    now: () => NOW,
    fetch: async () => Response.json({ keys: [jwkOf(signer)] }),
  });
  const token = (more: object): string =>
    signed(
      {
        signer,
        header: { alg: 'ES256', kid: 'key', typ: 'at+jwt' },
        claims: { iss: 'https://server.example.com/', aud: 'https://resource.example.org/', sub: 's', client_id: 'c' },
        trap: '',
      },
      {},
      { jti: 'j', iat: NOW, exp: NOW + 60, ...more },
    );

  it('6.1: the thumbprint of the key in the examples', async () => {
    assert.equal(await calculateJwkThumbprint(example), jkt);
  });

  it('4.1 and 7.1: ath is SHA-256 of the access token in base64url', async () => {
    const accessToken = 'Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU';
    assert.equal(await sha256Base64url(ascii(accessToken)), 'fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo');
  });

  it('7.2: a token that is bound to that key is refused as a bearer token, and the scheme DPoP is none yet', async () => {
    assert.ok((await api.verify(`Bearer ${token({})}`)).ok);
    const outcome = async (header: string) => {
      const verified = await api.verify(header);
      return verified.ok ? 'accepted' : verified.error.reason;
    };
    assert.equal(await outcome(`Bearer ${token({ cnf: { jkt } })}`), 'sender_constrained');
    assert.equal(await outcome(`DPoP ${token({ cnf: { jkt } })}`), 'no_credentials');
  });
});
