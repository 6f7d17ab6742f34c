/**
 * Hostile tokens: other algorithms than the key's (RFC 8725, sections 2.1 and 3.1). They and their neighbours are after the families
 * of the public Wycheproof collection, and every verifier of Stile is shown them all.
 */
import { constants, createHmac, sign } from 'node:crypto';
import type { Genuine, Signer, Vector } from './jose-token.ts';
import { base64url, jsonOf, jwkOf, segmentsOf, signatureOf, signed, signedSegments } from './jose-token.ts';

const body = ({ claims }: Genuine): string => base64url(jsonOf(claims));

const withAlg = (alg: unknown, { header }: Genuine): string => base64url(jsonOf({ ...header, alg }));

const NONES: readonly unknown[] = [
  'none',
  'None',
  'NONE',
  'nOnE',
  'none ',
  ' none',
  'none\0',
  'n\u043Ene',
  '',
  null,
  0,
  false,
  [],
  {},
  ['none'],
  ['ES256', 'none'],
  { toString: 'ES256' },
  undefined,
];

export const unsignedVectors: readonly Vector[] = NONES.flatMap((alg) => {
  const named = alg === undefined ? 'missing' : JSON.stringify(alg);
  return [
    { name: `alg ${named} and no signature`, make: (g) => `${withAlg(alg, g)}.${body(g)}.` },
    { name: `alg ${named} and some signature`, make: (g) => `${withAlg(alg, g)}.${body(g)}.AAAA` },
    { name: `alg ${named}, rightly signed`, make: (g) => signedSegments(withAlg(alg, g), body(g), g.signer) },
  ];
});

/** Whatever of a public key could be taken for a shared secret. */
const SECRETS: readonly (readonly [name: string, of: (signer: Signer) => string | Uint8Array])[] = [
  ['PEM', ({ publicKey }) => publicKey.export({ type: 'spki', format: 'pem' })],
  [
    'PEM without its last line break',
    ({ publicKey }) => String(publicKey.export({ type: 'spki', format: 'pem' })).trim(),
  ],
  ['DER', ({ publicKey }) => publicKey.export({ type: 'spki', format: 'der' })],
  ['JWK', (signer) => JSON.stringify(jwkOf(signer))],
  ['first number', ({ publicKey }) => Buffer.from(numberOf(publicKey.export({ format: 'jwk' })), 'base64url')],
  ['kid', ({ kid }) => kid],
];

const numberOf = ({ n, x }: { readonly n?: string; readonly x?: string }): string => n ?? x ?? '';

export const macVectors: readonly Vector[] = ['HS256', 'HS384', 'HS512', 'hs256'].flatMap((alg) =>
  [...SECRETS, ['', () => ''] as const].map(([name, secretOf]) => ({
    name: `${alg} with ${name === '' ? 'the empty secret' : `the public key's ${name} as secret`}`,
    make: (g) => {
      const input = `${withAlg(alg, g)}.${body(g)}`;
      const hash = `sha${alg.slice(2)}`;
      return `${input}.${createHmac(hash, secretOf(g.signer)).update(input).digest('base64url')}`;
    },
  })),
);

const OTHER_ALGS = 'RS384 RS512 PS384 PS512 ES384 ES512 ES256K EdDSA Ed25519 RSA-OAEP dir A128KW RS1 SHA256'.split(' ');

const otherAlgorithms: readonly Vector[] = [
  ...[...OTHER_ALGS, 'es256', 'Rs256', 'ES256 ', 'ES256\0', 'ES-256'].map((alg) => ({
    name: `alg ${JSON.stringify(alg)} over the right signature`,
    make: (g: Genuine) => signedSegments(withAlg(alg, g), body(g), g.signer),
  })),
  {
    name: 'the algorithm of the other kind of key',
    make: (g) => signed(g, { alg: g.signer.alg === 'ES256' ? 'RS256' : 'ES256' }),
  },
  {
    name: 'the other padding of RSA, or another hash for P-256, rightly signed by it',
    make: (g) => {
      const { alg, privateKey } = g.signer;
      if (alg === 'ES256') {
        const input = `${withAlg('ES384', g)}.${body(g)}`;
        return `${input}.${base64url(sign('sha384', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' }))}`;
      }
      const other = alg === 'RS256' ? 'PS256' : 'RS256';
      const input = `${withAlg(other, g)}.${body(g)}`;
      return `${input}.${base64url(signatureOf(input, { alg: other, privateKey }))}`;
    },
  },
  {
    name: 'a signature by the other padding, or the other hash, under the right name',
    make: (g) => {
      const { alg, privateKey } = g.signer;
      const [head, payload] = segmentsOf(g);
      const input = `${head}.${payload}`;
      if (alg !== 'ES256') {
        return `${input}.${base64url(signatureOf(input, { alg: alg === 'RS256' ? 'PS256' : 'RS256', privateKey }))}`;
      }
      return `${input}.${base64url(sign('sha384', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' }))}`;
    },
  },
  {
    name: 'a signature over SHA-1',
    make: (g) => {
      const [head, payload] = segmentsOf(g);
      const options = { key: g.signer.privateKey, dsaEncoding: 'ieee-p1363' } as const;
      return `${head}.${payload}.${base64url(sign('sha1', Buffer.from(`${head}.${payload}`), options))}`;
    },
  },
];

/** RFC 7518, section 3.5: the salt is as long as the digest. */
const salts: readonly Vector[] = [0, 20, 33, constants.RSA_PSS_SALTLEN_MAX_SIGN].map((saltLength) => ({
  name: `a signature with a salt of ${saltLength < 0 ? 'all that fits' : `${saltLength} bytes`}`,
  alg: 'PS256',
  make: (g) => {
    const [head, payload] = segmentsOf(g);
    const options = { key: g.signer.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength };
    return `${head}.${payload}.${base64url(sign('sha256', Buffer.from(`${head}.${payload}`), options))}`;
  },
}));

/** Every algorithm but the key's own. */
export const algorithmVectors: readonly Vector[] = [...unsignedVectors, ...macVectors, ...otherAlgorithms, ...salts];
