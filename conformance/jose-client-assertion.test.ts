/** The hostile tokens, as client assertions (`private_key_jwt`), signed by the keys of every kind that a client can register. */
import assert from 'node:assert/strict';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { after, describe, it } from 'node:test';
import { resolveConfig } from '@stile/server';
import { listenAnywhere } from './api.ts';
import { startAuthorizationServer } from './authorization-server.ts';
import { fabrikam, REPORTS } from './fabrikam.ts';
import { tokenRequest } from './flow.ts';
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

const signers = (['RS256', 'PS256', 'ES256'] as const).map((alg) => newSigner(alg, `key-of-${alg}`));

const clientWith = (id: string, keys: readonly ReturnType<typeof jwkOf>[]) => ({
  id,
  name: id,
  authentication: ['private_key_jwt' as const],
  jwks: { keys: [...keys] },
  grantTypes: ['client_credentials' as const],
  apis: { [REPORTS]: ['read:reports'] },
});

const idOf = ({ alg }: Signer): string => `client-of-${alg}`;

/** Asked by nobody, if all is well. */
const trap = await listenAnywhere();
const fetched: string[] = [];
trap.serve((request, response) => {
  fetched.push(request.url ?? '');
  response.end('{"keys":[]}');
});

const server = await startAuthorizationServer({
  clients: signers.map((signer) => clientWith(idOf(signer), [jwkOf(signer)])),
});
after(async () => {
  await trap.close();
  await server.close();
});

const genuine = (signer: Signer): Genuine => ({
  signer,
  header: { alg: signer.alg, kid: signer.kid },
  claims: {
    iss: idOf(signer),
    sub: idOf(signer),
    aud: server.issuer,
    jti: randomUUID(),
    iat: server.now(),
    exp: server.now() + 60,
  },
  trap: trap.origin,
});

/** Presents an assertion of a client, which says who it is beside it too, so that nothing is read from the assertion to find that out. */
const outcomeOf = async (assertion: string, client_id: string): Promise<string> => {
  const { status, body } = await tokenRequest(
    server,
    {
      grant_type: 'client_credentials',
      audience: REPORTS,
      client_id,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    },
    {},
  );
  return status === 200 ? 'accepted' : `${status} ${String(body.error)}`;
};

const REFUSED = '401 invalid_client';

/** A parameter with a control character, or beyond all measure, is refused before anybody reads it; an empty one is none. */
const UNREADABLE = '400 invalid_request';

const isUnreadable = (token: string): boolean => /\p{Cc}/u.test(token) || token.length > 8192;

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

describe('RFC 7523: a client assertion', () => {
  it('that is right is accepted, by a key of each kind, with kid and without', async () => {
    for (const signer of signers) {
      assert.equal(await outcomeOf(signed(genuine(signer)), idOf(signer)), 'accepted');
      assert.equal(await outcomeOf(signed(genuine(signer), { kid: undefined }), idOf(signer)), 'accepted');
      assert.equal(await outcomeOf(signed(genuine(signer), { typ: 'JWT', x: 'é' }), idOf(signer)), 'accepted');
    }
  });

  for (const { name, make, alg } of vectors) {
    it(`T29: is refused: ${name}`, async () => {
      for (const signer of signers.filter((one) => alg === undefined || one.alg === alg)) {
        const token = make(genuine(signer));
        const expected = isUnreadable(token) ? UNREADABLE : REFUSED;
        assert.equal(await outcomeOf(token, idOf(signer)), expected, signer.alg);
      }
    });
  }

  it('T29: an address in a header is never fetched', () => assert.deepEqual(fetched, []));

  it('T29: by the key of another client is refused', async () => {
    for (const signer of signers) {
      const other = signers.find(({ alg }) => alg !== signer.alg) ?? signer;
      const { claims } = genuine(signer);
      const stolen = signed({ ...genuine(other), claims });
      assert.equal(await outcomeOf(stolen, idOf(signer)), REFUSED);
      assert.equal(await outcomeOf(stolen, idOf(other)), REFUSED);
    }
  });
});

