/** Hostile tokens: headers that lie about the key, or are none (RFC 7515, section 4; RFC 8725, sections 3.9 and 3.10). */
import type { Genuine, Signer, Vector } from './jose-token.ts';
import { base64url, jsonOf, jwkOf, Raw, signed, signedSegments, strangerTo } from './jose-token.ts';

const body = ({ claims }: Genuine): string => base64url(jsonOf(claims));

const CRITS: readonly (readonly [name: string, change: Readonly<Record<string, unknown>>])[] = [
  ['an extension that nobody knows', { crit: ['https://example.com/ext'], 'https://example.com/ext': true }],
  ['an extension that is not there', { crit: ['x'] }],
  ['a registered name', { crit: ['exp'], exp: 1 }],
  ['alg', { crit: ['alg'] }],
  ['nothing', { crit: [] }],
  ['a word', { crit: 'exp' }],
  ['null', { crit: null }],
  ['something besides words', { crit: [7] }],
  ['b64, which is true', { crit: ['b64'], b64: true }],
  ['b64, which is false', { crit: ['b64'], b64: false }],
];

export const criticalVectors: readonly Vector[] = [
  ...CRITS.map(([name, change]) => ({ name: `crit with ${name}`, make: (g: Genuine) => signed(g, change) })),
  ...[{ b64: false, crit: ['b64'] }, { b64: false }].map((change) => ({
    name: `a payload that is not encoded (RFC 7797), ${'crit' in change ? 'with' : 'without'} crit`,
    make: (g: Genuine) => signedSegments(base64url(jsonOf({ ...g.header, ...change })), jsonOf(g.claims), g.signer),
  })),
];

type Offer = (key: Signer, trap: string) => unknown;

/** A key that comes along in the header is nobody's, and what the header points at is not fetched. */
const OFFERS: readonly (readonly [member: string, offer: Offer])[] = [
  ['jwk', (key) => jwkOf(key)],
  ['jku', (_, trap) => `${trap}/jwks`],
  ['x5u', (_, trap) => `${trap}/cert`],
  ['x5c', (key) => [key.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')]],
];

const KID_BESIDE = [
  ['under the kid of the right one', {}],
  ['under its own kid', { kid: 'stranger' }],
  ['without a kid', { kid: undefined }],
] as const;

const embedded: readonly Vector[] = OFFERS.flatMap(([member, offer]) =>
  KID_BESIDE.map(([how, kid]) => ({
    name: `a stranger's key in ${member}, ${how}`,
    make: (g) => {
      const stranger = strangerTo(g);
      return signed({ ...g, signer: stranger }, { ...kid, [member]: offer(stranger, g.trap) });
    },
  })),
);

/** A `kid` that is nobody's. Where it may be left out, a verifier tries its keys. */
const KIDS: readonly unknown[] = [
  '',
  ' ',
  '../../../../dev/null',
  '/dev/null',
  'file:///dev/null',
  "' OR '1'='1",
  "x' UNION SELECT 'key' --",
  '$(id)',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '0',
  'k'.repeat(4000),
  null,
  0,
  true,
  [],
  {},
];

const identifiers: readonly Vector[] = [
  ...KIDS.map((kid) => ({
    name: `kid ${JSON.stringify(kid).slice(0, 40)}`,
    make: (g: Genuine) => signed(g, { kid }),
  })),
  ...(
    [
      ['in a list', (kid: string) => [kid]],
      ['in an object', (kid: string) => ({ toString: kid, kid })],
      ['with a NUL behind it', (kid: string) => `${kid}\0`],
      ['with a space behind it', (kid: string) => `${kid} `],
      ['in the other case', (kid: string) => (kid === kid.toUpperCase() ? kid.toLowerCase() : kid.toUpperCase())],
    ] as const
  ).map(([name, change]) => ({ name: `kid ${name}`, make: (g: Genuine) => signed(g, { kid: change(g.signer.kid) }) })),
];

const raw = (head: string | Uint8Array, g: Genuine): string => signedSegments(base64url(head), body(g), g.signer);

export const encodingVectors: readonly Vector[] = [
  ...['[]', 'null', 'true', '7', '"ES256"', '', '{', '{}', '{}{}', "{'alg':'ES256'}", '\0'].map((head) => ({
    name: `a header that is ${JSON.stringify(head)}`,
    make: (g: Genuine) => raw(head, g),
  })),
  { name: 'a header behind a byte order mark', make: (g) => raw(`\uFEFF${jsonOf(g.header)}`, g) },
  { name: 'a header in UTF-16', make: (g) => raw(Buffer.from(jsonOf(g.header), 'utf16le'), g) },
  {
    name: 'a header that is not UTF-8',
    make: (g) => raw(Buffer.from(jsonOf({ ...g.header, x: '\xE9' }), 'latin1'), g),
  },
  {
    name: 'claims that are not UTF-8',
    make: (g) => {
      const claims = Buffer.from(jsonOf({ ...g.claims, x: '\xE9' }), 'latin1');
      return signedSegments(base64url(jsonOf(g.header)), base64url(claims), g.signer);
    },
  },
  { name: 'claims behind a byte order mark', make: (g) => signedBody(`\uFEFF${jsonOf(g.claims)}`, g) },
  { name: 'claims with a NUL behind them', make: (g) => signedBody(`${jsonOf(g.claims)}\0`, g) },
  ...['[]', 'null', '"claims"', '7', '', '{', '{"a":NaN}', '{}'].map((claims) => ({
    name: `claims that are ${JSON.stringify(claims)}`,
    make: (g: Genuine) => signedBody(claims, g),
  })),
  // RFC 7515, section 4: where members may repeat, the last one counts.
  {
    name: 'two alg, of which the last is none',
    make: (g) => raw(`${jsonOf(g.header).slice(0, -1)},"alg":"none"}`, g),
  },
  {
    name: 'two alg, of which the first is none, unsigned',
    make: (g) => `${base64url(`{"alg":"none",${jsonOf(g.header).slice(1)}`)}.${body(g)}.`,
  },
  {
    name: 'two kid, of which the last is nobody’s',
    make: (g) => raw(`${jsonOf(g.header).slice(0, -1)},"kid":"nobody"}`, g),
  },
  {
    name: 'two iss, of which the last is another',
    make: (g) => signedBody(`${jsonOf(g.claims).slice(0, -1)},"iss":"https://other.example/"}`, g),
  },
  { name: 'a header of 20,000 characters', make: (g) => signed(g, { x: 'x'.repeat(20_000) }) },
  { name: 'a header of a thousand levels', make: (g) => signed(g, { x: new Raw('['.repeat(1000)) }) },
];

const signedBody = (claims: string, { header, signer }: Genuine): string =>
  signedSegments(base64url(jsonOf(header)), base64url(claims), signer);

/** Headers that lie about the key, or are none. */
export const headerVectors: readonly Vector[] = [...criticalVectors, ...embedded, ...identifiers, ...encodingVectors];
