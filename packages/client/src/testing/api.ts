import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One call as the fake API received it. */
export interface ReceivedCall {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** What the fake API answers, or `'hang up'` to break the connection after the call has been received. */
export type Answer =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  | 'hang up';

export interface FakeApi {
  readonly url: string;
  readonly calls: readonly ReceivedCall[];
  close(): Promise<void>;
}

/** An API on the loopback interface that answers as it is told to. */
export async function startApi(answer: (call: ReceivedCall) => Answer | Promise<Answer>): Promise<FakeApi> {
  const calls: ReceivedCall[] = [];
  const server = createServer({ maxHeaderSize: 65_536 }, (request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(Buffer.from(chunk as Uint8Array));
      const { method = '', url: path = '', headers } = request;
      const body = Buffer.concat(chunks).toString();
      const call = { method, path, authorization: headers.authorization, headers, body };
      calls.push(call);
      const given = await answer(call);
      if (given === 'hang up') {
        request.socket.destroy();
        return;
      }
      response.writeHead(given.status, given.headers);
      response.end(given.body ?? '');
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/accounts`,
    calls,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** The answer of RFC 9470, section 3. */
export function challenge(parameters: string): Answer {
  const header = `Bearer error="insufficient_user_authentication", ${parameters}`;
  return { status: 401, headers: { 'www-authenticate': header }, body: 'not done' };
}

/** The answer of RFC 6750, section 3.1 to a token that lacks a scope. */
export function insufficientScope(scope: string): Answer {
  return { status: 403, headers: { 'www-authenticate': `Bearer error="insufficient_scope", scope="${scope}"` } };
}
