/** `fetch` for a name that no name server knows: to a port of this machine, over TLS that is verified by one certificate. */
import type { ClientRequest, IncomingMessage } from 'node:http';
import { request as send } from 'node:https';
import { buffer } from 'node:stream/consumers';

interface Way {
  readonly port: number;
  /** The certificate that is trusted, as PEM. */
  readonly certificate: string;
  /** The address that is called from: any of 127.0.0.0/8. */
  readonly from?: string;
}

/** Redirects are not followed: whoever reads the answer looks at them. */
export const fetchOverTls =
  ({ port, certificate, from }: Way): typeof fetch =>
  async (input, init) => {
    const request = new Request(input, init);
    const { hostname, host, pathname, search } = new URL(request.url);
    const body = Buffer.from(await request.arrayBuffer());
    const outgoing = send({
      host: '127.0.0.1',
      port,
      servername: hostname,
      ca: certificate,
      agent: false,
      ...(from !== undefined && { localAddress: from }),
      method: request.method,
      path: `${pathname}${search}`,
      headers: { host, ...Object.fromEntries(request.headers), 'content-length': body.length },
    });
    outgoing.end(body);
    return responseTo(outgoing);
  };

/** The whole answer to a request that was sent by hand. */
export const responseTo = async (outgoing: ClientRequest): Promise<Response> => {
  const incoming = await new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.once('response', resolve);
    outgoing.once('error', reject);
  });
  return asResponse(incoming);
};

const asResponse = async (incoming: IncomingMessage): Promise<Response> => {
  const headers = new Headers();
  for (const [name, values] of Object.entries(incoming.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  const body = await buffer(incoming);
  const status = incoming.statusCode ?? 0;
  return new Response(status === 204 || status === 304 ? null : body, { status, headers });
};
