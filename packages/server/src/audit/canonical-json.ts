import { isJsonObject } from '@stile/core';

/**
 * A JSON value in its one spelling (RFC 8785): no spaces, members in the order of their names. Numbers and texts are spelt as
 * ECMAScript spells them, which is what the standard asks for.
 */
export const canonicalJson = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (!isJsonObject(value)) return JSON.stringify(value) ?? 'null';
  const members = Object.keys(value)
    .sort()
    .flatMap((name) => {
      const member = value[name];
      return member === undefined ? [] : [`${JSON.stringify(name)}:${canonicalJson(member)}`];
    });
  return `{${members.join(',')}}`;
};
