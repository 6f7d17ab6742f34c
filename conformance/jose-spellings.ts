/** Hostile tokens: a right one, written otherwise (RFC 7515, sections 2, 3.1 and 7.2; RFC 7516). */
import { publicEncrypt, randomBytes } from 'node:crypto';
import type { Genuine, Vector } from './jose-token.ts';
import { base64url, jsonOf, newSigner, segmentsOf, signatureOf, signed, signedSegments } from './jose-token.ts';

type Segments = readonly [head: string, body: string, signature: string];

const WHERE = ['header', 'claims', 'signature'] as const;

/** Changes one segment and leaves the others. */
const changed = (name: string, change: (segment: string) => string): readonly Vector[] =>
  WHERE.map((where, i) => ({
    name: `${name} the ${where}`,
    make: (g) =>
      segmentsOf(g)
        .map((segment, at) => (at === i ? change(segment) : segment))
        .join('.'),
  }));

/** The same for header and claims, and signed as it then stands. */
const changedAndSigned = (name: string, change: (segment: string) => string): readonly Vector[] =>
  (['header', 'claims'] as const).map((where) => ({
    name: `${name} the ${where}, signed like that`,
    make: (g) => {
      const [head, body] = segmentsOf(g);
      return where === 'header'
        ? signedSegments(change(head), body, g.signer)
        : signedSegments(head, change(body), g.signer);
    },
  }));

const middle = (text: string): ((segment: string) => string) => {
  return (segment) => `${segment.slice(0, 10)}${text}${segment.slice(10)}`;
};

const INSERTIONS: readonly (readonly [name: string, text: string])[] = [
  ['a space in', ' '],
  ['a line feed in', '\n'],
  ['a line break in', '\r\n'],
  ['a tab in', '\t'],
  ['a NUL in', '\0'],
  ['an equals sign in', '='],
  ['a percent sign in', '%2E'],
  ['a letter beyond ASCII in', '\u0430'],
  ['a plus in', '+'],
  ['a slash in', '/'],
];

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Sets a bit that the last character carries beyond the bytes; base64url of 2 or 3 characters in the last group has some. */
const spareBit = (segment: string): string => {
  const last = ALPHABET.indexOf(segment.at(-1) ?? '');
  return `${segment.slice(0, -1)}${ALPHABET[last ^ 1]}`;
};

/** A token whose segment leaves bits over: its length must not be a multiple of four. */
const withSpare = (g: Genuine, where: 'header' | 'claims'): string => {
  for (let filling = ''; ; filling += 'x') {
    const [head, body] = [
      { ...g.header, ...(where === 'header' && { x: filling }) },
      { ...g.claims, x: filling },
    ].map((members) => base64url(jsonOf(members)));
    const segment = (where === 'header' ? head : body) ?? '';
    if (segment.length % 4 === 0) continue;
    return where === 'header'
      ? signedSegments(spareBit(segment), body ?? '', g.signer)
      : signedSegments(head ?? '', spareBit(segment), g.signer);
  }
};

const base64: readonly Vector[] = [
  ...changed('padding behind', (segment) => `${segment}=`),
  ...changed('double padding behind', (segment) => `${segment}==`),
  ...changedAndSigned('padding behind', (segment) => segment.padEnd(Math.ceil((segment.length + 1) / 4) * 4, '=')),
  ...INSERTIONS.flatMap(([name, text]) => changed(name, middle(text))),
  ...INSERTIONS.flatMap(([name, text]) => changedAndSigned(name, middle(text))),
  { name: 'bits left over in the header that are not zero, signed like that', make: (g) => withSpare(g, 'header') },
  { name: 'bits left over in the claims that are not zero, signed like that', make: (g) => withSpare(g, 'claims') },
  {
    name: 'bits left over in the signature that are not zero',
    make: (g) => {
      const [head, body, signature] = segmentsOf(g);
      return `${head}.${body}.${spareBit(signature)}`;
    },
  },
  {
    name: 'a signature in base64 with + and /',
    make: (g) => {
      // Few signatures have no such character; one over other claims then has.
      for (let filling = ''; ; filling += 'x') {
        const [head, body, signature] = segmentsOf({ ...g, claims: { ...g.claims, x: filling } });
        const other = signature.replaceAll('-', '+').replaceAll('_', '/');
        if (other !== signature) return `${head}.${body}.${other}`;
      }
    },
  },
  { name: 'claims in base64 with + and /, signed like that', make: (g) => withPlus(g) },
  {
    name: 'a signature in hexadecimal',
    make: (g) => {
      const [head, body, signature] = segmentsOf(g);
      return `${head}.${body}.${Buffer.from(signature, 'base64url').toString('hex')}`;
    },
  },
];

