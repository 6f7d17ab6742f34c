/** Attacks on the connections and the bodies that a server takes: slow ones, unfinished ones, many, and bodies that swell. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { after, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { startAuthorizationServer } from '../authorization-server.ts';
import { NIGHTLY_SECRET, REPORTS } from '../fabrikam.ts';
import { answerIn, authorizationUrl, basic, tokensFor } from '../flow.ts';
import { UserAgent } from '../user-agent.ts';

const server = await startAuthorizationServer({ people: ['ada'] });
after(() => server.close());

const { hostname, port, host } = new URL(server.issuer);
const DRIP_MILLISECONDS = 500;
const EACH = 30;

interface Slow {
  readonly socket: Socket;
  /** Settled when the server has hung up: with what it said before. */
  readonly cut: Promise<string>;
}

/** Says something, and then a byte every now and then, for as long as the server listens. */
const drip = (first: string, next: string): Slow => {
  const socket = connect({ host: hostname, port: Number(port) });
  const heard: string[] = [];
  socket.on('data', (piece) => heard.push(String(piece)));
  socket.on('error', () => socket.destroy());
  if (first !== '') socket.write(first);
  const timer = setInterval(() => (socket.writable && next !== '' ? socket.write(next) : undefined), DRIP_MILLISECONDS);
  const cut = once(socket, 'close').then(() => {
    clearInterval(timer);
    return heard.join('');
  });
  return { socket, cut };
};

const headers = `POST /oauth/token HTTP/1.1\r\nHost: ${host}\r\n`;
const form = 'Content-Type: application/x-www-form-urlencoded\r\n';

/** What each kind of slow caller does first, and then again and again. */
const KINDS = {
  'headers that never end': [headers, 'X: y\r\n'],
  'a request line that never ends': ['GET /authorize?', 'a'],
  'nothing at all': ['', ''],
  'a body that comes byte by byte': [`${headers}${form}Content-Length: 60000\r\n\r\ngrant_type=`, 'a'],
  'a body in chunks without an end': [`${headers}${form}Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n`, '1\r\nb\r\n'],
} as const;

/** They begin together and first of all, so that what takes long takes long once, beside everything else. */
const slow = new Map(
  Object.entries(KINDS).map(([kind, [first, next]]) => [kind, Array.from({ length: EACH }, () => drip(first, next))]),
);
after(() => {
  for (const { socket } of [...slow.values()].flat()) socket.destroy();
});

describe('slow loris', () => {
  it('slow loris: a hundred and fifty callers who never finish take nothing from the others', async () => {
    assert.ok([...slow.values()].flat().every(({ socket }) => !socket.destroyed));
    assert.ok((await tokensFor(server, 'ada')).access_token);
    assert.equal((await fetch(server.at('readyz'))).status, 200);
  });
});

describe('bodies that swell', () => {
  const post = async (body: Uint8Array | string, type: string, more: Readonly<Record<string, string>> = {}) => {
    const credentials = basic('nightly', NIGHTLY_SECRET);
    const response = await fetch(server.at('oauth/token'), {
      method: 'POST',
      body: typeof body === 'string' ? body : Buffer.from(body),
      headers: { 'content-type': type, ...credentials, ...more },
    });
    return { status: response.status, text: await response.text() };
  };

  it('compression bombs: a compressed body is never unpacked, whatever it says it is', async () => {
    const fields = `grant_type=client_credentials&audience=${encodeURIComponent(REPORTS)}`;
    const type = 'application/x-www-form-urlencoded';
    assert.equal((await post(fields, type)).status, 200);
    const bomb = gzipSync(Buffer.alloc(40 * 1024 * 1024, 'a'));
    assert.ok(bomb.length < 65_536);
    const before = process.memoryUsage().external;
    for (const encoding of ['gzip', 'x-gzip', 'deflate', 'br', 'zstd', 'identity']) {
      assert.notEqual((await post(bomb, type, { 'content-encoding': encoding })).status, 200, encoding);
      assert.notEqual((await post(gzipSync(fields), type, { 'content-encoding': encoding })).status, 200, encoding);
    }
    assert.ok(process.memoryUsage().external - before < 20 * 1024 * 1024);
  });

  it('JSON bombs: deep nesting, huge numbers, many members and doubled ones are refused, and quickly forgotten', async () => {
    const bodies = [
      `${'['.repeat(30_000)}${']'.repeat(30_000)}`,
      `${'{"a":'.repeat(9000)}1${'}'.repeat(9000)}`,
      `{"grant_type":${'9'.repeat(60_000)}}`,
      '{"grant_type":1e308,"client_id":1e400}',
      `{${Array.from({ length: 7000 }, (_, i) => `"${i}":""`).join(',')}}`,
      '{"grant_type":["client_credentials"]}',
      '{"grant_type":{"toString":"client_credentials"}}',
      '{"grant_type":"client_credentials","grant_type":null}',
      `{"grant_type":"${'\\u0061'.repeat(10_000)}"}`,
      '\uFEFF{}',
      '[]',
      'null',
    ];
    for (const body of bodies) {
      const { status, text } = await post(body, 'application/json');
      assert.equal(status, 400, body.slice(0, 40));
      assert.ok(text.length < 500);
    }
  });

  it('parameter bombs: thousands of parameters, scopes, levels and languages in one request cost no more than an answer', async () => {
    const words = (count: number): string => Array.from({ length: count }, (_, i) => `w${i}`).join(' ');
    const agent = new UserAgent(server.issuer);
    for (const changes of [
      { scope: `openid ${words(1500)}` },
      { acr_values: words(1500) },
      { ui_locales: words(1500) },
      { prompt: words(1500) },
      { claims: `{"id_token":{"acr":{"values":[${Array.from({ length: 1000 }, (_, i) => `"${i}"`).join(',')}]}}}` },
      { claims: `{"id_token":${'{"a":'.repeat(1000)}1${'}'.repeat(1000)}}` },
      { resource: Array.from({ length: 150 }, (_, i) => `https://api.example/${i}`) },
      { state: 's'.repeat(8000) },
    ]) {
      const body = authorizationUrl(server, { ...changes, prompt: changes.prompt ?? 'none' }).searchParams;
      const page = await agent.open('/authorize', { method: 'POST', body });
      assert.ok(page.status === 303 || page.status === 400);
      assert.notEqual(answerIn(page).error, 'server_error');
      assert.equal(answerIn(page).code, undefined);
    }
    const languages = Array.from({ length: 800 }, (_, i) => `x${i};q=0.${i}`).join(',');
    const page = await agent.open('/nowhere', { headers: { 'accept-language': languages } });
    assert.equal(page.status, 404);
  });

  it('bodies beyond all measure are given up at every endpoint, and the server goes on', async () => {
    const huge = 'a'.repeat(5 * 1024 * 1024);
    const init = { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' } };
    for (const path of ['oauth/token', 'authorize', 'oauth/introspect', 'oidc/logout']) {
      const response = await fetch(server.at(path), { ...init, body: huge }).catch(() => undefined);
      assert.ok(response === undefined || response.status === 400 || response.status === 413, path);
    }
    assert.equal((await fetch(server.at('healthz'))).status, 200);
  });
});

describe('slow loris, in the end', () => {
  for (const kind of Object.keys(KINDS)) {
    it(`slow loris: callers who send ${kind} are cut off, every one`, { timeout: 20_000 }, async () => {
      const said = await Promise.all((slow.get(kind) ?? []).map(({ cut }) => cut));
      assert.equal(said.length, EACH);
      for (const answer of said) assert.match(answer, /^($|HTTP\/1\.1 (408|400) )/);
    });
  }
});
