/** What an Action wants to be fetched, as it came out of the sandbox. */
import type { Json, JsonObject } from '../../call.ts';
import { isJsonList } from '../json-text.ts';

export interface FetchRequest {
  readonly url: URL;
  readonly method: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer | undefined;
  readonly redirect: 'follow' | 'error' | 'manual';
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const REDIRECTS = ['follow', 'error', 'manual'] as const;
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,256}$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]{0,16384}$/;
const MOST_HEADERS = 100;

/** What the connection decides by itself (RFC 9110 and RFC 9112), what belongs to browsers, and what names a proxy. */
const OURS =
  'connection content-length cookie expect host keep-alive proxy-authorization proxy-connection te trailer transfer-encoding upgrade via'.split(
    ' ',
  );

/** An explanation for the author of the Action. */
export class NotAllowed extends Error {}

const isText = (value: Json | undefined): value is string => typeof value === 'string';

const headerOf = (pair: Json): readonly [string, string] => {
  const [name, value] = isJsonList(pair) ? pair : [];
  if (!isText(name) || !isText(value) || !NAME.test(name) || !VALUE.test(value)) {
    throw new NotAllowed('a header is not well-formed');
  }
  return [name.toLowerCase(), value];
};

/**
 * @throws NotAllowed
 */
export const parseAddress = (text: string, base?: URL): URL => {
  const url = URL.parse(text, base);
  if (url === null) throw new NotAllowed('the address is not well-formed');
  if (url.username !== '' || url.password !== '') throw new NotAllowed('the address holds a name or a password');
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new NotAllowed('the address is not of https');
  url.hash = '';
  return url;
};

/** @throws NotAllowed */
export const parseFetchRequest = (request: JsonObject): FetchRequest => {
  const { url, method, headers, redirect, text, base64 } = request;
  if (!isText(url)) throw new NotAllowed('there is no address');
  if (!isText(method) || !METHODS.includes(method)) throw new NotAllowed('there is no such method');
  const given = isJsonList(headers) ? headers.map(headerOf) : [];
  if (given.length > MOST_HEADERS) throw new NotAllowed('there are too many headers');
  const isBare = method === 'GET' || method === 'HEAD';
  const body = isText(text) ? Buffer.from(text) : isText(base64) ? Buffer.from(base64, 'base64') : undefined;
  return {
    url: parseAddress(url),
    method,
    headers: given.filter(([name]) => !OURS.includes(name) && !name.startsWith('sec-')),
    body: isBare ? undefined : body,
    redirect: REDIRECTS.find((one) => one === redirect) ?? 'follow',
  };
};
