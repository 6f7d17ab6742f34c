import { dictionary } from '@zxcvbn-ts/language-common';
import { baseWords, rows, usualSuffixes } from './common-password-words.ts';

/**
 * The first passwords that an attacker tries (NIST SP 800-63B-4, section 3.1.1.2; ASVS 5.0, 6.2.4 asks for 3,000 that
 * the length rule lets pass; here are about 18,000 from leaks). The whole password is compared, never a word within
 * it, so a phrase of common words is fine.
 */
const leaked = (): ReadonlySet<string> => {
  known ??= new Set(dictionary['passwords-common'].map(folded));
  return known;
};
/** Made when the first new password is looked at, which most starts of the server never do. */
let known: ReadonlySet<string> | undefined;
const words: ReadonlySet<string> = new Set(baseWords);
const suffixes: ReadonlySet<string> = new Set(usualSuffixes);
const bothWays: readonly string[] = rows.flatMap((row) => [row, Array.from(row).reverse().join('')]);

/** One spelling for all that a guesser's capitals and full-width letters amount to. */
export function folded(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}

/**
 * Whether a password is among those tried first: leaked ones, a usual word with a usual ending (`Summer2026!`), a row
 * of keys, or one or two characters over and over. Case does not matter.
 */
export function isCommonPassword(password: string): boolean {
  const text = folded(password);
  return (
    leaked().has(text) ||
    isWordWithSuffix(text) ||
    bothWays.some((row) => row.includes(text)) ||
    new Set(text).size <= 2
  );
}

/** Looks the two halves up for every place to cut, rather than keep 200,000 combinations in memory. */
function isWordWithSuffix(text: string): boolean {
  for (let cut = 1; cut <= text.length; cut += 1) {
    if (words.has(text.slice(0, cut)) && suffixes.has(text.slice(cut))) return true;
  }
  return false;
}
