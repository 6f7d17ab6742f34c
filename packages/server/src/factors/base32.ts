/** RFC 4648, section 6. */
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Padding that makes the last group eight symbols long, by the symbols it has; the lengths 1, 3 and 6 cannot occur. */
const paddingByRemainder: Readonly<Record<number, string>> = { 0: '', 2: '======', 4: '====', 5: '===', 7: '=' };

/**
 * Base32 (RFC 4648, section 6) without padding, the form in which authenticator apps expect a secret.
 */
export function encodeBase32(bytes: Uint8Array): string {
  let text = '';
  let buffer = 0;
  let bits = 0;
  for (const byte of bytes) {
    buffer = ((buffer << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += alphabet.charAt((buffer >>> bits) & 31);
    }
  }
  return bits === 0 ? text : text + alphabet.charAt((buffer << (5 - bits)) & 31);
}

/**
 * Reads base32 strictly: upper case, no white space, padding either whole or absent, and the unused bits of the last
 * symbol zero (RFC 4648, section 3.5), so that no two texts mean the same bytes but for their padding.
 *
 * @returns the bytes, or `undefined` if the text is not base32.
 */
export function decodeBase32(text: string): Uint8Array | undefined {
  const symbols = /^([A-Z2-7]*)(=*)$/.exec(text);
  const data = symbols?.[1];
  const padding = symbols?.[2];
  if (data === undefined || padding === undefined) return undefined;
  const wholePadding = paddingByRemainder[data.length % 8];
  if (wholePadding === undefined || (padding !== '' && padding !== wholePadding)) return undefined;

  const bytes = new Uint8Array(Math.floor((data.length * 5) / 8));
  let buffer = 0;
  let bits = 0;
  let at = 0;
  for (const symbol of data) {
    buffer = ((buffer << 5) | alphabet.indexOf(symbol)) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[at] = (buffer >>> bits) & 0xff;
      at += 1;
    }
  }
  const unused = buffer & ((1 << bits) - 1);
  return unused === 0 ? bytes : undefined;
}
