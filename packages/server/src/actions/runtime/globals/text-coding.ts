/** TextEncoder, TextDecoder, atob and btoa. */
import { askText } from './bridge.ts';
import { asBytes, fromByteText, toByteText, utf8Bytes } from './bytes.ts';
import { DOMException } from './dom-exception.ts';

export class TextEncoder {
  readonly encoding = 'utf-8';

  encode(text: unknown = ''): Uint8Array {
    return fromByteText(utf8Bytes(String(text)));
  }
}

export class TextDecoder {
  readonly encoding: string;
  readonly fatal: boolean;
  readonly ignoreBOM: boolean;

  constructor(label = 'utf-8', options: { fatal?: boolean; ignoreBOM?: boolean } = {}) {
    this.encoding = String(label).toLowerCase();
    this.fatal = options.fatal === true;
    this.ignoreBOM = options.ignoreBOM === true;
    this.decode();
  }

  decode(source: ArrayBuffer | ArrayBufferView = new Uint8Array()): string {
    return askText('text.decode', this.encoding, toByteText(asBytes(source)), this.fatal, this.ignoreBOM);
  }
}

const invalid = (): never => {
  throw new DOMException('The text holds what cannot be encoded or decoded', 'InvalidCharacterError');
};

export const btoa = (text: unknown): string => {
  const bytes = String(text);
  for (let at = 0; at < bytes.length; at += 1) if (bytes.charCodeAt(at) > 255) return invalid();
  return askText('bytes.to', bytes, 'base64');
};

export const atob = (text: unknown): string => {
  const given = String(text).replace(/[\t\n\f\r ]/g, '');
  const bare = given.length % 4 === 0 ? given.replace(/={1,2}$/, '') : given;
  if (bare.length % 4 === 1 || /[^A-Za-z0-9+/]/.test(bare)) return invalid();
  return askText('bytes.from', bare, 'base64');
};
