/** `/metrics`, on an address of its own: what is counted here is for whoever runs the server, never for the public. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Recorder } from './recorder.ts';

/** A listener for metrics that is open. */
export interface MetricsListener {
  readonly port: number;
  close(): Promise<void>;
}

const LIMITS = { maxHeaderSize: 8192, headersTimeout: 5_000, requestTimeout: 5_000, keepAliveTimeout: 5_000 };

/**
 * Serves what a recorder recorded. On a loopback address it answers only under the names of this machine for itself: a page of a
 * stranger may let its own name lead here and read along (DNS rebinding). Elsewhere operators use whatever name they have.
 *
 * @param onError is told when the report cannot be made; whoever asked gets a 500
 * @throws the system's error when the port is taken or may not be used
 */
export const serveMetrics = async (
  { host, port }: { readonly host: string; readonly port: number },
  recorder: Recorder,
  onError: (error: unknown) => void,
): Promise<MetricsListener> => {
  const server = createServer(LIMITS);
  await listening(server, host, port);
  const isLocal = isLoopback((server.address() as AddressInfo).address);
  server.on('request', (request, response) => {
    if (isLocal && !isNamedLocally(request, host)) return void response.writeHead(421).end();
    void answer(request, response, recorder, onError);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

const isLoopback = (address: string): boolean => /^(?:::1$|(?:::ffff:)?127\.)/i.test(address);

const LOCAL_NAMES: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Whether whoever asks named this machine, with any port, or the host that the operator wrote into the configuration. */
const isNamedLocally = ({ headers }: IncomingMessage, configured: string): boolean => {
  const named = (headers.host ?? '').toLowerCase().replace(/:\d*$/, '');
  return LOCAL_NAMES.has(named) || named === configured.toLowerCase();
};

const listening = (server: Server, host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });

const answer = async (
  { method, url }: IncomingMessage,
  response: ServerResponse,
  recorder: Recorder,
  onError: (error: unknown) => void,
): Promise<void> => {
  if (url?.split('?', 1)[0] !== '/metrics') return void response.writeHead(404).end();
  if (method !== 'GET' && method !== 'HEAD') return void response.writeHead(405, { allow: 'GET, HEAD' }).end();
  try {
    const { contentType, text } = await recorder.report();
    response.writeHead(200, { 'content-type': contentType, 'cache-control': 'no-store' });
    response.end(method === 'HEAD' ? undefined : text);
  } catch (error) {
    onError(error);
    response.writeHead(500).end();
  }
};
