/** `require` of the few modules of Node that are here. */

import { ask, unsupported } from './bridge.ts';
import { Buffer } from './buffer.ts';
import { BUILT_IN_NAMES } from './built-in-names.ts';
import { format, inspect } from './inspect.ts';
import { nodeCrypto } from './node-crypto.ts';
import { asText, memberOf } from './plain.ts';
import { isSame } from './same.ts';
import { atob, btoa, TextDecoder, TextEncoder } from './text-coding.ts';
import { URL, URLSearchParams } from './url.ts';

type Callback = (error: unknown, value: unknown) => void;
type Plain = (...given: readonly unknown[]) => unknown;

const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(asText(thrown)));

const promisify =
  (call: Plain) =>
  (...given: readonly unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const callback: Callback = (error, value) => (error ? reject(asError(error)) : resolve(value));
      call(...given, callback);
    });

const inherits = (child: { prototype: object }, parent: { prototype: object }): void => {
  Object.setPrototypeOf(child.prototype, parent.prototype);
};

const parseQuery = (query: unknown): object => {
  const found: Record<string, string | string[]> = {};
  for (const [name, value] of new URLSearchParams(query)) {
    const held = found[name];
    found[name] = held === undefined ? value : [held, value].flat();
  }
  return found;
};

const stringifyQuery = (values: object): string => {
  const params = new URLSearchParams();
  for (const [name, held] of Object.entries(values)) {
    const list: readonly unknown[] = Array.isArray(held) ? held : [held];
    for (const value of list) params.append(name, value);
  }
  return params.toString();
};

/** Node's older way to take an address apart. */
const parseUrl = (address: unknown, withQuery?: unknown): unknown => {
  const parts = ask('url.parse', String(address), 'relative:');
  if (typeof parts !== 'object' || parts === null) return parts;
  const search = asText(memberOf(parts, 'search'));
  const query = search.slice(1);
  const path = `${asText(memberOf(parts, 'pathname'))}${search}`;
  return { ...parts, path, query: withQuery === true ? parseQuery(query) : query };
};

const util = { format, inspect, promisify, inherits, isDeepStrictEqual: isSame, TextEncoder, TextDecoder };
const modules: Readonly<Record<(typeof BUILT_IN_NAMES)[number], object>> = {
  buffer: { Buffer, atob, btoa },
  crypto: nodeCrypto,
  querystring: { parse: parseQuery, stringify: stringifyQuery },
  url: { URL, URLSearchParams, parse: parseUrl, format: String },
  util,
};

export const require = (name: unknown): object => {
  const bare = String(name).replace(/^node:/, '');
  const known = BUILT_IN_NAMES.find((one) => one === bare);
  if (known !== undefined) return modules[known];
  return unsupported(
    `There is no module '${String(name)}' here. Of Node there are ${BUILT_IN_NAMES.join(', ')}; other packages are ` +
      'bundled with an Action when it is deployed, if they are named in its imports and need nothing else of Node.',
  );
};
