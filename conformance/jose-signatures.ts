/** Hostile tokens: signatures that are none (RFC 7518, sections 3.3 to 3.5). */
import { sign } from 'node:crypto';
import type { Genuine, Vector } from './jose-token.ts';
import { base64url, jsonOf, segmentsOf, signatureOf, signed, strangerTo } from './jose-token.ts';

const bytesOf = (number: bigint, length: number): Buffer =>
  Buffer.from(number.toString(16).padStart(length * 2, '0'), 'hex');

/** The order of P-256 (SEC 2, section 2.4.2). */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const PRIME = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;

const withSignature = (g: Genuine, change: (right: Buffer) => Uint8Array): string => {
  const [head, payload, signature] = segmentsOf(g);
  return `${head}.${payload}.${base64url(change(Buffer.from(signature, 'base64url')))}`;
};

/** Two numbers for P-256; for RSA their bytes are just a wrong signature of a wrong length. */
const pairs: readonly (readonly [name: string, numbers: (r: bigint, s: bigint) => readonly [bigint, bigint]])[] = [
  ['r = 0 and s = 0', () => [0n, 0n]],
  ['r = 0', (_, s) => [0n, s]],
  ['s = 0', (r) => [r, 0n]],
  ['r = n and s = n', () => [ORDER, ORDER]],
  ['r = n', (_, s) => [ORDER, s]],
  ['s = n', (r) => [r, ORDER]],
  ['r = 1 and s = 1', () => [1n, 1n]],
  ['r = n - 1 and s = n - 1', () => [ORDER - 1n, ORDER - 1n]],
  ['r = p', (_, s) => [PRIME, s]],
  ['r = n + 1 and s = n + 1', () => [ORDER + 1n, ORDER + 1n]],
  ['r and s of ones alone', () => [2n ** 256n - 1n, 2n ** 256n - 1n]],
  ['r and s exchanged', (r, s) => [s, r]],
];

const number = (bytes: Buffer): bigint => BigInt(`0x${bytes.toString('hex') || '0'}`);

const numbers: readonly Vector[] = pairs.map(([name, change]) => ({
  name: `a signature with ${name}`,
  make: (g) =>
    withSignature(g, (right) => {
      const [r, s] = change(number(right.subarray(0, 32)), number(right.subarray(32, 64)));
      return Buffer.concat([bytesOf(r, 32), bytesOf(s, 32)]);
    }),
}));

const ZERO = Buffer.alloc(1);

/** One in 256 begins with a zero, and each is another. */
const withoutItsZero = (g: Genuine): string => {
  for (;;) {
    const token = signed(g);
    const [head, payload, signature] = token.split('.');
    const bytes = Buffer.from(signature ?? '', 'base64url');
    // Those that are no such signature are always the same: of them the byte is not waited for.
    if (bytes[0] === 0 || g.signer.alg !== 'PS256') return `${head}.${payload}.${base64url(bytes.subarray(1))}`;
  }
};

const shapes: readonly Vector[] = [
  { name: 'a signature in DER', make: (g) => withSignature(g, () => derSignature(g)) },
  { name: 'a signature with a zero byte before it', make: (g) => withSignature(g, (s) => Buffer.concat([ZERO, s])) },
  { name: 'a signature with a zero byte behind it', make: (g) => withSignature(g, (s) => Buffer.concat([s, ZERO])) },
  {
    name: 'a signature with a zero byte before each half',
    make: (g) =>
      withSignature(g, (s) => {
        const half = s.length / 2;
        return Buffer.concat([ZERO, s.subarray(0, half), ZERO, s.subarray(half)]);
      }),
  },
  { name: 'a signature without its first byte', make: (g) => withSignature(g, (s) => s.subarray(1)) },
  { name: 'a signature of RSASSA-PSS without the zero that it begins with', alg: 'PS256', make: withoutItsZero },
  { name: 'a signature without its last byte', make: (g) => withSignature(g, (s) => s.subarray(0, -1)) },
  { name: 'half a signature', make: (g) => withSignature(g, (s) => s.subarray(0, s.length / 2)) },
  { name: 'a signature twice', make: (g) => withSignature(g, (s) => Buffer.concat([s, s])) },
  { name: 'a signature of one byte', make: (g) => withSignature(g, () => ZERO) },
  { name: 'a signature of zeros', make: (g) => withSignature(g, (s) => Buffer.alloc(s.length)) },
  { name: 'a signature that is the number one', make: (g) => withSignature(g, (s) => bytesOf(1n, s.length)) },
  { name: 'a signature with one bit turned', make: (g) => withSignature(g, (s) => turned(s, s.length - 1)) },
  { name: 'a signature with another bit turned', make: (g) => withSignature(g, (s) => turned(s, 0)) },
  { name: 'a signature by the key of a stranger', make: (g) => signed({ ...g, signer: strangerTo(g) }) },
  {
    name: 'a signature over other claims',
    make: (g) => {
      const [head, , signature] = segmentsOf(g);
      return `${head}.${base64url(jsonOf({ ...g.claims, sub: 'admin' }))}.${signature}`;
    },
  },
  {
    name: 'a signature over another header',
    make: (g) => {
      const [, payload, signature] = segmentsOf(g);
      return `${base64url(jsonOf({ ...g.header, x: 1 }))}.${payload}.${signature}`;
    },
  },
  {
    name: 'a signature over the claims alone',
    make: (g) => {
      const [head, payload] = segmentsOf(g);
      return `${head}.${payload}.${base64url(signatureOf(payload, g.signer))}`;
    },
  },
];

const turned = (signature: Buffer, at: number): Buffer => {
  const copy = Buffer.from(signature);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
};

const derSignature = (g: Genuine): Buffer => {
  const [head, payload] = segmentsOf(g);
  // For RSA there is no such form; what is signed then is another input.
  const input = Buffer.from(g.signer.alg === 'ES256' ? `${head}.${payload}` : payload);
  return sign('sha256', input, g.signer.privateKey);
};

/** Signatures that are none. */
export const signatureVectors: readonly Vector[] = [...numbers, ...shapes];
