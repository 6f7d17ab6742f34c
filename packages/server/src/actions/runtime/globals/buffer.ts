/** As much of Node's Buffer as Actions use. */

import { askText } from './bridge.ts';
import { fillFromByteText, fromByteText, isBytes, toByteText, utf8Bytes } from './bytes.ts';
import { asText } from './plain.ts';

const ENCODINGS = ['utf8', 'utf-8', 'hex', 'base64', 'base64url', 'latin1', 'binary', 'ascii', 'utf16le', 'ucs2'];

const encodingOf = (encoding: unknown): string => {
  const name = asText(encoding ?? 'utf8').toLowerCase();
  if (!ENCODINGS.includes(name)) throw new TypeError(`Unknown encoding: ${name}`);
  return name;
};

/** The bytes that a text stands for in an encoding, as bytes in text. */
export const bytesOfText = (text: string, encoding: unknown): string => {
  const name = encodingOf(encoding);
  if (name === 'utf8' || name === 'utf-8') return utf8Bytes(text);
  return askText('bytes.from', text.toWellFormed(), name);
};

export const textOfBytes = (bytes: string, encoding: unknown): string =>
  askText('bytes.to', bytes, encodingOf(encoding));

const isArrayLike = (value: unknown): value is ArrayLike<number> =>
  typeof value === 'object' && value !== null && 'length' in value;

const isWrapped = (value: unknown): value is { readonly data: ArrayLike<number> } =>
  typeof value === 'object' && value !== null && 'type' in value && value.type === 'Buffer' && 'data' in value;

const bytesFor = (value: unknown, encoding: unknown): string => {
  if (typeof value === 'string') return bytesOfText(value, encoding);
  return isBytes(value) ? toByteText(value) : bytesOfText(String(value), encoding);
};

export class Buffer extends Uint8Array {
  static alloc(size: number, fill?: unknown, encoding?: unknown): Buffer {
    const buffer = new Buffer(size);
    return fill === undefined ? buffer : buffer.fill(fill, 0, size, encoding);
  }

  static allocUnsafe(size: number): Buffer {
    return new Buffer(size);
  }

  static byteLength(value: unknown, encoding?: unknown): number {
    return bytesFor(value, encoding).length;
  }

  static concat(list: readonly Uint8Array[], length?: number): Buffer {
    const total = length ?? list.reduce((sum, { byteLength }) => sum + byteLength, 0);
    const whole = new Buffer(total);
    let at = 0;
    for (const part of list) {
      whole.set(part.subarray(0, Math.max(0, total - at)), Math.min(at, total));
      at += part.byteLength;
    }
    return whole;
  }

  static compare(one: Uint8Array, other: Uint8Array): number {
    const [first, second] = [toByteText(one), toByteText(other)];
    return first < second ? -1 : Number(first > second);
  }

  static isBuffer(value: unknown): boolean {
    return value instanceof Buffer;
  }

  static isEncoding(encoding: unknown): boolean {
    return ENCODINGS.includes(String(encoding).toLowerCase());
  }

  override toString(encoding?: unknown, start = 0, end = this.length): string {
    return textOfBytes(toByteText(this.subarray(start, end)), encoding);
  }

  toJSON(): object {
    return { type: 'Buffer', data: [...this] };
  }

  equals(other: Uint8Array): boolean {
    return toByteText(this) === toByteText(other);
  }

  compare(other: Uint8Array): number {
    return Buffer.compare(this, other);
  }

  copy(target: Uint8Array, at = 0, start = 0, end = this.length): number {
    const part = this.subarray(start, Math.min(end, start + Math.max(0, target.length - at)));
    target.set(part, at);
    return part.length;
  }

  /** As Node's: a view of the same bytes, where that of Uint8Array is a copy. */
  override slice(start?: number, end?: number): Uint8Array<ArrayBuffer> {
    return this.subarray(start, end);
  }

  write(text: string, at = 0, length?: unknown, encoding?: unknown): number {
    const bytes = bytesOfText(text, typeof length === 'string' ? length : encoding);
    const room = Math.min(this.length - at, typeof length === 'number' ? length : bytes.length, bytes.length);
    this.set(fromByteText(bytes.slice(0, room)), at);
    return room;
  }

  override fill(value: unknown, start = 0, end = this.length, encoding?: unknown): this {
    if (typeof value === 'number') return super.fill(value, start, end);
    const bytes = bytesFor(value, encoding);
    for (let at = start; at < end; at += 1) this[at] = bytes.charCodeAt((at - start) % bytes.length);
    return this;
  }

  override indexOf(value: unknown, from = 0, encoding?: unknown): number {
    const sought = typeof value === 'number' ? String.fromCharCode(value & 255) : bytesFor(value, encoding);
    return toByteText(this).indexOf(sought, from);
  }

  override includes(value: unknown, from = 0, encoding?: unknown): boolean {
    return this.indexOf(value, from, encoding) !== -1;
  }
}

/** Bytes in text as a buffer. */
export const bufferOf = (text: string): Buffer => fillFromByteText(new Buffer(text.length), text);

const makeBuffer = (value: unknown, encoding?: unknown, length?: number): Buffer => {
  if (typeof value === 'string') return bufferOf(bytesOfText(value, encoding));
  if (value instanceof ArrayBuffer) return new Buffer(value, Number(encoding ?? 0), length);
  if (isWrapped(value)) return new Buffer(value.data);
  if (isArrayLike(value)) return new Buffer(value);
  throw new TypeError('A string, an ArrayBuffer, an array or a Buffer is needed');
};

const NUMBERS: readonly [
  node: string,
  view: 'Int8' | 'Uint8' | 'Int16' | 'Uint16' | 'Int32' | 'Uint32',
  size: number,
][] = [
  ['Int8', 'Int8', 1],
  ['UInt8', 'Uint8', 1],
  ['Int16', 'Int16', 2],
  ['UInt16', 'Uint16', 2],
  ['Int32', 'Int32', 4],
  ['UInt32', 'Uint32', 4],
];

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength);

for (const [name, view, size] of NUMBERS) {
  for (const order of size === 1 ? [''] : ['LE', 'BE']) {
    Object.defineProperty(Buffer.prototype, `read${name}${order}`, {
      configurable: true,
      value(this: Buffer, at = 0): number {
        return viewOf(this)[`get${view}`](at, order === 'LE');
      },
    });
    Object.defineProperty(Buffer.prototype, `write${name}${order}`, {
      configurable: true,
      value(this: Buffer, value: number, at = 0): number {
        viewOf(this)[`set${view}`](at, value, order === 'LE');
        return at + size;
      },
    });
  }
}
// Node's takes other arguments than that of Uint8Array, which its type would have to be.
Object.defineProperty(Buffer, 'from', { configurable: true, writable: true, value: makeBuffer });
