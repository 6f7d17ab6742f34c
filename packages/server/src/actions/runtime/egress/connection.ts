/** One request and its answer, over a connection to an address that was looked at before. */
import { lookup } from 'node:dns/promises';
import type { IncomingMessage, RequestOptions } from 'node:http';
import http from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';
import { isIP } from 'node:net';
import { isPublicAddress } from './address.ts';
import type { FetchRequest } from './fetch-request.ts';
import { NotAllowed } from './fetch-request.ts';

/** Finds the addresses of a host. */
export type Resolve = (hostname: string) => Promise<readonly string[]>;

export interface Exchange {
  readonly status: number;
  readonly statusText: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
}

export interface ConnectionSettings {
  readonly resolve: Resolve;
  readonly mayBePrivate: (url: URL) => boolean;
  readonly responseBytes: number;
  /** Certificates to trust besides those of Node; for tests. */
  readonly ca?: string | undefined;
}

const HEADER_BYTES = 16_384;

export const systemResolve: Resolve = async (hostname) =>
  (await lookup(hostname, { all: true })).map(({ address }) => address);

/** @throws NotAllowed when any of them is not out in the open */
const addressesOf = async (url: URL, { resolve, mayBePrivate }: ConnectionSettings): Promise<readonly string[]> => {
  const name = url.hostname.replace(/^\[|\]$/g, '');
  const found = isIP(name) === 0 ? await resolve(name).catch(() => []) : [name];
  const addresses = found.filter((address) => isIP(address) !== 0);
  if (addresses.length === 0) throw new NotAllowed('the host has no address');
  if (mayBePrivate(url)) return addresses;
  if (!addresses.every(isPublicAddress)) throw new NotAllowed('the host is not on the public internet');
  return addresses;
};

/** Answers with what was looked at, so that nobody can give another address between the look and the connection. */
const pinned =
  (addresses: readonly string[]): LookupFunction =>
  (_hostname, options, done) => {
    const all = addresses.map((address) => ({ address, family: isIP(address) }));
    const [first] = all;
    if (options.all === true) done(null, all);
    else if (first) done(null, first.address, first.family);
  };

const readBody = async (message: IncomingMessage, most: number): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let length = 0;
  const parts: AsyncIterable<Buffer> = message;
  for await (const bytes of parts) {
    length += bytes.length;
    if (length > most) throw new NotAllowed(`the answer is larger than ${most} bytes`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
};

const headersOf = ({ rawHeaders }: IncomingMessage): (readonly [string, string])[] => {
  const headers: (readonly [string, string])[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    headers.push([(rawHeaders[at] ?? '').toLowerCase(), rawHeaders[at + 1] ?? '']);
  }
  return headers;
};

const exchangeOf = async (message: IncomingMessage, most: number): Promise<Exchange> => {
  const { 'content-encoding': encoding = 'identity' } = message.headers;
  if (encoding !== 'identity') throw new NotAllowed('the answer is compressed, which was not asked for');
  if (Number(message.headers['content-length'] ?? 0) > most) {
    throw new NotAllowed(`the answer is larger than ${most} bytes`);
  }
  const { statusCode = 0, statusMessage = '' } = message;
  return {
    status: statusCode,
    statusText: statusMessage,
    headers: headersOf(message),
    body: await readBody(message, most),
  };
};

/**
 * @throws NotAllowed with an explanation; anything else is a failure of the network
 */
export const exchange = async (
  { url, method, headers, body }: FetchRequest,
  settings: ConnectionSettings,
  signal: AbortSignal,
): Promise<Exchange> => {
  const addresses = await addressesOf(url, settings);
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<Exchange>();
  const isSecure = url.protocol === 'https:';
  // An agent of its own: nothing of the environment, no connection that somebody else has opened.
  const agent = isSecure ? new https.Agent({ keepAlive: false }) : new http.Agent({ keepAlive: false });
  const options: RequestOptions & { ca?: string } = {
    method,
    headers: [
      ...headers.filter(([name]) => name !== 'accept-encoding').flat(),
      'host',
      url.host,
      'accept-encoding',
      'identity',
      'connection',
      'close',
      ...(body === undefined ? [] : ['content-length', String(body.length)]),
    ],
    lookup: pinned(addresses),
    agent,
    signal,
    maxHeaderSize: HEADER_BYTES,
    ...(settings.ca !== undefined && { ca: settings.ca }),
  };
  const request = (isSecure ? https : http).request(url, options);
  request.on('response', (message) => {
    exchangeOf(message, settings.responseBytes).then(resolve, (error: unknown) => {
      request.destroy();
      reject(error);
    });
  });
  request.on('error', reject);
  request.on('close', () => reject(new Error('The connection was closed.')));
  request.end(body);
  return promise;
};
