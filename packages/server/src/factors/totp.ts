import type { KeyObject } from 'node:crypto';
import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import type { Instant } from '@stile/core';
import { instant } from '@stile/core';
import { encodeBase32 } from './base32.ts';

/** The hash below the HMAC. Most authenticator apps know only SHA-1, whose collisions do not weaken an HMAC. */
export type TotpAlgorithm = 'sha1' | 'sha256' | 'sha512';

export interface TotpOptions {
  readonly digits?: 6 | 7 | 8;
  readonly algorithm?: TotpAlgorithm;
}

/** RFC 6238, section 4.1: the time step X. */
const periodSeconds = 30;
/** RFC 4226, section 4, R6: 160 bits are recommended and 128 are the least. */
const secretBytes = 20;
const leastSecretBytes = 16;

/**
 * A new shared secret of 160 bits.
 *
 * @throws RangeError if the source of randomness gives fewer bytes than it was asked for.
 */
export function generateSecret(randomBytes: (length: number) => Uint8Array): Uint8Array {
  const secret = randomBytes(secretBytes);
  if (secret.length !== secretBytes) throw new RangeError('the source of randomness gave the wrong number of bytes');
  return secret;
}

/**
 * The one-time password of one counter (RFC 4226, section 5.3), with leading zeros.
 *
 * @param counter for TOTP the number of whole 30-second steps since the epoch (RFC 6238, section 4.2).
 * @throws RangeError for a secret below 128 bits or a counter that is not a whole number from 0.
 */
export function totpCode(secret: Uint8Array, counter: number, options: TotpOptions = {}): string {
  return codeOf(keyOf(secret), counter, options);
}

/** Node makes a key of bytes for every HMAC, which costs more than the HMAC; so the key is made once. */
function keyOf(secret: Uint8Array): KeyObject {
  if (secret.length < leastSecretBytes) throw new RangeError('a one-time password secret has at least 128 bits');
  return createSecretKey(secret);
}

function codeOf(key: KeyObject, counter: number, { digits = 6, algorithm = 'sha1' }: TotpOptions): string {
  if (!Number.isSafeInteger(counter) || counter < 0) throw new RangeError('a counter is a whole number from 0');
  const message = Buffer.alloc(8);
  message.writeBigUInt64BE(BigInt(counter));
  const digest = createHmac(algorithm, key).update(message).digest();
  const offset = digest.readUInt8(digest.length - 1) & 0x0f;
  const truncated = digest.readUInt32BE(offset) & 0x7fffffff;
  return String(truncated % 10 ** digits).padStart(digits, '0');
}

/**
 * Reads a code as people type it: `123 456` and `123-456` are `123456`. Digits of other scripts are refused, because
 * no authenticator shows them.
 *
 * @returns six to eight ASCII digits, or `undefined`.
 */
export function normaliseCode(input: string): string | undefined {
  if (input.length > 32) return undefined;
  const code = input.replace(/[ \t\u00a0\u2009\u202f-]/g, '');
  return /^[0-9]{6,8}$/.test(code) ? code : undefined;
}

/**
 * Finds the time step that a code belongs to: the current one or up to `driftSteps` beside it. It takes the same time
 * whichever step matches, and remembers nothing: the caller accepts the code only if `counter` is above the last one
 * accepted for this authenticator, and stores it in the same atomic step (RFC 6238, section 5.2: once only). Where two
 * steps share a code the later one is returned, so that the code cannot be given again as the later step's.
 *
 * @param code a normalised code; anything else matches nothing.
 * @param options.driftSteps 0 or 1, by default 1: RFC 6238, section 5.2 allows for one step of delay.
 * @throws RangeError if `now` is not whole seconds since the epoch (milliseconds above all), or the secret is below 128 bits.
 */
export function matchTotp(
  secret: Uint8Array,
  code: string,
  now: Instant,
  options: TotpOptions & { readonly driftSteps?: number } = {},
): { counter: number } | undefined {
  const { driftSteps = 1, digits = 6 } = options;
  if (driftSteps !== 0 && driftSteps !== 1) throw new RangeError('the drift is 0 or 1 steps');
  // The bytes are compared, so that a character of another script can never be taken for an ASCII digit.
  const given = Buffer.from(code, 'utf8');
  const wellFormed = /^[0-9]+$/.test(code) && given.length === digits;
  const candidate = wellFormed ? given : Buffer.alloc(digits);

  // The type is only a promise; milliseconds would match codes of the far future.
  const current = Math.floor(instant(now) / periodSeconds);
  const key = keyOf(secret);
  let matched: number | undefined;
  for (let counter = Math.max(0, current - driftSteps); counter <= current + driftSteps; counter += 1) {
    if (timingSafeEqual(Buffer.from(codeOf(key, counter, options)), candidate)) matched = counter;
  }
  return matched === undefined ? undefined : { counter: matched };
}

/**
 * The URI that an authenticator app reads from a QR code (the "Key URI Format" of Google Authenticator). Spaces become
 * `%20`, never `+`, which several apps would show. A colon parts issuer and account in the label, so it becomes a
 * space within either.
 */
export function otpauthUri(
  details: TotpOptions & { readonly issuer: string; readonly account: string; readonly secret: Uint8Array },
): string {
  const { digits = 6, algorithm = 'sha1', secret } = details;
  const issuer = labelPart(details.issuer);
  const account = labelPart(details.account);
  const parameters = [
    `secret=${encodeBase32(secret)}`,
    `issuer=${issuer}`,
    `algorithm=${algorithm.toUpperCase()}`,
    `digits=${digits}`,
    `period=${periodSeconds}`,
  ];
  return `otpauth://totp/${issuer}:${account}?${parameters.join('&')}`;
}

function labelPart(text: string): string {
  // A lone surrogate would make encodeURIComponent throw.
  return encodeURIComponent(text.toWellFormed().replaceAll(':', ' ').trim());
}
