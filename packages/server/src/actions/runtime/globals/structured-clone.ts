/** `structuredClone`: copies of plain data, with what refers to itself. */

import { DOMException } from './dom-exception.ts';
import { memberOf } from './plain.ts';

const fail = (what: string): never => {
  throw new DOMException(`${what} could not be cloned`, 'DataCloneError');
};

type Seen = Map<object, unknown>;

const kept = <T extends object>(seen: Seen, original: object, copy: T): T => {
  seen.set(original, copy);
  return copy;
};

const copyMembers = (original: object, copy: object, seen: Seen): object => {
  for (const name of Object.keys(original)) {
    const value = copyOf(memberOf(original, name), seen);
    Object.defineProperty(copy, name, { value, writable: true, enumerable: true, configurable: true });
  }
  return copy;
};

const copyError = (original: Error, seen: Seen): Error => {
  const copy = kept(seen, original, new Error(original.message));
  copy.name = original.name;
  if (original.stack !== undefined) copy.stack = original.stack;
  if ('cause' in original) copy.cause = copyOf(original.cause, seen);
  return copy;
};

const copyView = (original: ArrayBufferView, seen: Seen): unknown => {
  const buffer = copyOf(original.buffer, seen);
  const length = original instanceof DataView ? original.byteLength : memberOf(original, 'length');
  const made: unknown = Reflect.construct(constructorOf(original), [buffer, original.byteOffset, length]);
  seen.set(original, made);
  return made;
};

const VIEWS = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
];

const constructorOf = (view: ArrayBufferView) => VIEWS.find((View) => view instanceof View) ?? DataView;

const copyCollection = (original: object, seen: Seen): object | undefined => {
  if (original instanceof Map) {
    const copy = kept(seen, original, new Map<unknown, unknown>());
    for (const [key, value] of original) copy.set(copyOf(key, seen), copyOf(value, seen));
    return copy;
  }
  if (original instanceof Set) {
    const copy = kept(seen, original, new Set<unknown>());
    for (const value of original) copy.add(copyOf(value, seen));
    return copy;
  }
  if (!Array.isArray(original)) return undefined;
  const list = kept(seen, original, Array.from<unknown>({ length: original.length }));
  return copyMembers(original, list, seen);
};

const copyObject = (original: object, seen: Seen): unknown => {
  if (original instanceof Date) return new Date(original.getTime());
  if (original instanceof RegExp) return new RegExp(original.source, original.flags);
  if (original instanceof Boolean || original instanceof Number || original instanceof String) {
    return Object(original.valueOf());
  }
  if (original instanceof ArrayBuffer) return kept(seen, original, original.slice(0));
  if (ArrayBuffer.isView(original)) return copyView(original, seen);
  if (original instanceof Error) return copyError(original, seen);
  const isOther = [Promise, WeakMap, WeakSet].some((Kind) => original instanceof Kind);
  if (isOther) return fail(Object.prototype.toString.call(original));
  return copyCollection(original, seen) ?? copyMembers(original, kept(seen, original, {}), seen);
};

const copyOf = (value: unknown, seen: Seen): unknown => {
  if (typeof value === 'function') return fail(`The function ${value.name}`);
  if (typeof value === 'symbol') return fail(String(value));
  if (typeof value !== 'object' || value === null) return value;
  return seen.has(value) ? seen.get(value) : copyObject(value, seen);
};

export const structuredClone = (value: unknown): unknown => copyOf(value, new Map());
