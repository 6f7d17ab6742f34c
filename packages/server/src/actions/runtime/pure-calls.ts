/**
 * What the globals inside leave to the worker: answers that follow from the question alone. Bytes travel as text, a character each.
 */
import { createHash, createHmac } from 'node:crypto';
import type { Json } from '../call.ts';
import { isJsonList } from './json-text.ts';

type PureCall = (...given: readonly Json[]) => Json;

/** A refusal that is thrown inside as an error of that name. */
export class Refused extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

const text = (value: Json | undefined): string => {
  if (typeof value !== 'string') throw new Refused('TypeError', 'A string is needed');
  return value;
};

const bytesOf = (value: Json | undefined): Buffer => Buffer.from(text(value), 'latin1');

const DIGESTS = ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512', 'sha3-256', 'sha3-512'];

const digestName = (value: Json | undefined): string => {
  const name = text(value)
    .toLowerCase()
    .replace(/^sha-(?=\d{3}$|1$)/, 'sha');
  if (!DIGESTS.includes(name)) throw new Refused('Unsupported', `The digests are ${DIGESTS.join(', ')}`);
  return name;
};

const encodingOf = (value: Json | undefined): BufferEncoding => {
  const name = text(value).toLowerCase();
  if (!Buffer.isEncoding(name)) throw new Refused('TypeError', `Unknown encoding: ${name}`);
  return name;
};

const describeUrl = (url: URL): Json => ({
  href: url.href,
  origin: url.origin,
  protocol: url.protocol,
  username: url.username,
  password: url.password,
  host: url.host,
  hostname: url.hostname,
  port: url.port,
  pathname: url.pathname,
  search: url.search,
  hash: url.hash,
});

const parsedUrl = (input: Json | undefined, base: Json | undefined): URL => {
  const url = URL.parse(text(input), base === undefined || base === null ? undefined : text(base));
  if (url === null) throw new Refused('TypeError', 'Invalid URL');
  return url;
};

const setUrl = (href: Json | undefined, name: Json | undefined, value: Json | undefined): Json => {
  const url = new URL(text(href));
  const given = text(value);
  switch (name) {
    case 'href':
      return describeUrl(parsedUrl(given, undefined));
    case 'protocol':
    case 'username':
    case 'password':
    case 'host':
    case 'hostname':
    case 'port':
    case 'pathname':
    case 'search':
    case 'hash':
      url[name] = given;
      return describeUrl(url);
    default:
      throw new Refused('TypeError', 'A URL has no such part');
  }
};

const pairsOf = (value: Json | undefined): [string, string][] => {
  if (!isJsonList(value)) throw new Refused('TypeError', 'Pairs are needed');
  return value.map((pair: Json): [string, string] => {
    if (!isJsonList(pair)) throw new Refused('TypeError', 'A pair is needed');
    return [text(pair[0]), text(pair[1])];
  });
};

const decode = (label: Json | undefined, bytes: Json | undefined, fatal: Json | undefined, ignoreBom?: Json): Json => {
  try {
    const options = { fatal: fatal === true, ignoreBOM: ignoreBom === true };
    return new TextDecoder(text(label), options).decode(bytesOf(bytes));
  } catch (error) {
    if (error instanceof Refused) throw error;
    throw new Refused(error instanceof RangeError ? 'RangeError' : 'TypeError', 'The text cannot be decoded');
  }
};

export const PURE_CALLS: ReadonlyMap<string, PureCall> = new Map<string, PureCall>([
  ['url.parse', (input, base) => describeUrl(parsedUrl(input, base))],
  ['url.set', setUrl],
  ['url.pairs', (query) => [...new URLSearchParams(text(query))]],
  ['url.query', (pairs) => new URLSearchParams(pairsOf(pairs)).toString()],
  ['text.decode', decode],
  ['bytes.from', (string, encoding) => Buffer.from(text(string), encodingOf(encoding)).toString('latin1')],
  ['bytes.to', (bytes, encoding) => bytesOf(bytes).toString(encodingOf(encoding))],
  ['digest', (name, bytes) => createHash(digestName(name)).update(bytesOf(bytes)).digest().toString('latin1')],
  [
    'hmac',
    (name, key, bytes) => createHmac(digestName(name), bytesOf(key)).update(bytesOf(bytes)).digest().toString('latin1'),
  ],
]);
