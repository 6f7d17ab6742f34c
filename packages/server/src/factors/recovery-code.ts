import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

/**
 * Recovery codes ("look-up secrets", NIST SP 800-63B-4, section 3.1.2).
 *
 * A code has 24 symbols of a 32-symbol alphabet: 120 bits. That is longer than people like, but above the 112 bits from
 * which ASVS 5.0, 6.5.2 no longer asks for a password hash: nobody searches 2^120 codes, however fast the hash. So a
 * salted HMAC-SHA-256 suffices, a guess costs the server microseconds instead of ten password hashes, and a stolen
 * database gives no code away. A code is used about once in years and is mostly pasted.
 */
const symbolsPerCode = 24;
const symbolsPerGroup = 4;
const mostCodes = 50;
/** ASVS 5.0, 6.5.2 asks for 32 bits of salt; the space is free. */
const leastSaltBytes = 16;
const scheme = 'hmac-sha256';

/** Crockford's base 32: digits and capitals without I, L, O (look-alikes of 1, 1, 0) and U. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

export interface StoredRecoveryCode<Id> {
  readonly id: Id;
  /** As `hashRecoveryCode` returned it. */
  readonly hash: string;
}

/**
 * New codes as they are shown once: six groups of four, `7K3M-9QWX-…`.
 *
 * @throws RangeError for a count outside 1 to 50, or if the source of randomness gives the wrong number of bytes.
 */
export function generateRecoveryCodes(randomBytes: (length: number) => Uint8Array, count = 10): string[] {
  if (!Number.isInteger(count) || count < 1 || count > mostCodes) throw new RangeError('from 1 to 50 recovery codes');
  return Array.from({ length: count }, () => {
    const bytes = randomBytes(symbolsPerCode);
    if (bytes.length !== symbolsPerCode) {
      throw new RangeError('the source of randomness gave the wrong number of bytes');
    }
    // 256 is a multiple of 32, so every symbol is equally likely.
    const code = Array.from(bytes, (byte) => alphabet.charAt(byte % alphabet.length)).join('');
    return inGroups(code);
  });
}

/**
 * Codes that whoever holds both values can make again, so that they can be shown twice and are kept nowhere (HKDF, RFC 5869).
 *
 * @param secret of 256 bits, that the server keeps no copy of
 * @param nonce new for every sheet; worthless alone
 */
export function recoveryCodesFrom(secret: string, nonce: string): string[] {
  let made = 0;
  return generateRecoveryCodes((length) => {
    made += 1;
    return Buffer.from(hkdfSync('sha256', secret, nonce, `recovery code ${made}`, length));
  });
}

function inGroups(code: string): string {
  const starts = Array.from({ length: symbolsPerCode / symbolsPerGroup }, (_, group) => group * symbolsPerGroup);
  return starts.map((start) => code.slice(start, start + symbolsPerGroup)).join('-');
}

/**
 * Reads a code as people type or paste it: lower case, spaces, hyphens of any kind or none, and o, i, l where 0, 1, 1
 * were meant.
 *
 * @returns 24 symbols of the alphabet, or `undefined` if the input cannot be a code.
 */
export function normaliseRecoveryCode(input: string): string | undefined {
  if (input.length > 4 * symbolsPerCode) return undefined;
  const typed = input.replace(/[\s\u2010-\u2015\u2212-]/g, '');
  // Before the case changes: outside ASCII there are letters, such as ı and ſ, whose capital is an ASCII letter.
  if (!/^[0-9A-Za-z]*$/.test(typed)) return undefined;
  const code = typed.toUpperCase().replaceAll('O', '0').replace(/[IL]/g, '1');
  return /^[0-9A-HJKMNP-TV-Z]{24}$/.test(code) ? code : undefined;
}

/**
 * What is stored of a code: `hmac-sha256$salt$digest`, the salt inside so that each code can have its own.
 *
 * @param salt at least 16 random bytes, new for every code.
 * @param code as shown or as typed.
 * @throws RangeError for a shorter salt or a text that is no code.
 */
export function hashRecoveryCode(salt: Uint8Array, code: string): string {
  const normalised = normaliseRecoveryCode(code);
  if (normalised === undefined) throw new RangeError('not a recovery code');
  if (salt.length < leastSaltBytes) throw new RangeError('a salt has at least 16 bytes');
  return `${scheme}$${Buffer.from(salt).toString('base64url')}$${digest(salt, normalised).toString('base64url')}`;
}

function digest(salt: Uint8Array, code: string): Buffer {
  return createHmac('sha256', salt).update(code, 'utf8').digest();
}

/**
 * Finds the stored code that the input is. Every stored code is compared whether or not an earlier one matched; a
 * stored text that is no hash of ours matches nothing. Nothing is consumed: the caller deletes the id it gets,
 * conditionally, and only the one whose deletion succeeded has proven anything.
 *
 * @returns its id, or `undefined`.
 */
export function matchRecoveryCode<Id>(stored: ReadonlyArray<StoredRecoveryCode<Id>>, input: string): Id | undefined {
  const code = normaliseRecoveryCode(input);
  // A malformed input is known by its form alone, so leaving early tells nothing about the stored codes.
  if (code === undefined) return undefined;
  let matched: Id | undefined;
  for (const { id, hash } of stored) {
    if (isHashOf(hash, code)) matched = id;
  }
  return matched;
}

const storedForm = /^hmac-sha256\$([\w-]{22,128})\$([\w-]{43})$/;

function isHashOf(hash: string, code: string): boolean {
  const [, salt, expected] = storedForm.exec(hash) ?? [];
  const actual = digest(Buffer.from(salt ?? '', 'base64url'), code);
  const compared = Buffer.from(expected ?? '', 'base64url');
  // Without a well-formed hash the digest is compared with itself and the answer thrown away: the same work, never a match.
  const equal = timingSafeEqual(actual, compared.length === actual.length ? compared : actual);
  return equal && compared.length === actual.length;
}
