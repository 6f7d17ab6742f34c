import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { createServer, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { after, before, describe, it } from 'node:test';
import type { FakeIssuer } from '../fixture/issuer.ts';
import { audience, now, startIssuer } from '../fixture/issuer.ts';
import { toNodeHandler } from './node.ts';
import type { ResourceServer } from './resource-server.ts';
import { createResourceServer } from './resource-server.ts';

let as: FakeIssuer;
let rs: ResourceServer;
before(async () => {
  as = await startIssuer();
  rs = createResourceServer({ issuer: as.issuer, audience, now: () => now });
});
after(() => as.close());

/** Serves on loopback for the time of one use. */
const serving = async (listener: RequestListener, use: (port: number) => Promise<void>): Promise<void> => {
  const server = createServer(listener);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  assert.ok(typeof address === 'object' && address);
  try {
    await use(address.port);
  } finally {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  }
};

/** What a server answers to these bytes. */
const exchange = (port: number, bytes: string): Promise<string> =>
  new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.end(bytes));
    socket.on('data', (chunk) => {
      answer += String(chunk);
    });
    socket.on('end', () => resolve(answer));
    socket.on('error', reject);
  });

describe('node:http', () => {
  it('serves a protected route with its body, its status and its headers', async () => {
    const handler = rs.protect({ scopes: ['transfer:funds'] }, async (request, { token }) => {
      const headers = new Headers({ 'x-subject': token.subject });
      headers.append('set-cookie', 'a=1');
      headers.append('set-cookie', 'b=2');
      return new Response(`${request.method} ${new URL(request.url).pathname} ${await request.text()}`, {
        status: 201,
        headers,
      });
    });
    await serving(toNodeHandler(handler), async (port) => {
      const authorization = `Bearer ${await as.sign()}`;
      const url = `http://127.0.0.1:${port}/transfers?to=bob`;
      const body = 'amount=25'.repeat(10_000);
      const response = await fetch(url, { method: 'POST', headers: { authorization }, body });
      assert.equal(response.status, 201);
      assert.equal(response.headers.get('x-subject'), 'user-1');
      assert.deepEqual(response.headers.getSetCookie(), ['a=1', 'b=2']);
      assert.equal(await response.text(), `POST /transfers ${body}`);
      const refused = await fetch(url, { method: 'HEAD' });
      assert.deepEqual([refused.status, refused.headers.get('www-authenticate')], [401, `Bearer realm="${audience}"`]);
    });
  });

  it('refuses two Authorization headers, of which Node would hide the second', async () => {
    const handler = rs.protect({}, () => new Response('done'));
    await serving(toNodeHandler(handler), async (port) => {
      const good = `Bearer ${await as.sign()}`;
      const lines = (values: string[]): string => values.map((value) => `Authorization: ${value}\r\n`).join('');
      for (const values of [
        [good, good],
        ['Bearer x', good],
        [good, 'Basic YTpi'],
        ['Basic YTpi', good],
      ]) {
        const answer = await exchange(port, `GET / HTTP/1.1\r\nHost: x\r\n${lines(values)}Connection: close\r\n\r\n`);
        assert.match(answer, /^HTTP\/1\.1 400 /);
      }
    });
  });

  it('leaves the connection usable when a large body was not read', async () => {
    const handler = rs.protect({}, () => new Response('done'));
    await serving(toNodeHandler(handler), async (port) => {
      for (let i = 0; i < 3; i += 1) {
        const response = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: 'x'.repeat(2_000_000) });
        assert.equal(response.status, 401);
        await response.arrayBuffer();
      }
    });
  });

  it('takes the path from the request line, whatever the host says', async () => {
    const seen: string[] = [];
    const handler = (request: Request): Response => {
      seen.push(request.url);
      return new Response(null, { status: 204 });
    };
    await serving(toNodeHandler(handler), async (port) => {
      const ask = async (target: string, host: string): Promise<void> => {
        const answer = await exchange(port, `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
        assert.match(answer, /^HTTP\/1\.1 204 /);
      };
      await ask('/a?b=c', 'api.example:8080');
      await ask('//evil.example/a', 'api.example');
      await ask('/a', 'api.example/admin?');
      await ask('/a', 'user@api.example');
      await ask('http://other.example/a?b', 'api.example');
      await ask('/a', '');
    });
    assert.deepEqual(seen, [
      'http://api.example:8080/a?b=c',
      'http://api.example//evil.example/a',
      'http://localhost/a',
      'http://localhost/a',
      'http://other.example/a?b',
      'http://localhost/a',
    ]);
  });

  it('answers 400 to what Fetch has no request for', async () => {
    const handler = (): Response => new Response('done');
    await serving(toNodeHandler(handler), async (port) => {
      for (const line of [
        'TRACE / HTTP/1.1\r\nHost: x',
        'GET http://[ HTTP/1.1\r\nHost: x',
        'GET / HTTP/1.1\r\nHost: a:b:c',
      ]) {
        assert.match(await exchange(port, `${line}\r\nConnection: close\r\n\r\n`), /^HTTP\/1\.1 400 /, line);
      }
    });
  });

  it('answers 500 when the handler fails, and tells why only to this side', async () => {
    const errors: unknown[] = [];
    const failing = (): Response => {
      throw new Error('secret');
    };
    await serving(
      toNodeHandler(failing, (error) => errors.push(error)),
      async (port) => {
        const response = await fetch(`http://127.0.0.1:${port}/`);
        assert.deepEqual([response.status, await response.text()], [500, '']);
      },
    );
    assert.match(String(errors), /^Error: secret$/);
  });

  it('breaks the connection when the body fails after the headers', async () => {
    const errors: unknown[] = [];
    const half = (): Response => {
      let sent = false;
      const pull = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
        if (sent) controller.error(new Error('half'));
        else controller.enqueue(new TextEncoder().encode('half'));
        sent = true;
      };
      return new Response(new ReadableStream({ pull }));
    };
    await serving(
      toNodeHandler(half, (error) => errors.push(error)),
      async (port) => {
        await assert.rejects(fetch(`http://127.0.0.1:${port}/`).then((response) => response.text()));
      },
    );
    assert.match(String(errors), /half/);
  });

  it('stops the body when the caller leaves', async () => {
    const left = Promise.withResolvers<void>();
    const endless = (): Response => {
      const pull = (controller: ReadableStreamDefaultController<Uint8Array>): void =>
        controller.enqueue(new Uint8Array(65_536));
      return new Response(new ReadableStream({ pull, cancel: () => left.resolve() }));
    };
    await serving(
      toNodeHandler(endless, () => undefined),
      async (port) => {
        const request = httpRequest({ port, host: '127.0.0.1' }, (response) =>
          response.once('data', () => request.destroy()),
        );
        request.on('error', () => undefined).end();
        await left.promise;
      },
    );
  });
});
