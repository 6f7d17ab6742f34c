import assert from 'node:assert/strict';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { it } from 'node:test';
import fc from 'fast-check';
import { enough, fuzzAsync } from '../../../tools/fuzz/fuzz.ts';
import { garbage, nearly } from '../../../tools/fuzz/hostile-text.ts';
import { toNodeHandler } from './node.ts';

interface Line {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly (readonly [string, string])[];
}

/** What a handler sees of a request, and with what status it was answered. */
const served = ({
  method,
  target,
  headers,
}: Line): Promise<{ readonly status: number; readonly seen: Request | undefined }> => {
  const incoming = new IncomingMessage(new Socket());
  Object.assign(incoming, { method, url: target, rawHeaders: headers.flat() });
  const host = headers.find(([name]) => name.toLowerCase() === 'host')?.[1];
  if (host !== undefined) incoming.headers.host = host;
  incoming.push(null);
  const outgoing = new ServerResponse(incoming);
  let seen: Request | undefined;
  return new Promise((resolve, reject) => {
    Object.assign(outgoing, { end: () => resolve({ status: outgoing.statusCode, seen }) });
    toNodeHandler((request) => {
      seen = request;
      return new Response(null, { status: 204 });
    }, reject)(incoming, outgoing);
  });
};

it('whatever came over the wire, a handler sees a request of that path, or none and the answer is 400', async () => {
  const line = fc.record({
    method: nearly(fc.constantFrom('GET', 'POST', 'TRACE', 'CONNECT')),
    target: nearly(fc.constantFrom('/accounts?a=b', 'http://evil.example/accounts', '//evil.example/', '*')),
    headers: fc.array(
      fc.tuple(fc.constantFrom('Host', 'Authorization', 'X'), fc.oneof(nearly(fc.constant('api.example')), garbage)),
      { maxLength: 3 },
    ),
  });
  let passed = 0;
  await fuzzAsync(
    fc.asyncProperty(line, async (sent) => {
      const { status, seen } = await served(sent);
      assert.equal(status, seen ? 204 : 400);
      if (!seen) return;
      passed += 1;
      // What is before the path is the caller's word; it must not have become a part of the path, nor the path a host.
      if (sent.target.startsWith('/')) {
        const { pathname, search, hash } = new URL(`http://x${sent.target}`);
        const url = new URL(seen.url);
        assert.deepEqual([url.pathname, url.search, url.hash], [pathname, search, hash]);
      }
    }),
  );
  enough(passed, 500, 'were passed on');
});
