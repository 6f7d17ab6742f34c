import { createHash, createHmac, hash, timingSafeEqual } from 'node:crypto';

/** SHA-256 in base64url: how secrets that are looked up are kept. */
export const sha256 = (text: string): string => hash('sha256', text, 'base64url');

/** HMAC-SHA-256 in base64url. */
export const hmacSha256 = (key: Uint8Array, text: string): string =>
  createHmac('sha256', key).update(text).digest('base64url');

/** Compares two strings in time that depends on neither: their digests are compared. */
export const equalInConstantTime = (one: string, other: string): boolean =>
  timingSafeEqual(createHash('sha256').update(one).digest(), createHash('sha256').update(other).digest());
