/** JSON that comes from inside, where any program can make up what it sends. */
import type { Json } from '../call.ts';

/** Deeper than anybody needs, and shallower than what takes a whole stack to walk. */
const DEEPEST = 64;

const isList = (value: object): value is readonly unknown[] => Array.isArray(value);

const isJson = (value: unknown, depth: number): value is Json => {
  if (typeof value !== 'object' || value === null) return value !== undefined;
  if (depth === DEEPEST || Object.hasOwn(value, '__proto__')) return false;
  return (isList(value) ? value : Object.values(value)).every((member) => isJson(member, depth + 1));
};

/** @throws TypeError for what is nested too deep, or holds the name `__proto__` */
export const parseInsideJson = (text: string): Json => {
  const value: unknown = JSON.parse(text);
  if (!isJson(value, 0)) throw new TypeError(`It is nested deeper than ${DEEPEST} levels, or holds a member __proto__`);
  return value;
};

export const isJsonList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

export const isRecord = (value: Json): value is { readonly [name: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
