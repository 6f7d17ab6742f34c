/** JSON that was made inside a sandbox, or kept in a store: looked at before it counts as such. */
import type { Json, JsonObject } from './call.ts';

const DEEPEST = 64;

/** Whether a value is JSON, no deeper than anybody needs, in which no name can reach a prototype. */
export const isJson = (value: unknown, depth = 0): value is Json => {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || depth >= DEEPEST) return false;
  if (Array.isArray(value)) return value.every((member) => isJson(member, depth + 1));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  return !Object.hasOwn(value, '__proto__') && Object.values(value).every((member) => isJson(member, depth + 1));
};

export const isJsonRecord = (value: unknown): value is JsonObject =>
  isJson(value) && typeof value === 'object' && value !== null && !Array.isArray(value);

/** How many bytes a value takes as JSON. */
export const jsonBytes = (value: Json): number => Buffer.byteLength(JSON.stringify(value));

/** An object without the members that are not there. */
export const defined = (members: Readonly<Record<string, Json | undefined>>): JsonObject =>
  Object.fromEntries(
    Object.entries(members).flatMap(([name, value]): readonly (readonly [string, Json])[] =>
      value === undefined ? [] : [[name, value]],
    ),
  );
