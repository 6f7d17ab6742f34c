/** Bytes as text, a character each: what crosses to the host is text. */
import { askText } from './bridge.ts';

const CHUNK = 8192;

export const asBytes = (source: ArrayBuffer | ArrayBufferView): Uint8Array => {
  if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  throw new TypeError('An ArrayBuffer or a view of one is needed');
};

export const isBytes = (value: unknown): value is ArrayBuffer | ArrayBufferView =>
  ArrayBuffer.isView(value) || value instanceof ArrayBuffer;

export const toByteText = (source: ArrayBuffer | ArrayBufferView): string => {
  const bytes = asBytes(source);
  let text = '';
  for (let at = 0; at < bytes.length; at += CHUNK) text += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  return text;
};

export const fillFromByteText = <Bytes extends Uint8Array>(target: Bytes, text: string): Bytes => {
  for (let at = 0; at < text.length; at += 1) target[at] = text.charCodeAt(at);
  return target;
};

export const fromByteText = (text: string): Uint8Array<ArrayBuffer> =>
  fillFromByteText(new Uint8Array(text.length), text);

/** The UTF-8 of a text, as bytes in text. */
export const utf8Bytes = (text: string): string => askText('bytes.from', text.toWellFormed(), 'utf8');

/** Text as its UTF-8, bytes as they are. */
export const bytesIn = (data: unknown): string => {
  if (typeof data === 'string') return utf8Bytes(data);
  if (isBytes(data)) return toByteText(data);
  throw new TypeError('A string, an ArrayBuffer or a view of one is needed');
};
