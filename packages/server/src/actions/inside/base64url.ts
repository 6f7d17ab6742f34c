/** Text as base64url of its UTF-8 (RFC 4648, section 5, without padding), and back. */
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** The bytes of a text, a character each. */
const utf8 = (text: string): string =>
  encodeURIComponent(text).replace(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

export const byteLength = (text: string): number => utf8(text).length;

export const toBase64url = (text: string): string => {
  const bytes = utf8(text);
  let out = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const three =
      (bytes.charCodeAt(at) << 16) | ((bytes.charCodeAt(at + 1) || 0) << 8) | (bytes.charCodeAt(at + 2) || 0);
    const digits = Math.min(4, bytes.length - at + 1);
    for (let digit = 0; digit < digits; digit += 1) out += ALPHABET.charAt((three >> (18 - 6 * digit)) & 63);
  }
  return out;
};

/** @throws TypeError for what is not base64url of UTF-8 */
export const fromBase64url = (encoded: string): string => {
  let escaped = '';
  let held = 0;
  let bits = 0;
  for (const letter of encoded) {
    const value = ALPHABET.indexOf(letter);
    if (value < 0) throw new TypeError('This is not base64url');
    held = (held << 6) | value;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    escaped += `%${((held >> bits) & 255).toString(16).padStart(2, '0')}`;
    held &= (1 << bits) - 1;
  }
  try {
    return decodeURIComponent(escaped);
  } catch {
    throw new TypeError('This is not base64url of UTF-8');
  }
};

export const BASE64URL = { ALPHABET, utf8, byteLength, toBase64url, fromBase64url };
