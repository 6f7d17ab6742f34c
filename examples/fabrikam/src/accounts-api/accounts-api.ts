/**
 * The accounts API. Reading needs a scope. Moving money needs another scope, two factors of which the second was given
 * within five minutes, and a token that has not been used before: one demand says it all.
 */
import type { Decision, VerifiedToken } from '@stile/resource-server';
import { createResourceServer } from '@stile/resource-server';
import { requireToken } from '@stile/resource-server/hono';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { cors } from 'hono/cors';
import { createMiddleware } from 'hono/factory';
import type { Ledger } from './ledger.ts';
import type { Transfer } from './transfer.ts';
import { parseTransfer } from './transfer.ts';

export interface AccountsApiOptions {
  /** Where this API is reached, without a trailing slash. */
  readonly address: string;
  readonly issuer: string;
  readonly audience: string;
  /** By which the API asks the authorization server to use a token up. */
  readonly clientId: string;
  readonly clientSecret: string;
  /** The web application that may call from a browser. */
  readonly webOrigin: string;
  readonly ledger: Ledger;
  /** Told of every decision, before it is carried out. */
  readonly onDecision?: (decision: Decision) => void;
}

interface Env {
  Variables: { auth: VerifiedToken; transfer: Transfer };
}

const mostBodyBytes = 4096;

const readTransfer = createMiddleware<Env>(async (c, next) => {
  const body: unknown = await c.req.json().catch(() => undefined);
  const order = parseTransfer(body);
  if (!order.ok) return c.json({ error: 'invalid_transfer', problems: order.error }, 422);
  c.set('transfer', order.value);
  return next();
});

export const createAccountsApi = (options: AccountsApiOptions): Hono<Env> => {
  const { ledger } = options;
  const resourceServer = createResourceServer({
    issuer: options.issuer,
    audience: options.audience,
    singleUse: { clientId: options.clientId, clientSecret: options.clientSecret },
    resourceMetadataUrl: `${options.address}/.well-known/oauth-protected-resource${new URL(options.audience).pathname}`,
    ...(options.onDecision && { onDecision: options.onDecision }),
  });
  const mayRead = requireToken(resourceServer, { scopes: ['read:accounts'] });
  const mayTransfer = requireToken(resourceServer, {
    scopes: ['transfer:funds'],
    acr: 'mfa',
    maxAge: '5m',
    singleUse: true,
  });
  const metadata = resourceServer.metadataHandler();

  const app = new Hono<Env>();
  app.use(
    cors({
      origin: options.webOrigin,
      allowMethods: ['GET', 'POST'],
      allowHeaders: ['authorization', 'content-type'],
      // Without this the page could see that it was refused, but not why.
      exposeHeaders: ['WWW-Authenticate', 'Retry-After'],
      maxAge: 600,
    }),
  );
  app.use(bodyLimit({ maxSize: mostBodyBytes, onError: (c) => c.json({ error: 'body_too_large' }, 413) }));

  app.get('/accounts', mayRead, (c) => c.json({ accounts: [ledger.accountOf(c.get('auth').subject)] }));

  // The order is read first: one that cannot be carried out must not cost anybody a second proof, or use up a token.
  app.post('/transfers', readTransfer, mayTransfer, (c) => {
    const booked = ledger.transfer(c.get('auth').subject, c.get('transfer'));
    return booked.ok
      ? c.json({ transfer: booked.value.movement, balance: booked.value.account.balance }, 201)
      : c.json({ error: booked.error }, 409);
  });

  app.get('/.well-known/oauth-protected-resource/*', (c) => metadata(c.req.raw));
  app.onError((error, c) => {
    process.emitWarning(error);
    return c.json({ error: 'internal_error' }, 500);
  });
  return app;
};
