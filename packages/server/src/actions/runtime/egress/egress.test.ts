/** `fetch` gets where it may, by the address that was looked at, and nowhere else. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { after, before, describe, it } from 'node:test';
import type { Json, JsonObject } from '../../call.ts';
import type { Resolve } from './connection.ts';
import type { EgressSettings } from './egress.ts';
import { createEgress } from './egress.ts';

const received: {
  readonly method: string;
  readonly url: string;
  readonly headers: JsonObject;
  readonly body: string;
}[] = [];

const answers: Readonly<Record<string, (response: ServerResponse, request: IncomingMessage) => void>> = {
  '/plain': (response) => response.setHeader('Set-Cookie', 'a=b').end('hello'),
  '/binary': (response) => response.end(Buffer.from([0, 255])),
  '/large': (response) => response.end('x'.repeat(5000)),
  '/said-large': (response) => response.writeHead(200, { 'content-length': 1_000_000 }).write('x'),
  '/endless': (response) => {
    const more = (): void => void (response.write('x'.repeat(500)) ? setImmediate(more) : response.once('drain', more));
    more();
  },
  '/compressed': (response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('x'),
  '/never': () => undefined,
  '/slow': (response) => {
    response.writeHead(200);
    response.write('x');
  },
  '/broken': (response) => response.destroy(),
  '/to': (response, { url = '' }) => {
    const query = new URL(url, 'http://x').searchParams;
    response.writeHead(Number(query.get('status') ?? 302), { location: query.get('at') ?? '' }).end();
  },
  '/loop': (response) => response.writeHead(302, { location: '/loop' }).end(),
};

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const { method = '', url = '', headers } = request;
    received.push({
      method,
      url,
      headers: JSON.parse(JSON.stringify(headers)),
      body: Buffer.concat(chunks).toString(),
    });
    const answer = answers[new URL(url, 'http://x').pathname];
    if (answer) answer(response, request);
    else response.writeHead(404).end();
  });
});
let port = 0;
before(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
});
after(() => {
  server.closeAllConnections();
  server.close();
});

const localResolve: Resolve = () => Promise.resolve(['127.0.0.1']);

const fetchWith = (settings: Partial<EgressSettings>, request: JsonObject, signal?: AbortSignal): Promise<Json> =>
  createEgress({ allow: [], responseBytes: 4000, resolve: localResolve, ...settings }).fetch(
    { method: 'GET', headers: [], redirect: 'follow', ...request },
    signal ?? AbortSignal.timeout(2000),
  );

/** To the server of this test, as a service in the own network. */
const fetchOwn = (path: string, more: JsonObject = {}, signal?: AbortSignal): Promise<Json> => {
  const hosts = [`http://api.example.com:${port}`, `http://other.example.com:${port}`];
  return fetchWith(
    { allow: hosts, allowPrivate: hosts },
    { url: `http://api.example.com:${port}${path}`, ...more },
    signal,
  );
};

const errorOf = async (answer: Promise<Json>): Promise<string> => JSON.stringify(await answer);

describe('an answer', () => {
  it('is the status, the headers without cookies, and the text', async () => {
    const answer = JSON.stringify(await fetchOwn('/plain'));
    assert.match(answer, /"status":200.*"text":"hello"/);
    assert.doesNotMatch(answer, /set-cookie/);
    assert.match(JSON.stringify(await fetchOwn('/binary')), /"base64":"AP8="/);
    assert.match(JSON.stringify(await fetchOwn('/missing')), /"status":404/);
  });

  it('is to what was asked, with a Host of its own and nothing of the environment', async () => {
    received.length = 0;
    const headers = [
      ['host', 'internal'],
      ['x-a', 'b'],
    ];
    await fetchOwn('/plain', { method: 'POST', headers, text: '{"a":"ä"}' });
    const [request] = received;
    assert.ok(request);
    assert.equal(request.method, 'POST');
    assert.equal(request.body, '{"a":"ä"}');
    assert.deepEqual(request.headers, {
      'x-a': 'b',
      host: `api.example.com:${port}`,
      'accept-encoding': 'identity',
      connection: 'close',
      'content-length': '10',
    });
  });

  it('that is too large, or compressed, is refused before it is held', async () => {
    for (const path of ['/large', '/said-large', '/endless']) {
      assert.match(await errorOf(fetchOwn(path)), /larger than 4000 bytes/, path);
    }
    assert.match(await errorOf(fetchOwn('/compressed')), /compressed/);
  });

  it('that does not come is given up', async () => {
    for (const path of ['/never', '/slow']) {
      assert.match(await errorOf(fetchOwn(path, {}, AbortSignal.timeout(30))), /could not be reached/, path);
    }
    assert.match(await errorOf(fetchOwn('/broken')), /could not be reached/);
  });
});

