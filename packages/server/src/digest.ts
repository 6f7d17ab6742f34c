import type { KeyObject } from 'node:crypto';
import { createHash, createHmac, createSecretKey, hash, timingSafeEqual } from 'node:crypto';

/** SHA-256 in base64url: how secrets that are looked up are kept. */
export const sha256 = (text: string): string => hash('sha256', text, 'base64url');

/** Keys as Node wants them: making one of bytes each time costs several times as much as the HMAC. */
const keys = new WeakMap<Uint8Array, KeyObject>();

const keyOf = (bytes: Uint8Array): KeyObject => {
  const known = keys.get(bytes);
  if (known) return known;
  const key = createSecretKey(bytes);
  keys.set(bytes, key);
  return key;
};

/** HMAC-SHA-256 in base64url. */
export const hmacSha256 = (key: Uint8Array, text: string): string =>
  createHmac('sha256', keyOf(key)).update(text).digest('base64url');

/** Compares two strings in time that depends on neither: their digests are compared. */
export const equalInConstantTime = (one: string, other: string): boolean =>
  timingSafeEqual(createHash('sha256').update(one).digest(), createHash('sha256').update(other).digest());