const withPlus = (g: Genuine): string => {
  const body = Buffer.from(jsonOf({ ...g.claims, x: '~~~???>>>' }))
    .toString('base64')
    .replaceAll('=', '');
  return signedSegments(base64url(jsonOf(g.header)), body, g.signer);
};

const dotted = (name: string, write: (segments: Segments, g: Genuine) => string): Vector => ({
  name,
  make: (g) => write([...segmentsOf(g)] as const, g),
});

const parts: readonly Vector[] = [
  dotted('nothing', () => ''),
  dotted('one dot', () => '.'),
  dotted('two dots', () => '..'),
  dotted('four dots', () => '....'),
  dotted('no signature and no dot for it', ([head, body]) => `${head}.${body}`),
  dotted('no signature', ([head, body]) => `${head}.${body}.`),
  dotted('no header', ([, body, signature]) => `.${body}.${signature}`),
  dotted('no claims', ([head, , signature]) => `${head}..${signature}`),
  dotted('no claims, signed like that', ([head], g) => signedSegments(head, '', g.signer)),
  dotted('a dot before it', (all) => `.${all.join('.')}`),
  dotted('a dot behind it', (all) => `${all.join('.')}.`),
  dotted('a fourth part', (all) => `${all.join('.')}.AAAA`),
  dotted('five parts', (all) => `${all.join('.')}.AAAA.AAAA`),
  dotted('its parts in another order', ([head, body, signature]) => `${body}.${head}.${signature}`),
  dotted('other dots', (all) => all.join('\u2024')),
  dotted('a space before it', (all) => ` ${all.join('.')}`),
  dotted('a space behind it', (all) => `${all.join('.')} `),
  dotted('a line feed behind it', (all) => `${all.join('.')}\n`),
  dotted('a NUL behind it', (all) => `${all.join('.')}\0`),
  dotted('quotes around it', (all) => `"${all.join('.')}"`),
  dotted('itself again behind a comma', (all) => `${all.join('.')},${all.join('.')}`),
  dotted('itself again behind a space', (all) => `${all.join('.')} ${all.join('.')}`),
  dotted('capital letters alone', (all) => all.join('.').toUpperCase()),
];

const outsider = newSigner('RS256', 'outsider');

const jsonForms: readonly Vector[] = [
  dotted('the flattened JSON serialisation', ([head, body, signature]) =>
    JSON.stringify({ protected: head, payload: body, signature }),
  ),
  dotted('the general JSON serialisation', ([head, body, signature]) =>
    JSON.stringify({ payload: body, signatures: [{ protected: head, signature }] }),
  ),
  dotted('the JSON serialisation with a header that is not protected', ([, body, signature], { header }) =>
    JSON.stringify({ payload: body, header, signature }),
  ),
  dotted('the general JSON serialisation in base64url', ([head, body, signature]) =>
    base64url(JSON.stringify({ payload: body, signatures: [{ protected: head, signature }] })),
  ),
];

/** Five parts; nobody here decrypts, so that what is inside does not matter. */
const encrypted = (g: Genuine, content: string, head: Readonly<Record<string, unknown>>): string => {
  const key = g.signer.alg === 'ES256' ? outsider.publicKey : g.signer.publicKey;
  const wrapped = publicEncrypt({ key, oaepHash: 'sha1' }, randomBytes(32));
  return [jsonOf({ ...g.header, ...head }), wrapped, randomBytes(12), content, randomBytes(16)]
    .map(base64url)
    .join('.');
};

const nested: readonly Vector[] = [
  dotted('a token inside an encrypted one', (all, g) =>
    encrypted(g, all.join('.'), { alg: 'RSA-OAEP', enc: 'A256GCM', cty: 'JWT' }),
  ),
  dotted('an encrypted one under the right algorithm', (all, g) =>
    encrypted(g, all.join('.'), { enc: 'A256GCM', cty: 'JWT' }),
  ),
  dotted('an encrypted one that is compressed', (all, g) =>
    encrypted(g, all.join('.'), { alg: 'dir', enc: 'A128CBC-HS256', zip: 'DEF' }),
  ),
  dotted('a token inside a signed one', (all, g) => {
    const input = `${base64url(jsonOf({ ...g.header, cty: 'JWT' }))}.${base64url(all.join('.'))}`;
    return `${input}.${base64url(signatureOf(input, g.signer))}`;
  }),
  { name: 'a token whose claims are in a claim', make: (g) => onlyInside(g) },
];

const onlyInside = (g: Genuine): string => signed({ ...g, claims: {} }, {}, { claims: g.claims, payload: g.claims });

/** Writings of a right token that are none. */
export const spellingVectors: readonly Vector[] = [...base64, ...parts, ...jsonForms, ...nested];
