/** The middlewares, each in its real framework over loopback: one list of calls, one list of answers. */
import assert from 'node:assert/strict';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import type { FakeIssuer } from '../fixture/issuer.ts';
import { audience, clientId, clientSecret, now, startIssuer } from '../fixture/issuer.ts';
import type { VerifiedToken } from './access-token.ts';
import type { Demand } from './demand.ts';
import { requireToken as requireTokenInExpress } from './express.ts';
import { requireToken as requireTokenInFastify } from './fastify.ts';
import { requireToken as requireTokenInHono } from './hono.ts';
import { toNodeHandler } from './node.ts';
import type { ResourceServer } from './resource-server.ts';
import { createResourceServer } from './resource-server.ts';
import { tokenOf } from './token-of.ts';

const demand: Demand = { scopes: ['transfer:funds'], acr: 'mfa', maxAge: '5m', singleUse: ['transfer:funds'] };

interface Served {
  readonly url: string;
  /** How often the route ran. */
  readonly ran: () => number;
  readonly close: () => Promise<void>;
}

const onLoopback = async (server: Server, ran: () => number): Promise<Served> => {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  };
  return { url: `http://127.0.0.1:${port}/transfers`, ran, close };
};

const inExpress = (rs: ResourceServer): Promise<Served> => {
  let ran = 0;
  const app = express();
  app.post('/transfers', requireTokenInExpress(rs, demand), (request, response) => {
    ran += 1;
    assert.equal(Reflect.get(request, 'auth'), tokenOf(request));
    response.send(tokenOf(request).subject);
  });
  app.post('/open', (request, response) => {
    response.send(tokenOf(request).subject);
  });
  app.use(((_error, _request, response, _next) => {
    response.status(500).send('');
  }) satisfies express.ErrorRequestHandler);
  return onLoopback(createServer(app), () => ran);
};

const inFastify = async (rs: ResourceServer): Promise<Served> => {
  let ran = 0;
  const app = fastify();
  app.post('/transfers', { preHandler: requireTokenInFastify(rs, demand) }, (request) => {
    ran += 1;
    assert.equal(Reflect.get(request, 'auth'), tokenOf(request));
    return tokenOf(request).subject;
  });
  app.post('/open', (request) => tokenOf(request).subject);
  app.setErrorHandler((_error, _request, reply) => reply.code(500).send(''));
  const origin = await app.listen({ port: 0, host: '127.0.0.1' });
  return { url: `${origin}/transfers`, ran: () => ran, close: () => app.close() };
};

const inHono = (rs: ResourceServer): Promise<Served> => {
  let ran = 0;
  const app = new Hono<{ Variables: { auth: VerifiedToken } }>();
  app.post('/transfers', requireTokenInHono(rs, demand), (c) => {
    ran += 1;
    return c.text(c.get('auth').subject);
  });
  app.post('/open', (c) => c.text(c.get('auth').subject));
  app.onError((_error, c) => c.text('', 500));
  return onLoopback(createServer(toNodeHandler((request) => app.fetch(request))), () => ran);
};

const inNode = (rs: ResourceServer): Promise<Served> => {
  let ran = 0;
  const transfers = rs.protect(demand, (_request, { token }) => {
    ran += 1;
    return new Response(token.subject);
  });
  const route = (request: Request): Response | Promise<Response> =>
    request.url.endsWith('/transfers') ? transfers(request) : new Response(null, { status: 500 });
  return onLoopback(createServer(toNodeHandler(route)), () => ran);
};

for (const [name, start] of Object.entries({ express: inExpress, fastify: inFastify, hono: inHono, node: inNode })) {
  describe(`in ${name}`, () => {
    let as: FakeIssuer;
    let rs: ResourceServer;
    let served: Served;
    before(async () => {
      as = await startIssuer();
      const singleUse = { clientId, clientSecret };
      rs = createResourceServer({ issuer: as.issuer, audience, now: () => now, singleUse });
      served = await start(rs);
    });
    after(async () => {
      await served.close();
      await as.close();
    });

    const call = (authorization?: string | string[]): Promise<Response> => {
      const headers = new Headers();
      for (const value of [authorization ?? []].flat()) headers.append('authorization', value);
      return fetch(served.url, { method: 'POST', headers });
    };

    it('a call runs with its token, and the token is then used up', async () => {
      const jwt = await as.sign();
      const response = await call(`Bearer ${jwt}`);
      assert.deepEqual([response.status, await response.text()], [200, 'user-1']);
      const again = await call(`Bearer ${jwt}`);
      assert.equal(again.status, 401);
      assert.match(again.headers.get('www-authenticate') ?? '', /already used/);
      assert.equal(served.ran(), 1);
    });

    it('each refusal is the same, to the byte, as the one of protect', async () => {
      const before = served.ran();
      const reference = rs.protect(demand, () => new Response());
      const weak = await as.sign({ acr: '1fa', acrs: [] });
      const narrow = await as.sign({ scope: 'openid' });
      for (const authorization of [undefined, 'Bearer', 'Bearer a.b.c', `Bearer ${weak}`, `Bearer ${narrow}`]) {
        const expected = await reference(
          new Request(served.url, { headers: authorization === undefined ? {} : { authorization } }),
        );
        const actual = await call(authorization);
        assert.deepEqual([actual.status, await actual.text()], [expected.status, await expected.text()]);
        for (const [header, value] of expected.headers) assert.equal(actual.headers.get(header)?.split(';')[0], value);
      }
      assert.equal(served.ran(), before);
    });

    it('T16: a single use that cannot be recorded is 503, and the route does not run', async () => {
      const before = served.ran();
      const consumption = as.routes.get('/consume');
      as.routes.delete('/consume');
      const response = await call(`Bearer ${await as.sign({ jti: 'token-2' })}`);
      assert.deepEqual([response.status, response.headers.get('retry-after')], [503, '5']);
      assert.equal(served.ran(), before);
      if (consumption) as.routes.set('/consume', consumption);
    });

    it('a route that forgot the middleware fails rather than serve nobody', async () => {
      const response = await fetch(served.url.replace('/transfers', '/open'), { method: 'POST' });
      assert.equal(response.status, 500);
    });
  });
}
