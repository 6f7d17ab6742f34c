import { isUtf8 } from 'node:buffer';
import type { KeyObject } from 'node:crypto';
import { sign, verify } from 'node:crypto';
import type { JsonObject } from '@stile/core';
import { parseJsonObject } from '@stile/core';
import type { SigningAlg } from './jwk.ts';

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/**
 * Signs claims as a compact JWS (RFC 7515).
 *
 * ECDSA is signed and verified as DER, and converted: asking Node 24 for the IEEE P1363 form directly halves its speed.
 */
export const signJws = (
  header: { readonly alg: SigningAlg; readonly kid: string; readonly typ: string },
  claims: Readonly<Record<string, unknown>>,
  key: KeyObject,
): string => {
  const input = `${encode(header)}.${encode(claims)}`;
  const signature = sign('sha256', Buffer.from(input), key);
  return `${input}.${(header.alg === 'ES256' ? p1363FromDer(signature) : signature).toString('base64url')}`;
};

/** A DER ECDSA signature over P-256 as the two 32-byte numbers that JWS wants (RFC 7518, section 3.4). */
const p1363FromDer = (der: Buffer): Buffer => {
  const out = Buffer.alloc(64);
  let offset = 2;
  for (const part of [0, 32]) {
    const length = der[offset + 1] ?? 0;
    const start = offset + 2;
    const number = der.subarray(start, start + length);
    const trimmed = number.length > 32 ? number.subarray(number.length - 32) : number;
    trimmed.copy(out, part + 32 - trimmed.length);
    offset = start + length;
  }
  return out;
};

const NUMBER_BYTES = 32;

/** The same the other way round. Numbers of another length are no signature (RFC 7518, section 3.4). */
const derFromP1363 = (raw: Buffer): Buffer | undefined => {
  if (raw.length !== 2 * NUMBER_BYTES) return undefined;
  const numbers = Buffer.concat([derInteger(raw.subarray(0, NUMBER_BYTES)), derInteger(raw.subarray(NUMBER_BYTES))]);
  return Buffer.concat([Buffer.of(0x30, numbers.length), numbers]);
};

/** A number without leading zeros, but for the one that keeps it from being negative (X.690, section 8.3). */
const derInteger = (bytes: Buffer): Buffer => {
  const first = bytes.findIndex((byte) => byte !== 0);
  const trimmed = bytes.subarray(first === -1 ? bytes.length - 1 : first);
  const sign = (trimmed[0] ?? 0) > 0x7f ? [0] : [];
  return Buffer.concat([Buffer.of(0x02, trimmed.length + sign.length, ...sign), trimmed]);
};

export interface VerifiedJws {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** Base64url without padding, as RFC 7515, section 2 defines it; three segments; nothing else. */
const COMPACT = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/;

const LONGEST = 16_384;

/** The bytes of a segment. Each has one spelling: bits that base64url leaves over must be zero. */
const bytesOf = (segment: string): Buffer | undefined => {
  const bytes = Buffer.from(segment, 'base64url');
  return bytes.toString('base64url') === segment ? bytes : undefined;
};

/** RFC 7515, section 5.2: UTF-8 that is whole, of one JSON object. A byte order mark is not JSON. */
const objectOf = (segment: string): JsonObject | undefined => {
  const bytes = bytesOf(segment);
  return bytes && isUtf8(bytes) ? parseJsonObject(bytes.toString('utf8')) : undefined;
};

/** A compact JWS in its parts. Nothing in it is verified. */
export interface ParsedJws extends VerifiedJws {
  /** What the signature is over. */
  readonly input: string;
  readonly signature: Buffer;
}

/**
 * Takes a compact JWS apart, in its one spelling. One with an extension that must be understood is none, for none is
 * (RFC 7515, section 4.1.11).
 */
export const parseJws = (token: string): ParsedJws | undefined => {
  if (token.length > LONGEST) return undefined;
  const [, head = '', body = '', last = ''] = COMPACT.exec(token) ?? [];
  const [header, claims, signature] = [objectOf(head), objectOf(body), bytesOf(last)];
  if (!header || !claims || !signature || header.crit !== undefined) return undefined;
  return { header, claims, signature, input: `${head}.${body}` };
};

/**
 * Verifies a compact JWS that this server signed itself. The algorithm is the key's own, never the header's word.
 *
 * @param keyOf finds the key by `kid` and says which algorithm it is for
 */
export const verifyOwnJws = (
  token: string,
  keyOf: (kid: string) => { readonly key: KeyObject; readonly alg: SigningAlg } | undefined,
): VerifiedJws | undefined => {
  const parsed = parseJws(token);
  if (!parsed || typeof parsed.header.kid !== 'string') return undefined;
  const { header, claims, input, signature } = parsed;
  const found = keyOf(parsed.header.kid);
  if (!found || header.alg !== found.alg) return undefined;
  const asNode = found.alg === 'ES256' ? derFromP1363(signature) : signature;
  return asNode && verify('sha256', Buffer.from(input), found.key, asNode) ? { header, claims } : undefined;
};