const rsa = (modulusLength: number, publicExponent = 65_537) =>
  generateKeyPairSync('rsa', { modulusLength, publicExponent }).publicKey.export({ format: 'jwk' });
const ec = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve }).publicKey.export({ format: 'jwk' });

const exponent = (e: number): string => Buffer.from(e.toString(16).padStart(8, '0'), 'hex').toString('base64url');

const [r2048, p256, p384] = [rsa(2048), ec('P-256'), ec('P-384')];
const { n: _n, ...withoutModulus } = r2048;

const weak: readonly (readonly [name: string, jwk: Readonly<Record<string, unknown>>])[] = [
  ['RSA of 1024 bits', rsa(1024)],
  ['RSA of 2046 bits', rsa(2046)],
  ['RSA with e = 0', { ...r2048, e: 'AA' }],
  ['RSA with e = 1', { ...r2048, e: 'AQ' }],
  ['RSA with e = 2', { ...r2048, e: 'Ag' }],
  ['RSA with e = 3', rsa(2048, 3)],
  ['RSA with e = 17', rsa(2048, 17)],
  ['RSA with e = 65536', { ...r2048, e: exponent(65_536) }],
  ['RSA with e = 65538', { ...r2048, e: exponent(65_538) }],
  ['RSA without a modulus', withoutModulus],
  ['RSA with an even modulus', { ...r2048, n: Buffer.alloc(256, 0xfe).toString('base64url') }],
  ['RSA with an empty modulus', { ...r2048, n: '' }],
  ['P-384', p384],
  ['P-384 that says it is P-256', { ...p384, crv: 'P-256' }],
  ['P-256 that says it is P-384', { ...p256, crv: 'P-384' }],
  ['P-256 without y', { kty: 'EC', crv: 'P-256', x: p256.x }],
  ['P-256 at a point off the curve', { ...p256, x: p256.y, y: p256.x }],
  ['P-256 at (0, 0)', { ...p256, x: 'A'.repeat(43), y: 'A'.repeat(43) }],
  ['secp256k1', ec('secp256k1')],
  ['EC that says it is RSA', { ...p256, kty: 'RSA' }],
  ['RSA that says it is EC', { ...r2048, kty: 'EC' }],
  ['a private key', generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' })],
  ['a shared secret', { kty: 'oct', k: 'c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0' }],
  ['for encryption', { ...p256, use: 'enc' }],
  ['for signing, by key_ops', { ...p256, key_ops: ['sign'] }],
  ['for wrapping, by key_ops', { ...r2048, key_ops: ['wrapKey', 'encrypt'] }],
  ['key_ops that are one string', { ...p256, key_ops: 'verify' }],
  ['P-256 for RS256', { ...p256, alg: 'RS256' }],
  ['P-256 for HS256', { ...p256, alg: 'HS256' }],
  ['P-256 for none', { ...p256, alg: 'none' }],
  ['RSA for ES256', { ...r2048, alg: 'ES256' }],
  ['RSA for RS384', { ...r2048, alg: 'RS384' }],
  ['RSA for RSA-OAEP', { ...r2048, alg: 'RSA-OAEP' }],
];

describe('the keys that a client registers', () => {
  const start = (jwk: object) => {
    const client = { ...clientWith('keyed', []), jwks: { keys: [jwk] } };
    const { clients = [], ...config } = fabrikam('http://localhost:9000/', './data', [], []);
    // What a file of JSON could hold; the types are left to the schema.
    const input: Parameters<typeof resolveConfig>[0] = {
      ...config,
      clients: [...clients, JSON.parse(JSON.stringify(client))],
    };
    return resolveConfig(input);
  };

  it('may be RSA of 2048 bits and more, and P-256', () => {
    for (const jwk of [r2048, rsa(3072), p256, { ...r2048, alg: 'PS256', use: 'sig', key_ops: ['verify'] }]) {
      assert.ok(start(jwk).clients.has('keyed'));
    }
  });

  for (const [name, jwk] of weak) {
    it(`T29: the server does not start with ${name}`, () => {
      assert.throws(() => start(jwk), { name: 'ConfigError', message: /jwks/ });
    });
  }
});
