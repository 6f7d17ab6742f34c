/** `require('crypto')`: what Actions use of it most. */
import { askText } from './bridge.ts';
import { bufferOf, bytesOfText, textOfBytes } from './buffer.ts';
import { bytesIn, isBytes, toByteText } from './bytes.ts';
import { crypto, isSameText, randomText, randomUUID } from './web-crypto.ts';

const output = (bytes: string, encoding: unknown): unknown =>
  encoding === undefined || encoding === 'buffer' ? bufferOf(bytes) : textOfBytes(bytes, encoding);

/** A digest that is fed piece by piece. */
class Digest {
  readonly #finish: (bytes: string) => string;
  #bytes = '';
  #done = false;

  constructor(finish: (bytes: string) => string) {
    this.#finish = finish;
  }

  update(data: unknown, encoding?: unknown): this {
    if (this.#done) throw new Error('Digest already called');
    this.#bytes += typeof data === 'string' ? bytesOfText(data, encoding) : bytesIn(data);
    return this;
  }

  digest(encoding?: unknown): unknown {
    if (this.#done) throw new Error('Digest already called');
    this.#done = true;
    return output(this.#finish(this.#bytes), encoding);
  }
}

const createHash = (name: unknown): Digest => {
  askText('digest', String(name), '');
  return new Digest((bytes) => askText('digest', String(name), bytes));
};

const createHmac = (name: unknown, key: unknown): Digest => {
  const secret = bytesIn(key);
  askText('hmac', String(name), secret, '');
  return new Digest((bytes) => askText('hmac', String(name), secret, bytes));
};

const timingSafeEqual = (one: unknown, other: unknown): boolean => {
  if (!isBytes(one) || !isBytes(other) || one.byteLength !== other.byteLength) {
    throw new RangeError('Input buffers must have the same byte length');
  }
  return isSameText(toByteText(one), toByteText(other));
};

const randomInt = (least: number, end?: number): number => {
  const [from, to] = end === undefined ? [0, least] : [least, end];
  const range = to - from;
  if (!(range > 0 && range <= 2 ** 32)) throw new RangeError('The range must be between 1 and 2 ** 32');
  const fair = 2 ** 32 - (2 ** 32 % range);
  for (;;) {
    const value = bufferOf(randomText(4)).reduce((sum, byte) => sum * 256 + byte, 0);
    if (value < fair) return from + (value % range);
  }
};

export const nodeCrypto = {
  createHash,
  createHmac,
  hash: (name: unknown, data: unknown, encoding: unknown = 'hex') => createHash(name).update(data).digest(encoding),
  randomBytes: (size: number) => bufferOf(randomText(size)),
  randomInt,
  randomUUID,
  timingSafeEqual,
  webcrypto: crypto,
  subtle: crypto.subtle,
  getRandomValues: crypto.getRandomValues,
};
