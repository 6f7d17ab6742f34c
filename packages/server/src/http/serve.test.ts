/** What holds for every route: methods, unknown paths, failures, headers, who may read an answer from another origin. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseJsonObject } from '@stile/core';
import { formPost, TestBrowser } from '../testing/browser.ts';
import { authorizeUrl, signInAndStepUp } from '../testing/flow.ts';
import type { TestServer } from '../testing/test-server.ts';
import { testServer } from '../testing/test-server.ts';

const PAGES = ['/authorize', '/login', '/challenge', '/enrol', '/consent', '/select-account', '/oidc/logout', '/'];
const BOTH = PAGES.filter((path) => path !== '/').concat('/userinfo');
const GET_ONLY = [
  '/',
  '/v2/logout',
  '/healthz',
  '/readyz',
  '/.well-known/jwks.json',
  '/.well-known/openid-configuration',
];
const POST_ONLY = ['/oauth/token', '/oauth/revoke', '/oauth/introspect', '/oauth/consume'];
const APPLICATIONS = ['/oauth/token', '/oauth/revoke', '/userinfo'];
const ANYONE = [
  '/.well-known/jwks.json',
  '/.well-known/openid-configuration',
  '/.well-known/oauth-authorization-server',
];

const BANK = 'https://bank.fabrikam.example';

test('a method that a path does not have is told which it has', async (t) => {
  const server = await testServer(t);
  const expectations = [
    ...BOTH.map((path) => [path, 'GET, POST', ['PUT', 'DELETE', 'PATCH']] as const),
    ...GET_ONLY.map((path) => [path, 'GET', ['POST', 'PUT', 'DELETE']] as const),
    ...POST_ONLY.map((path) => [path, 'POST', ['GET', 'HEAD', 'PUT', 'DELETE']] as const),
  ];
  for (const [path, allow, methods] of expectations) {
    for (const method of methods) {
      const response = await server.send(path, { method });
      assert.deepEqual([response.status, response.headers.get('allow')], [405, allow], `${method} ${path}`);
    }
  }
});

test('HEAD answers as GET does, without the body', async (t) => {
  const server = await testServer(t);
  for (const path of ['/', '/healthz', '/.well-known/jwks.json', authorizeUrl({ client_id: 'nobody' })]) {
    const [head, get] = [await server.send(path, { method: 'HEAD' }), await server.send(path)];
    assert.equal(head.status, get.status);
    assert.equal(await head.text(), '');
    for (const name of ['content-type', 'cache-control', 'content-security-policy']) {
      assert.equal(head.headers.get(name), get.headers.get(name));
    }
  }
});

for (const path of [
  '/nothing',
  '/authorize/',
  '/AUTHORIZE',
  '//authorize',
  '/%61uthorize',
  '/login/../authorize/x',
  '/oauth',
  '/oauth/token/',
  '/.well-known/nothing',
  '/assets',
  '/assets/',
  '/assets/../main.ts',
  '/assets/%2e%2e/main.ts',
  '/.env',
  '/data/stile.db',
]) {
  test(`there is nothing at ${path}, whatever the method`, async (t) => {
    const server = await testServer(t);
    for (const method of ['GET', 'POST']) {
      const response = await server.send(`https://login.fabrikam.example${path}`, { method });
      assert.ok(response.status === 404 || response.status === 405, `${response.status}`);
    }
  });
}

test('an unknown path is a page for people and an empty answer for machines', async (t) => {
  const server = await testServer(t);
  assert.match(await (await server.send('/nothing')).text(), /There is no such page/);
  assert.equal(await (await server.send('/oauth/nothing')).text(), '');
});

const headersOf = (response: Response): Readonly<Record<string, string>> => Object.fromEntries(response.headers);

test('every page is framed by nobody, runs nothing of anybody else, and is kept by nobody', async (t) => {
  const server = await testServer(t);
  const browser = new TestBrowser(server);
  const login = await browser.go(authorizeUrl());
  const challenge = await browser.signIn(await browser.go(authorizeUrl({ acr_values: 'mfa' })));
  const problem = await browser.go('/nothing');
  for (const { response } of [login, challenge, problem]) {
    const headers = headersOf(response);
    const csp = headers['content-security-policy'] ?? '';
    for (const part of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"]) {
      assert.ok(csp.includes(part), part);
    }
    assert.doesNotMatch(csp, /unsafe|\*|https?:/);
    assert.equal(headers['x-frame-options'], 'DENY');
    assert.equal(headers['cache-control'], 'no-store');
    assert.equal(headers['referrer-policy'], 'no-referrer');
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['strict-transport-security'], 'max-age=31536000');
    assert.equal(headers['access-control-allow-origin'], undefined);
    assert.match(headers['x-request-id'] ?? '', /^req_/);
  }
});

test('redirects after a form are 303, so that nothing posted is posted again', async (t) => {
  const server = await testServer(t);
  const browser = new TestBrowser(server);
  const login = await browser.go(authorizeUrl());
  const csrf = /name="csrf" value="([^"]+)"/.exec(login.html)?.[1] ?? '';
  const response = await browser.send(
    login.url,
    formPost({ csrf, username: 'robin', password: 'correct horse battery staple' }),
  );
  assert.equal(response.status, 303);
  assert.equal(response.headers.get('cache-control'), 'no-store');
});

const corsOf = async (server: TestServer, path: string, origin: string, method = 'GET') =>
  headersOf(await server.send(path, { method, headers: { origin } }));

test('scripts of registered applications may read what applications need, and never with cookies', async (t) => {
  const server = await testServer(t);
  for (const path of APPLICATIONS) {
    const headers = await corsOf(server, path, BANK, 'POST');
    assert.equal(headers['access-control-allow-origin'], BANK, path);
    assert.match(headers['access-control-expose-headers'] ?? '', /WWW-Authenticate/);
    assert.match(headers.vary ?? '', /Origin/);
    assert.equal(headers['access-control-allow-credentials'], undefined);
    for (const origin of [
      'https://evil.example',
      'null',
      `${BANK}.evil.example`,
      'https://intranet.fabrikam.example',
      '',
    ]) {
      const refused = await corsOf(server, path, origin, 'POST');
      assert.equal(refused['access-control-allow-origin'], undefined, `${path} ${origin}`);
      assert.match(refused.vary ?? '', /Origin/);
    }
  }
});

test('public documents may be read by anyone, pages and the APIs’ own endpoints by no script of another origin', async (t) => {
  const server = await testServer(t);
  for (const path of ANYONE) {
    assert.equal((await corsOf(server, path, 'https://any.example'))['access-control-allow-origin'], '*');
  }
  for (const path of [...PAGES, '/oauth/introspect', '/oauth/consume', '/healthz', '/nothing']) {
    for (const method of ['GET', 'POST']) {
      const headers = await corsOf(server, path, BANK, method);
      assert.equal(headers['access-control-allow-origin'], undefined, path);
      assert.notEqual(headers['cross-origin-resource-policy'], 'cross-origin');
    }
  }
});

test('a preflight says which methods and headers an application may use', async (t) => {
  const server = await testServer(t);
  const ask = (path: string, origin: string) =>
    server.send(path, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,auth0-client',
      },
    });
  for (const path of APPLICATIONS) {
    const response = await ask(path, BANK);
    assert.equal(response.status, 204);
    assert.equal(response.headers.get('access-control-allow-origin'), BANK);
    assert.match(response.headers.get('access-control-allow-methods') ?? '', /POST/);
    assert.match(response.headers.get('access-control-allow-headers') ?? '', /Authorization.*Auth0-Client/);
    assert.equal((await ask(path, 'https://evil.example')).headers.get('access-control-allow-origin'), null);
  }
  for (const path of ['/authorize', '/login', '/oauth/introspect', '/oauth/consume']) {
    const response = await ask(path, BANK);
    assert.deepEqual([response.status, response.headers.get('access-control-allow-origin')], [405, null]);
  }
});

test('a refusal can be read by the application as well as a success', async (t) => {
  const server = await testServer(t);
  const response = await server.send('/oauth/token', formPost({ client_id: 'nobody' }, { origin: BANK }));
  assert.deepEqual([response.status, response.headers.get('access-control-allow-origin')], [401, BANK]);
});

test('T16: a failure anywhere is a page for people and JSON for machines, with a number that is in the log', async (t) => {
  const server = await testServer(t, undefined, (store) => ({
    ...store,
    interactions: { ...store.interactions, find: () => Promise.reject(new Error('the disk is gone')) },
    grants: { ...store.grants, findRefreshToken: () => Promise.reject(new Error('the disk is gone')) },
  }));
  const page = await server.send('/login?interaction=int_x');
  assert.equal(page.status, 500);
  const number = page.headers.get('x-request-id') ?? 'none';
  const html = await page.text();
  assert.ok(html.includes(number));
  assert.doesNotMatch(html, /disk/);
  const secret = { client_id: 'web', client_secret: 'secret-of-the-web-client-for-tests', token: 'x' };
  const json = await server.send('/oauth/revoke', formPost(secret));
  assert.equal(json.status, 500);
  assert.deepEqual(parseJsonObject(await json.text())?.error, 'server_error');
  for (const id of [number, json.headers.get('x-request-id') ?? 'none']) {
    assert.ok(server.logged.some((line) => line.includes(id) && line.includes('the disk is gone')));
  }
});

test('each request is one line in the log, with its path and no query', async (t) => {
  const server = await testServer(t);
  await signInAndStepUp(server);
  const lines = server.logged.map((line) => parseJsonObject(line)).filter((line) => line?.msg === 'request');
  assert.ok(lines.some((line) => line?.path === '/authorize' && line.status === 303 && line.method === 'GET'));
  assert.doesNotMatch(server.logged.join(''), /interaction=|state-1|code_challenge/);
});

test('the server is ready when its store is, and lives in any case', async (t) => {
  let broken = false;
  const server = await testServer(t, undefined, (store) => ({
    ...store,
    check: () => (broken ? Promise.reject(new Error('full')) : store.check()),
  }));
  const statuses = async () => [(await server.send('/healthz')).status, (await server.send('/readyz')).status];
  assert.deepEqual(await statuses(), [200, 200]);
  broken = true;
  assert.deepEqual(await statuses(), [200, 503]);
});

test('assets may be kept for ever, and are not sent to whoever has them', async (t) => {
  const server = await testServer(t);
  const { html } = await new TestBrowser(server).go(authorizeUrl());
  const addresses = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, address = '']) => address);
  assert.ok(addresses.length >= 3);
  for (const address of addresses) {
    const response = await server.send(address);
    assert.equal(response.status, 200);
    assert.match(response.headers.get('cache-control') ?? '', /immutable/);
    assert.match(response.headers.get('content-type') ?? '', /^(text\/css|text\/javascript|image\/svg\+xml)/);
    const etag = response.headers.get('etag') ?? '';
    assert.equal((await server.send(address, { headers: { 'if-none-match': etag } })).status, 304);
    for (const otherVersion of [`${address}x`, address.split('?', 1)[0] ?? '']) {
      assert.equal((await server.send(otherVersion)).headers.get('cache-control'), 'public, no-cache');
    }
    assert.equal((await server.send(address.replace('?', 'x?'))).status, 404);
  }
});

test('the front page says who is signed in here, and to nobody else', async (t) => {
  const server = await testServer(t);
  const { browser } = await signInAndStepUp(server);
  assert.match((await browser.go('/')).html, /robin/);
  assert.doesNotMatch((await new TestBrowser(server).go('/')).html, /robin/);
});
