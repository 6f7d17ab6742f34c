/** What goes over a connection that is no honest HTTP: two requests that a proxy would take for one, and callers who hang up. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { faultsOf } from './verdict.ts';
import { authorization } from './visitor.ts';
import type { Answer } from './wire.ts';
import { converse } from './wire.ts';
import type { World } from './world.ts';
import { startWorld } from './world.ts';

let world: World;
before(async () => {
  world = await startWorld();
});
after(() => world.close());

const FORM = 'Host: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n';
/** What a smuggler hides in the body of another request: were it answered, it would be by 404 at this very path. */
const HIDDEN = 'GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n';

const say = (text: string): Promise<readonly Answer[]> =>
  converse(world.port, Buffer.from(text, 'latin1'), { end: true });

const post = (headers: string, body: string): string => `POST /oauth/token HTTP/1.1\r\n${FORM}${headers}\r\n${body}`;

const alive = async (): Promise<void> => {
  const [answer] = await say('GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  assert.equal(answer?.status, 200);
};

/** Requests whose length is told in two ways, or in none. */
const AMBIGUOUS: Readonly<Record<string, string>> = {
  'a length and chunks': post('Content-Length: 6\r\nTransfer-Encoding: chunked\r\n', `0\r\n\r\n${HIDDEN}`),
  'chunks and a length': post('Transfer-Encoding: chunked\r\nContent-Length: 60\r\n', `0\r\n\r\n${HIDDEN}`),
  'two lengths': post(`Content-Length: 0\r\nContent-Length: ${HIDDEN.length}\r\n`, HIDDEN),
  'a list of lengths': post(`Content-Length: 0, ${HIDDEN.length}\r\n`, HIDDEN),
  'a length with a sign': post('Content-Length: +1\r\n', `a${HIDDEN}`),
  'a length in hexadecimal': post('Content-Length: 0x1\r\n', `a${HIDDEN}`),
  'a length below zero': post('Content-Length: -1\r\n', HIDDEN),
  'a length beyond all bounds': post(`Content-Length: ${'9'.repeat(40)}\r\n`, HIDDEN),
  'a length that wraps around': post('Content-Length: 18446744073709551616\r\n', HIDDEN),
  'a length that is a word': post('Content-Length: ten\r\n', HIDDEN),
  'a space before the colon': post('Content-Length : 0\r\n', HIDDEN),
  'a length on a folded line': post('Content-Length:\r\n 0\r\n', HIDDEN),
  'an unknown coding': post('Transfer-Encoding: xchunked\r\n', HIDDEN),
  'chunked in disguise': post('Transfer-Encoding: \x0bchunked\r\n', `0\r\n\r\n${HIDDEN}`),
  'chunked, but not last': post('Transfer-Encoding: chunked, identity\r\n', `0\r\n\r\n${HIDDEN}`),
  'two hosts': `GET /smuggled HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n`,
  'a chunk longer than it says': post('Transfer-Encoding: chunked\r\n', `1\r\nabc\r\n0\r\n\r\n${HIDDEN}`),
  'a chunk of no size': post('Transfer-Encoding: chunked\r\n', `\r\n0\r\n\r\n${HIDDEN}`),
  'a chunk below zero': post('Transfer-Encoding: chunked\r\n', `-1\r\na\r\n0\r\n\r\n${HIDDEN}`),
  'a chunk beyond all bounds': post('Transfer-Encoding: chunked\r\n', `fffffffffffffffff\r\na\r\n${HIDDEN}`),
  'an endless extension of a chunk': post('Transfer-Encoding: chunked\r\n', `1;${'a'.repeat(70_000)}\r\na\r\n`),
  'line feeds alone': 'GET /healthz HTTP/1.1\nHost: localhost\n\n',
  'carriage returns alone': 'GET /healthz HTTP/1.1\rHost: localhost\r\r',
  'a NUL in a header': 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: a\0b\r\n\r\n',
  'no host': 'GET /healthz HTTP/1.1\r\n\r\n',
  'a header without a name': 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n: x\r\n\r\n',
  'a header without a colon': 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nX\r\n\r\n',
  'nothing but line breaks': '\r\n\r\n\r\n\r\n',
  'the preface of HTTP/2': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'the greeting of TLS': '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  'bytes without meaning': Array.from({ length: 2000 }, (_, i) => String.fromCharCode((i * 7919) % 256)).join(''),
};

describe('a request whose end is in doubt', () => {
  for (const [what, text] of Object.entries(AMBIGUOUS)) {
    it(`${what}: nothing hidden in it is answered`, async () => {
      const answers = await say(text);
      assert.deepEqual(
        answers.flatMap((answer) => faultsOf(answer)),
        [],
      );
      // A request of its own would be the second answer, and not found.
      assert.ok(!answers.some(({ status }) => status === 404), answers.map(({ head }) => head).join('\n'));
      assert.ok(answers.length <= 1, answers.map(({ head }) => head).join('\n'));
      await alive();
    });
  }
});

it('chunks, with an extension and with trailers, are read as one body', async () => {
  const body = 'grant_type=client_credentials';
  const chunked = `${body.length.toString(16)};a=b;c="d"\r\n${body}\r\n0\r\nX-Trailer: x\r\n\r\n`;
  const [answer] = await say(post('Transfer-Encoding: chunked\r\nConnection: close\r\n', chunked));
  assert.equal(answer?.status, 401);
  assert.deepEqual(answer && faultsOf(answer), []);
});

it('a body that never ends is given up', async () => {
  const chunk = `10000\r\n${'a'.repeat(65_536)}\r\n`;
  const many = Array.from({ length: 40 }, () => Buffer.from(chunk));
  const answers = await converse(world.port, [
    Buffer.from(post('Transfer-Encoding: chunked\r\nConnection: close\r\n', '')),
    ...many,
    Buffer.from('0\r\n\r\n'),
  ]);
  for (const answer of answers) assert.deepEqual([answer.status, faultsOf(answer)], [400, []]);
  await alive();
});

it('requests in a row on one connection are answered in their order', async () => {
  const get = (path: string, more = ''): string => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`;
  const answers = await say(get('/healthz') + get('/nothing') + get('/authorize', 'Connection: close\r\n'));
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 404, 400],
  );
  assert.deepEqual(
    answers.flatMap((answer) => faultsOf(answer)),
    [],
  );
});

describe('a caller who hangs up', () => {
  const query = new URLSearchParams(authorization());
  const HALVES: Readonly<Record<string, string>> = {
    'before a word': '',
    'in the request line': 'GET /auth',
    'in the headers': 'GET /authorize HTTP/1.1\r\nHost: loc',
    'before the body': post('Content-Length: 100\r\n', ''),
    'in the body': post('Content-Length: 100\r\n', 'grant_type='),
    'in a chunk': post('Transfer-Encoding: chunked\r\n', '10\r\nabc'),
    'before the answer': `GET /authorize?${query} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
    'before the answer to a form': post('Content-Length: 29\r\n', 'grant_type=client_credentials'),
    'after half of what it said it would send': `POST /authorize HTTP/1.1\r\n${FORM}Content-Length: 60000\r\n\r\n${'a'.repeat(30_000)}`,
  };
  for (const [when, text] of Object.entries(HALVES)) {
    it(`${when}: disturbs nobody`, async () => {
      for (const end of ['destroy', 'resetAndDestroy', 'end'] as const) {
        const socket = connect({ host: 'localhost', port: world.port });
        socket.on('error', () => undefined);
        await once(socket, 'connect');
        socket.resume();
        socket.write(text);
        await pause(2);
        socket[end]();
        await Promise.race([once(socket, 'close'), pause(20)]);
        socket.destroy();
      }
      await alive();
    });
  }
});

it('none of it was a failure of the server', () => {
  assert.deepEqual(world.failures(), []);
});
