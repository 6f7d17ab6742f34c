import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect, createServer as createProbe } from 'node:net';
import { getRequestListener } from '@hono/node-server';

/** A service that listens. */
export interface Listening {
  /** Stops at once: what is under way is cut. */
  close(): Promise<void>;
}

const host = 'localhost';

/** Lets a service listen at an address such as `http://localhost:9001`. */
export const listenAt = async (
  address: string,
  fetch: (request: Request) => Response | Promise<Response>,
): Promise<Listening> => {
  const listener = getRequestListener(fetch, { overrideGlobalObjects: false, hostname: new URL(address).host });
  const server = createServer((incoming, outgoing) => void listener(incoming, outgoing));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(Number(new URL(address).port), host, resolve);
  });
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        // Browsers keep connections open for minutes; this is a demonstration, so nothing is waited for.
        server.closeAllConnections();
      }),
  };
};

/** The port itself if nobody listens on it, else a free one. */
export const freePort = async (preferred: number): Promise<number> => {
  if (preferred !== 0 && !(await answers(preferred)) && (await canListen(preferred)) !== undefined) return preferred;
  const port = await canListen(0);
  if (port === undefined) throw new Error('There is no free port on this machine.');
  return port;
};

/** Another program may listen on one of the addresses of `localhost` and not on the other, so it is asked. */
const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ port, host, autoSelectFamily: true });
    const done = (answer: boolean) => () => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', done(true));
    socket.once('error', done(false));
    socket.setTimeout(2000, done(true));
  });

const canListen = (port: number): Promise<number | undefined> =>
  new Promise((resolve) => {
    const probe = createProbe();
    probe.once('error', () => resolve(undefined));
    probe.listen(port, host, () => {
      const { port: found } = probe.address() as AddressInfo;
      probe.close(() => resolve(found));
    });
  });
