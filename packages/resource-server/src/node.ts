import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';

/** The address that was asked for. The host is the caller's word: one that would change the path is not believed. */
const addressOf = ({ headers, socket, url = '/' }: IncomingMessage): string => {
  const host = /^[\w.:[\]-]+$/.exec(headers.host ?? '')?.[0] ?? 'localhost';
  const origin = `${'encrypted' in socket ? 'https' : 'http'}://${host}`;
  return url.startsWith('/') ? origin + url : new URL(url, origin).href;
};

/** Read only when the handler reads it, so that Node can pass over the body of a call that was refused. */
const bodyOf = (incoming: IncomingMessage): ReadableStream<Uint8Array> => {
  const chunks = incoming[Symbol.asyncIterator]();
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    const next: IteratorResult<Uint8Array, unknown> = await chunks.next();
    if (next.done) controller.close();
    else controller.enqueue(next.value);
  };
  return new ReadableStream({ pull, cancel: () => void incoming.destroy() }, { highWaterMark: 0 });
};

/** `undefined` for what Fetch has no request for: the methods TRACE and CONNECT, an address that is none. */
const requestFrom = (incoming: IncomingMessage): Request | undefined => {
  const { rawHeaders, method = 'GET' } = incoming;
  try {
    const headers = new Headers();
    for (let i = 0; i + 1 < rawHeaders.length; i += 2) headers.append(rawHeaders[i] ?? '', rawHeaders[i + 1] ?? '');
    const body = method === 'GET' || method === 'HEAD' ? null : bodyOf(incoming);
    return new Request(addressOf(incoming), Object.assign({ method, headers, body }, { duplex: 'half' }));
  } catch {
    return undefined;
  }
};

const chunksOf = async function* (body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    await reader.cancel();
  }
};

const send = async (response: Response, outgoing: ServerResponse): Promise<void> => {
  outgoing.statusCode = response.status;
  for (const [name, value] of response.headers) outgoing.appendHeader(name, value);
  if (response.body) await pipeline(chunksOf(response.body), outgoing);
  else outgoing.end();
};

const asWarning = (error: unknown): void => process.emitWarning(error instanceof Error ? error : 'A handler failed.');

/** Serves a handler of `Request`s with `node:http`. When the handler fails, the answer is 500 and `onError` learns why. */
export const toNodeHandler = (
  handler: (request: Request) => Response | Promise<Response>,
  onError: (error: unknown) => void = asWarning,
): ((incoming: IncomingMessage, outgoing: ServerResponse) => void) => {
  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const request = requestFrom(incoming);
    await send(request ? await handler(request) : new Response(null, { status: 400 }), outgoing);
  };
  return (incoming, outgoing) => {
    answer(incoming, outgoing).catch((error: unknown) => {
      if (outgoing.headersSent) outgoing.destroy();
      else outgoing.writeHead(500).end();
      onError(error);
    });
  };
};