describe('a host that is not allowed', () => {
  const notAllowed = async (url: string, settings: Partial<EgressSettings> = { allow: ['*'] }): Promise<void> => {
    received.length = 0;
    assert.match(await errorOf(fetchWith(settings, { url })), /"error"/, url);
    assert.equal(received.length, 0, url);
  };

  it('is not asked, and not even looked up', async () => {
    const resolve: Resolve = () => assert.fail('looked up');
    await notAllowed('https://other.example/', { allow: ['api.example.com'], resolve });
    await notAllowed('http://api.example.com/', { allow: ['api.example.com'], resolve });
  });

  it('is every address inside, however it is written', async () => {
    const hosts = [
      '127.0.0.1',
      '2130706433',
      '0x7f000001',
      '0177.0.0.1',
      '127.1',
      '0',
      '127.0.0.1.',
      '[::1]',
      '[::ffff:127.0.0.1]',
      '[::ffff:7f00:1]',
      '[64:ff9b::7f00:1]',
      '[2002:7f00:1::]',
      '[fe80::1]',
      '[fd00:ec2::254]',
      '169.254.169.254',
      '１２７.0.0.1',
      'localhost',
      'localhost.',
    ];
    for (const host of hosts) {
      await notAllowed(`https://${host}/`);
      await notAllowed(`http://${host}:${port}/`, { allow: ['http://*', `http://*:${port}`] });
    }
  });

  it('is every name that leads inside, even by one of its addresses', async () => {
    for (const inside of ['127.0.0.1', '10.0.0.1', '::1', '::ffff:127.0.0.1', 'fd00::1', '169.254.169.254']) {
      await notAllowed('https://api.example.com/', { allow: ['*'], resolve: () => Promise.resolve([inside]) });
      await notAllowed('https://api.example.com/', {
        allow: ['*'],
        resolve: () => Promise.resolve(['1.1.1.1', inside]),
      });
    }
    await notAllowed('https://api.example.com/', { allow: ['*'], resolve: () => Promise.resolve([]) });
    await notAllowed('https://api.example.com/', { allow: ['*'], resolve: () => Promise.reject(new Error('no')) });
    await notAllowed('https://api.example.com/', { allow: ['*'], resolve: () => Promise.resolve(['not an address']) });
  });

  it('is private unless it is said to be in the own network, each host for itself', async () => {
    const allow = [`http://api.example.com:${port}`, `http://other.example.com:${port}`];
    const url = `http://api.example.com:${port}/plain`;
    await notAllowed(url, { allow });
    await notAllowed(url, { allow, allowPrivate: [`http://other.example.com:${port}`] });
    assert.match(JSON.stringify(await fetchWith({ allow, allowPrivate: [allow[0] ?? ''] }, { url })), /hello/);
  });

  it('says nothing of addresses', async () => {
    const own = await errorOf(fetchWith({ allow: ['*'] }, { url: 'https://api.example.com/' }));
    assert.match(own, /not on the public internet/);
    assert.doesNotMatch(own, /127|\d+\.\d+/);
    const hosts = ['http://api.example.com:1'];
    const closed = await errorOf(
      fetchWith({ allow: hosts, allowPrivate: hosts }, { url: 'http://api.example.com:1/' }),
    );
    assert.doesNotMatch(closed, /127|ECONN/);
  });
});

describe('between the look and the connection', () => {
  it('DNS rebinding: a name is looked up once, and the connection is to what was found', async () => {
    let looks = 0;
    const resolve: Resolve = () => {
      looks += 1;
      return Promise.resolve([looks === 1 ? '192.0.2.1' : '127.0.0.1']);
    };
    const hosts = [`http://api.example.com:${port}`];
    received.length = 0;
    const answer = fetchWith(
      { allow: hosts, allowPrivate: hosts, resolve },
      { url: `http://api.example.com:${port}/plain` },
      AbortSignal.timeout(50),
    );
    assert.match(await errorOf(answer), /could not be reached/);
    assert.deepEqual([looks, received.length], [1, 0]);
  });
});

describe('a redirect', () => {
  const to = (at: string, status = 302): string => `/to?status=${status}&at=${encodeURIComponent(at)}`;

  it('is followed, three times at most, or not at all if that was asked', async () => {
    assert.match(JSON.stringify(await fetchOwn(to('/plain'))), /"url":"[^"]*\/plain","redirected":true,"text":"hello"/);
    assert.match(await errorOf(fetchOwn('/loop')), /more than 3 redirects/);
    assert.match(await errorOf(fetchOwn(to('/plain'), { redirect: 'error' })), /redirects/);
    assert.match(JSON.stringify(await fetchOwn(to('/plain'), { redirect: 'manual' })), /"status":302/);
  });

  it('leads nowhere that could not be asked directly', async () => {
    const targets = [
      `http://127.0.0.1:${port}/plain`,
      `http://[::1]:${port}/plain`,
      'http://169.254.169.254/latest/meta-data/',
      'https://elsewhere.example/',
      `http://user:pass@api.example.com:${port}/plain`,
      'file:///etc/passwd',
      'javascript:alert(1)',
      '//localhost/',
      'http://',
    ];
    for (const target of targets) {
      received.length = 0;
      assert.match(await errorOf(fetchOwn(to(target))), /"error"/, target);
      assert.equal(received.length, 1, target);
    }
  });

  it('takes no credentials to another host, and no body where it becomes a GET', async () => {
    const headers = [
      ['authorization', 'Bearer x'],
      ['content-type', 'text/plain'],
    ];
    const post = { method: 'POST', headers, text: 'body' };
    const last = async (path: string) => {
      received.length = 0;
      await fetchOwn(path, post);
      return received.at(-1);
    };
    const other = `http://other.example.com:${port}/plain`;
    const moved = await last(to(other, 302));
    assert.deepEqual([moved?.method, moved?.body, moved?.headers.authorization], ['GET', '', undefined]);
    const kept = await last(to(other, 307));
    assert.deepEqual([kept?.method, kept?.body, kept?.headers.authorization], ['POST', 'body', undefined]);
    const same = await last(to('/plain', 308));
    assert.deepEqual([same?.method, same?.body, same?.headers.authorization], ['POST', 'body', 'Bearer x']);
  });
});
