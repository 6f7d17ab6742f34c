import { fromBase64url, toBase64url } from '../base64url.ts';

/** Encrypts text so that only the holder of the secret can read it, and nobody can change it. */
export interface Seal {
  /** @param context what the text belongs to; opening it elsewhere fails */
  close(text: string, context: string): Promise<string>;
  /** The text, or `undefined` when it was altered, sealed with another secret, or belongs to another context. */
  open(sealed: string, context: string): Promise<string | undefined>;
}

const ivBytes = 12;
const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

/**
 * AES-256-GCM with a key derived from a secret (HKDF with SHA-256, RFC 5869).
 *
 * @throws {TypeError} when the secret has fewer than 32 characters
 */
export function createSeal(secret: string): Seal {
  if (secret.length < 32) throw new TypeError('The secret must have at least 32 characters');
  let derived: Promise<CryptoKey> | undefined;
  const key = (): Promise<CryptoKey> => (derived ??= deriveKey(secret));
  const parameters = (iv: Uint8Array<ArrayBuffer>, context: string) => ({
    name: 'AES-GCM',
    iv,
    additionalData: utf8(context),
  });

  return {
    async close(text, context) {
      const iv = crypto.getRandomValues(new Uint8Array(ivBytes));
      const sealed = await crypto.subtle.encrypt(parameters(iv, context), await key(), utf8(text));
      return `${toBase64url(iv)}.${toBase64url(new Uint8Array(sealed))}`;
    },
    async open(sealed, context) {
      const [iv, bytes] = sealed.split('.').map(fromBase64url);
      if (iv?.length !== ivBytes || bytes === undefined) return undefined;
      try {
        const opened = await crypto.subtle.decrypt(parameters(iv, context), await key(), bytes);
        return new TextDecoder().decode(opened);
      } catch {
        return undefined;
      }
    },
  };
}

async function deriveKey(secret: string): Promise<CryptoKey> {
  const material = await crypto.subtle.importKey('raw', utf8(secret), 'HKDF', false, ['deriveKey']);
  const parameters = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: utf8('stile pending step-up') };
  return crypto.subtle.deriveKey(parameters, material, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
}
