/** The accounts API of these tests, on a port of its own, protected by `@stile/resource-server`. */
import { once } from 'node:events';
import type { RequestListener, Server } from 'node:http';
import { createServer } from 'node:http';
import { instant } from '@stile/core';
import type { Demand, ProtectedHandler } from '@stile/resource-server';
import { createResourceServer } from '@stile/resource-server';
import { toNodeHandler } from '@stile/resource-server/node';
import type { AuthorizationServer } from './authorization-server.ts';
import { freePort } from './authorization-server.ts';
import { ACCOUNTS, API_SECRET } from './fabrikam.ts';

/** Something that listens on this machine. */
export interface Listening {
  readonly origin: string;
  close(): Promise<void>;
}

/** Lets a handler of `node:http` listen. */
export const listenOn = async (port: number, handler: RequestListener): Promise<Listening> => {
  const server: Server = createServer(handler);
  server.listen(port, 'localhost');
  await once(server, 'listening');
  return {
    origin: `http://localhost:${port}`,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};

/** `method path` → what the call demands. */
const DEMANDS: Readonly<Record<string, Demand>> = {
  'GET /accounts': { scopes: ['read:accounts'] },
  'GET /accounts/statements': { scopes: ['read:accounts'], acr: 'mfa', maxAge: '5m' },
  'POST /accounts/transfers': { scopes: ['transfer:funds'], acr: 'mfa', maxAge: '5m', singleUse: true },
};

const answer: ProtectedHandler = (_request, { token }) => Response.json({ subject: token.subject });

/** @param port also names the audience when that is an address of this machine, so it may have to be known before */
export const startApi = async (
  server: AuthorizationServer,
  { port, audience = ACCOUNTS }: { readonly port?: number; readonly audience?: string } = {},
): Promise<Listening> => {
  const chosen = port ?? (await freePort());
  const api = createResourceServer({
    issuer: server.issuer,
    audience,
    now: () => instant(server.now()),
    singleUse: { clientId: 'accounts-api', clientSecret: API_SECRET },
    resourceMetadataUrl: `http://localhost:${chosen}/.well-known/oauth-protected-resource/accounts`,
  });
  const routes = new Map(Object.entries(DEMANDS).map(([route, demand]) => [route, api.protect(demand, answer)]));
  const metadata = api.metadataHandler();
  const handle = (request: Request): Response | Promise<Response> =>
    (routes.get(`${request.method} ${new URL(request.url).pathname}`) ?? metadata)(request);
  return listenOn(chosen, toNodeHandler(handle));
};
