/** The accounts API of these tests, on a port of its own, protected by `@stile/resource-server`. */
import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:http';
import { instant } from '@stile/core';
import type { Demand, ProtectedHandler } from '@stile/resource-server';
import { createResourceServer } from '@stile/resource-server';
import { toNodeHandler } from '@stile/resource-server/node';
import type { AuthorizationServer } from './authorization-server.ts';
import { portOf } from './authorization-server.ts';
import { ACCOUNTS, API_SECRET } from './fabrikam.ts';

/** An address of this machine that is held from the start, and served by whoever is ready later. */
interface Listening {
  readonly origin: string;
  serve(handler: RequestListener): void;
  close(): Promise<void>;
}

/** Listens on a free port. Other configurations can name the address before there is anything behind it. */
export const listenAnywhere = async (): Promise<Listening> => {
  // A client that takes up an idle connection in the moment in which it is closed has an error that no test is about.
  const server = createServer({ keepAliveTimeout: 0 });
  server.listen(0, 'localhost');
  await once(server, 'listening');
  return {
    origin: `http://localhost:${portOf(server)}`,
    serve: (handler) => void server.on('request', handler),
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

/** @param at where it listens, when its audience had to be known before */
export const startApi = async (
  server: AuthorizationServer,
  { at, audience = ACCOUNTS }: { readonly at?: Listening; readonly audience?: string } = {},
): Promise<Listening> => {
  const listening = at ?? (await listenAnywhere());
  const api = createResourceServer({
    issuer: server.issuer,
    audience,
    now: () => instant(server.now()),
    singleUse: { clientId: 'accounts-api', clientSecret: API_SECRET },
    resourceMetadataUrl: `${listening.origin}/.well-known/oauth-protected-resource/accounts`,
  });
  const routes = new Map(Object.entries(DEMANDS).map(([route, demand]) => [route, api.protect(demand, answer)]));
  const metadata = api.metadataHandler();
  const handle = (request: Request): Response | Promise<Response> =>
    (routes.get(`${request.method} ${new URL(request.url).pathname}`) ?? metadata)(request);
  listening.serve(toNodeHandler(handle));
  return listening;
};
