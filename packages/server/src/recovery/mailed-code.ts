/** Codes that are mailed: eight symbols of 32, 40 bits, of which a handful may be tried before the code is worth nothing. */
import type { Deps } from '../deps.ts';
import { equalInConstantTime, hmacSha256 } from '../digest.ts';

/** Crockford's base 32: digits and capitals without I, L, O (look-alikes of 1, 1, 0) and U. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const SYMBOLS = 8;
/** Of spaces and hyphens there may be some; what is longer is no slip. */
const LONGEST = 64;

interface Sealing {
  readonly secrets: Pick<Deps['secrets'], 'csrf'>;
}

/** A new code, as it is read and typed: `7K3M-9QWX`. */
export const generateMailedCode = ({ randomBytes }: Pick<Deps, 'randomBytes'>): string => {
  // 256 is a multiple of 32, so every symbol is equally likely.
  const code = Array.from(randomBytes(SYMBOLS), (byte) => ALPHABET.charAt(byte % ALPHABET.length)).join('');
  return `${code.slice(0, SYMBOLS / 2)}-${code.slice(SYMBOLS / 2)}`;
};

/** Reads a code as people type or paste it: lower case, spaces, hyphens, and o, i, l where 0, 1, 1 were meant. */
export const normaliseMailedCode = (typed: string): string | undefined => {
  if (typed.length > LONGEST) return undefined;
  const signs = typed.replace(/[\s\u2010-\u2015\u2212-]/g, '');
  // Before the case changes: outside ASCII there are letters, such as ı and ſ, whose capital is an ASCII letter.
  if (!/^[0-9A-Za-z]*$/.test(signs)) return undefined;
  const code = signs.toUpperCase().replaceAll('O', '0').replace(/[IL]/g, '1');
  return /^[0-9A-HJKMNP-TV-Z]{8}$/.test(code) ? code : undefined;
};

/** The code that an address brings along, as it is shown; nothing of whatever else somebody put there. */
export const broughtCode = (brought: readonly string[] | undefined): string | undefined => {
  const [only, ...others] = brought ?? [];
  const code = only === undefined || others.length > 0 ? undefined : normaliseMailedCode(only);
  return code && `${code.slice(0, SYMBOLS / 2)}-${code.slice(SYMBOLS / 2)}`;
};

/**
 * What is kept of a code, under a key of the server and for one ceremony: the same code elsewhere has another digest.
 *
 * @throws RangeError for a text that is no code
 */
export const mailedCodeDigest = (code: string, ceremonyId: string, { secrets }: Sealing): string => {
  const normal = normaliseMailedCode(code);
  if (normal === undefined) throw new RangeError('not a mailed code');
  return hmacSha256(secrets.csrf, `mailed code\n${ceremonyId}\n${normal}`);
};

/** Whether what was typed is the code of this ceremony. */
export const isMailedCode = (
  typed: string,
  { id, data }: { readonly id: string; readonly data: Readonly<Record<string, unknown>> },
  deps: Sealing,
): boolean => {
  const code = normaliseMailedCode(typed);
  if (code === undefined || typeof data.codeDigest !== 'string') return false;
  return equalInConstantTime(mailedCodeDigest(code, id, deps), data.codeDigest);
};
