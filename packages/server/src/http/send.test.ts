import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { json, page, seeOther } from './responses.ts';
import { sendWhole } from './send.ts';
import { TextResponse } from './text-response.ts';

let answer: () => Response = () => new Response(null);
const sent: boolean[] = [];
const server = createServer((_request, outgoing) => {
  const isSent = sendWhole(answer(), outgoing);
  sent.push(isSent);
  if (!isSent) outgoing.end();
});
before(async () => {
  server.listen(0, 'localhost');
  await once(server, 'listening');
});
after(() => server.close());

const ask = async (response: () => Response, method = 'GET'): Promise<{ incoming: IncomingMessage; text: string }> => {
  answer = response;
  const { port } = server.address() as AddressInfo;
  const incoming = await new Promise<IncomingMessage>((resolve, reject) => {
    request({ port, host: 'localhost', method, agent: false }, resolve).once('error', reject).end();
  });
  let text = '';
  for await (const piece of incoming) text += String(piece);
  return { incoming, text };
};

describe('a response is sent as a whole', () => {
  it('with its status, headers, cookies and length in bytes', async () => {
    const { incoming, text } = await ask(() => page('<p>Grüße</p>', 418, { cookies: ['a=1; Path=/', 'b=2; Path=/'] }));
    assert.deepEqual([incoming.statusCode, text], [418, '<p>Grüße</p>']);
    assert.deepEqual(incoming.headers['set-cookie'], ['a=1; Path=/', 'b=2; Path=/']);
    assert.equal(incoming.headers['content-type'], 'text/html; charset=utf-8');
    assert.equal(incoming.headers['content-length'], '14');
  });

  it('with headers that were set after it was made', async () => {
    const { incoming } = await ask(() => {
      const response = json({ a: 1 }, 200, { 'x-first': '1' });
      response.headers.set('x-later', '2');
      return response;
    });
    assert.deepEqual([incoming.headers['x-first'], incoming.headers['x-later']], ['1', '2']);
  });

  it('without content: its length is nought, and where there can be none it is not told', async () => {
    const redirect = await ask(() => seeOther('/next'));
    assert.deepEqual([redirect.incoming.statusCode, redirect.incoming.headers['content-length']], [303, '0']);
    for (const status of [204, 304]) {
      const { incoming, text } = await ask(() => new Response(null, { status }));
      assert.deepEqual([incoming.statusCode, incoming.headers['content-length'], text], [status, undefined, '']);
    }
    const head = await ask(() => new Response(null, { headers: { 'x-a': '1' } }), 'HEAD');
    assert.deepEqual([head.incoming.headers['x-a'], head.incoming.headers['content-length']], ['1', undefined]);
  });

  it('unless it has a stream, or somebody has begun to read it', async () => {
    sent.length = 0;
    await ask(() => new Response('streamed'));
    await ask(() => {
      const response = json({});
      void response.text();
      return response;
    });
    assert.deepEqual(sent, [false, false]);
  });
});

describe('a response whose text is known', () => {
  const made = (): TextResponse => new TextResponse('{"a":"ä"}', { status: 201, headers: { 'x-a': '1' } });

  it('is a response in every way', async () => {
    assert.ok(made() instanceof Response);
    assert.deepEqual([made().status, made().ok, made().headers.get('x-a'), made().bodyUsed], [201, true, '1', false]);
    assert.equal(await made().text(), '{"a":"ä"}');
    assert.deepEqual(await made().json(), { a: 'ä' });
    assert.equal((await made().arrayBuffer()).byteLength, 10);
    assert.equal((await made().bytes()).length, 10);
    assert.equal((await made().blob()).size, 10);
    assert.equal(await new Response(made().body).text(), '{"a":"ä"}');
    const form = new TextResponse('a=1', { headers: { 'content-type': 'application/x-www-form-urlencoded' } });
    assert.equal((await form.formData()).get('a'), '1');
  });

  it('can be read once, and cloned before', async () => {
    const response = made();
    const clone = response.clone();
    assert.equal(await response.text(), await clone.text());
    assert.equal(clone.headers.get('x-a'), '1');
    assert.ok(response.bodyUsed);
    await assert.rejects(response.text(), TypeError);
  });
});
