import type { Result } from '@stile/core';
import { ok, refused } from '@stile/core';
import { folded, isCommonPassword } from './common-passwords.ts';

/** Why a new password is refused: stable words that the page turns into sentences. */
export type PasswordProblem = 'unusable_characters' | 'too_short' | 'too_long' | 'resembles_username' | 'common';

export interface NewPasswordContext {
  /** The name people sign in with; of an e-mail address the part before the `@` counts as a name too. */
  readonly username: string;
  /** The least length in code points, never below 8. NIST SP 800-63B-4 asks for 15 where no second factor follows. */
  readonly minimumLength?: number;
}

const leastMinimumLength = 8;
/** In code points. NIST asks for 64 at least; the bound keeps the work per attempt bounded. */
const maximumLength = 256;
/** Any 256 code points fit, in UTF-8 (4 bytes at most) as in UTF-16. */
const maximumBytes = 1024;
/** A name of one or two letters is in half of all passwords by chance. */
const leastNameLength = 3;

/**
 * The bytes of a password as they are hashed: NFKC-normalised UTF-8, so that the same password typed on another
 * keyboard is the same (NIST SP 800-63B-4, section 3.1.1.2). Nothing else is changed: no trimming, no truncation.
 *
 * @returns `undefined` for what cannot be anyone's password: nothing at all, more than 1,024 bytes, or a lone surrogate
 * (which UTF-8 would turn into the same replacement character whichever it was, so that several passwords fitted).
 */
export function passwordBytes(password: string): Uint8Array | undefined {
  // Checked before the normalisation too, so that its work is bounded.
  if (password.length === 0 || password.length > maximumBytes || !password.isWellFormed()) return undefined;
  const bytes = new TextEncoder().encode(password.normalize('NFKC'));
  return bytes.length > maximumBytes ? undefined : bytes;
}

/**
 * The policy when a password is set: a length, and none of those that are guessed first. There are no rules of
 * composition (NIST SP 800-63B-4, section 3.1.1.2; ASVS 5.0, 6.2.1 to 6.2.12).
 *
 * @returns the password as it came, for the hasher, or the first problem.
 * @throws RangeError for a minimum below 8 or above 256.
 */
export function checkNewPassword(password: string, context: NewPasswordContext): Result<string, PasswordProblem> {
  const { username, minimumLength = leastMinimumLength } = context;
  if (!Number.isInteger(minimumLength) || minimumLength < leastMinimumLength || minimumLength > maximumLength) {
    throw new RangeError('the least length of a password is a whole number from 8 to 256');
  }
  if (password.length > maximumBytes) return refused('too_long');
  // A control character cannot be typed again; it came with a slip in pasting.
  if (!password.isWellFormed() || /\p{Cc}/u.test(password)) return refused('unusable_characters');

  const asTyped = codePoints(password);
  const normalised = codePoints(password.normalize('NFKC'));
  if (normalised > maximumLength) return refused('too_long');
  // Normalising makes some characters more (one ligature is 18 letters) and others fewer; neither may help.
  if (Math.min(asTyped, normalised) < minimumLength) return refused('too_short');
  if (isNameAlone(password, username)) return refused('resembles_username');
  if (isCommonPassword(password)) return refused('common');
  return ok(password);
}

function codePoints(text: string): number {
  return Array.from(text).length;
}

/** Whether a password is the user's name, with nothing but digits and punctuation about it. */
function isNameAlone(password: string, username: string): boolean {
  const text = folded(password);
  const name = folded(username);
  const localPart = name.slice(0, Math.max(0, name.lastIndexOf('@')));
  return [name, localPart].some((part) => {
    if (text === part) return true;
    return part.length >= leastNameLength && text.includes(part) && !/\p{L}/u.test(text.replace(part, ''));
  });
}
