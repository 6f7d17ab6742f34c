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
 * Serves what a recorder recorded.
 *
 * @param onError is told when the report cannot be made; whoever asked gets a 500
 * @throws the system's error when the port is taken or may not be used
 */
export const serveMetrics = async (
  { host, port }: { readonly host: string; readonly port: number },
  recorder: Recorder,
  onError: (error: unknown) => void,
): Promise<MetricsListener> => {
  const server = createServer(LIMITS, (request, response) => void answer(request, response, recorder, onError));
  await listening(server, host, port);
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
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
