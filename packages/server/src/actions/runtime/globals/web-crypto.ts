/** `crypto`: random values of the run, digests and HMAC. */

import { ask, askText, unsupported } from './bridge.ts';
import { asBytes, bytesIn, fillFromByteText, fromByteText } from './bytes.ts';
import { asText, memberOf } from './plain.ts';

const DIGESTS = ['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512'];
const ONLY = `crypto.subtle has digest (${DIGESTS.join(', ')}) and HMAC: importKey, generateKey, exportKey, sign, verify`;

const nameOf = (algorithm: unknown): string => {
  const name: unknown = typeof algorithm === 'object' && algorithm !== null && 'name' in algorithm && algorithm.name;
  return asText(name === false ? algorithm : name).toUpperCase();
};

const digestOf = (algorithm: unknown): string => {
  const name = nameOf(algorithm);
  return DIGESTS.includes(name) ? name : unsupported(ONLY);
};

const hashOf = (algorithm: unknown): string => {
  if (nameOf(algorithm) !== 'HMAC') return unsupported(ONLY);
  return digestOf(typeof algorithm === 'object' && algorithm !== null && 'hash' in algorithm ? algorithm.hash : '');
};

/** Random bytes of the run, as bytes in text. */
export const randomText = (length: number): string => askText('random', length);

export const randomUUID = (): string => {
  const bytes = fromByteText(randomText(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
};

/** In a time that says nothing of where they differ. */
export const isSameText = (one: string, other: string): boolean => {
  let difference = one.length ^ other.length;
  for (let at = 0; at < one.length; at += 1) difference |= one.charCodeAt(at) ^ other.charCodeAt(at);
  return difference === 0;
};

let secretOf: (key: CryptoKey) => string;

class CryptoKey {
  readonly type = 'secret';
  readonly algorithm: { readonly name: 'HMAC'; readonly hash: { readonly name: string } };
  readonly extractable: boolean;
  readonly usages: readonly string[];
  readonly #secret: string;

  static {
    secretOf = (key) => key.#secret;
  }

  constructor(secret: string, hash: string, extractable: boolean, usages: readonly string[]) {
    this.#secret = secret;
    this.algorithm = { name: 'HMAC', hash: { name: hash } };
    this.extractable = extractable;
    this.usages = usages;
  }
}

const hmac = (key: unknown, usage: string, data: unknown): string => {
  if (!(key instanceof CryptoKey)) throw new TypeError('A CryptoKey is needed');
  if (!key.usages.includes(usage)) throw new TypeError(`The key is not for ${usage}`);
  return askText('hmac', key.algorithm.hash.name, secretOf(key), bytesIn(data));
};

const secretIn = (format: unknown, data: unknown): string => {
  if (format === 'raw') return bytesIn(data);
  const isJwk = format === 'jwk' && typeof data === 'object' && data !== null && 'k' in data;
  return isJwk ? askText('bytes.from', String(data.k), 'base64url') : unsupported(ONLY);
};

const isUsages = (value: unknown): value is readonly string[] => Array.isArray(value);

const subtle = {
  digest: async (algorithm: unknown, data: unknown) =>
    fromByteText(askText('digest', digestOf(algorithm), bytesIn(data))).buffer,
  importKey: async (format: unknown, data: unknown, algorithm: unknown, extractable?: unknown, usages?: unknown) =>
    new CryptoKey(secretIn(format, data), hashOf(algorithm), extractable === true, isUsages(usages) ? usages : []),
  generateKey: async (algorithm: unknown, extractable?: unknown, usages?: unknown) =>
    new CryptoKey(randomText(64), hashOf(algorithm), extractable === true, isUsages(usages) ? usages : []),
  exportKey: async (format: unknown, key: unknown) => {
    if (!(key instanceof CryptoKey) || !key.extractable) throw new TypeError('The key cannot be exported');
    const secret = secretOf(key);
    if (format === 'jwk') return { kty: 'oct', k: askText('bytes.to', secret, 'base64url'), ext: true };
    return format === 'raw' ? fromByteText(secret).buffer : unsupported(ONLY);
  },
  sign: async (_algorithm: unknown, key: unknown, data: unknown) => fromByteText(hmac(key, 'sign', data)).buffer,
  verify: async (_algorithm: unknown, key: unknown, signature: unknown, data: unknown) =>
    isSameText(hmac(key, 'verify', data), bytesIn(signature)),
};

const onlyHmac = new Proxy(subtle, {
  get: (target, name): unknown =>
    typeof name === 'symbol' || name === 'then' || Object.hasOwn(target, name)
      ? memberOf(target, name)
      : () => unsupported(ONLY),
});

export const crypto = {
  subtle: onlyHmac,
  randomUUID,
  getRandomValues: <View extends ArrayBufferView>(view: View): View => {
    fillFromByteText(asBytes(view), askText('random', view.byteLength));
    return view;
  },
};

/** Taken from the host a piece at a time: each call costs more than the number. */
const PIECE = 256;
let held = '';

/** Between 0 and 1, from the randomness of the run. */
export const random = (): number => {
  if (held.length < 7) held = String(ask('random', PIECE));
  let value = (held.charCodeAt(0) & 0x1f) / 32;
  let scale = 32;
  for (let at = 1; at < 7; at += 1) {
    scale *= 256;
    value += held.charCodeAt(at) / scale;
  }
  held = held.slice(7);
  return value;
};

export { CryptoKey };
