/** Checks of what an Action passes to `api`, in words for its author. */
import type { Json } from '../call.ts';

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A member of a member, however deep. */
export const memberOf = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((held, name) => (isObject(held) ? held[name] : undefined), value);

/** Whether something that was parsed is there at all: then it is JSON. */
const isJson = (parsed: unknown): parsed is Json => parsed !== undefined;

/** A copy that later changes of the original do not reach. */
export const jsonCopy = (value: unknown, what: string): Json => {
  try {
    const copy: unknown = JSON.parse(JSON.stringify(value));
    if (isJson(copy)) return copy;
  } catch {
    // Said below.
  }
  throw new TypeError(`${what} must be a value that JSON can hold`);
};

const FACTOR_TYPES: readonly string[] = [
  'otp',
  'email',
  'phone',
  'push-notification',
  'recovery-code',
  'webauthn-platform',
  'webauthn-roaming',
];

const isFactor = (value: unknown): boolean => {
  const type = memberOf(value, 'type');
  return typeof type === 'string' && FACTOR_TYPES.includes(type);
};

const isOfKind = (kind: string, value: unknown): boolean => {
  switch (kind) {
    case 'text':
      return typeof value === 'string';
    case 'name':
      return typeof value === 'string' && value !== '';
    case 'scalar':
      return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
    case 'time':
      // What is smaller counts seconds by mistake.
      return typeof value === 'number' && value >= 100_000_000_000 && value < Number.MAX_SAFE_INTEGER;
    case 'factor':
      return isFactor(value);
    case 'factors':
      return Array.isArray(value) && value.length > 0 && value.every(isFactor);
    default:
      return isObject(value);
  }
};

const wordsFor = (kind: string): string => {
  const types = FACTOR_TYPES.join(', ');
  switch (kind) {
    case 'text':
      return 'a string';
    case 'name':
      return 'a string that is not empty';
    case 'scalar':
      return 'a string, a number or a boolean';
    case 'time':
      return 'a number of milliseconds since 1970, not of seconds';
    case 'factor':
      return `an object whose type is one of ${types}`;
    case 'factors':
      return `an array of objects whose type is one of ${types}`;
    default:
      return 'an object';
  }
};

/**
 * The arguments of a call, copied.
 *
 * @param shapes what each must be, separated by blanks: `reason:text options?:object`
 * @throws TypeError in words for the author
 */
export const checkedArguments = (call: string, shapes: string, given: readonly unknown[]): readonly Json[] =>
  (shapes === '' ? [] : shapes.split(' ')).flatMap((shape, index) => {
    const [name = '', kind = ''] = shape.split(':');
    const value = given[index];
    if (value === undefined && name.endsWith('?')) return [];
    if (!isOfKind(kind, value)) {
      throw new TypeError(`api.${call}: ${name.replace('?', '')} must be ${wordsFor(kind)}`);
    }
    return [jsonCopy(value, `api.${call}: ${name}`)];
  });

export const VALUES = {
  isObject,
  memberOf,
  isJson,
  jsonCopy,
  FACTOR_TYPES,
  isFactor,
  isOfKind,
  wordsFor,
  checkedArguments,
};
