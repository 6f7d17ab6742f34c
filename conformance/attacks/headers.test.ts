/** Attacks by headers that a caller writes: what host this is, who is in front, where the call comes from, what method is meant. */
import assert from 'node:assert/strict';
import type { IncomingHttpHeaders } from 'node:http';
import { request as ask } from 'node:http';
import { after, describe, it } from 'node:test';
import { startAuthorizationServer } from '../authorization-server.ts';
import { authorizationUrl, getJson } from '../flow.ts';
import { UserAgent } from '../user-agent.ts';
import { sendForm, signedIn } from './signed-in.ts';

const server = await startAuthorizationServer({ people: ['ada', 'ben'] });
const behindProxy = await startAuthorizationServer({
  people: ['ada'],
  change: (config) => ({ ...config, trustedProxies: 1 }),
});
after(async () => {
  await server.close();
  await behindProxy.close();
});

interface Told {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** A request with headers that `fetch` would not let anybody write. */
const tell = (path: string, headers: Readonly<Record<string, string>>, method = 'GET'): Promise<Told> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(server.issuer);
    const sent = ask({ hostname, port, path, method, headers }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.once('end', () => {
        const text = Buffer.concat(pieces).toString('utf8');
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
      });
    });
    sent.once('error', reject);
    sent.end();
  });

const EVIL_HEADERS: readonly Readonly<Record<string, string>>[] = [
  { host: 'evil.example' },
  { host: 'evil.example:80' },
  { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https', 'x-forwarded-port': '443' },
  { forwarded: 'host=evil.example;proto=https;for=127.0.0.1' },
  { 'x-original-url': '/evil', 'x-rewrite-url': '/evil', 'x-original-host': 'evil.example' },
  { 'x-host': 'evil.example', 'x-forwarded-server': 'evil.example', origin: 'https://evil.example' },
  { referer: 'https://evil.example/', 'x-forwarded-prefix': '//evil.example' },
];

describe('host-header attacks', () => {
  const { pathname, search } = authorizationUrl(server);

  it('host-header attack: metadata, pages and redirects name the configured issuer, whatever host the caller writes', async () => {
    const { body: metadata } = await getJson(server.at('.well-known/openid-configuration'));
    const login = new UserAgent(server.issuer);
    const { url } = await login.open(authorizationUrl(server));
    const cookie = [...login.cookies].map((pair) => pair.join('=')).join('; ');
    for (const headers of EVIL_HEADERS) {
      const told = await tell('/.well-known/openid-configuration', headers);
      assert.deepEqual(JSON.parse(told.text), metadata);
      for (const path of [`${pathname}${search}`, '/oidc/logout', '/nowhere', `${url.pathname}${url.search}`]) {
        const { headers: answered, text } = await tell(path, { ...headers, cookie });
        assert.ok(!JSON.stringify(answered).includes('evil') && !text.includes('evil'), path);
        if (answered.location !== undefined) assert.match(answered.location, /^\/login\?interaction=int_[\w-]+$/);
      }
    }
  });

  it('host-header attack: hosts with paths, queries, spaces or nothing are refused before anything looks at them', async () => {
    for (const host of [
      'evil.example/authorize?',
      'evil.example#',
      'a b',
      'evil.example@x',
      '[::1',
      'evil.example\\',
    ]) {
      const { status, headers } = await tell(`${pathname}${search}`, { host });
      assert.deepEqual([status, headers.location, headers['set-cookie']], [400, undefined, undefined], host);
    }
  });

  it('proxy headers: no caller makes cookies less secure, or pretends https, by a header', async () => {
    const issuer = 'https://login.fabrikam.example/';
    const secure = await startAuthorizationServer({ change: (config) => ({ ...config, issuer }) });
    try {
      for (const headers of [
        {},
        { 'x-forwarded-proto': 'http' },
        { forwarded: 'proto=http' },
        { 'x-forwarded-ssl': 'off' },
      ]) {
        const response = await fetch(authorizationUrl(secure), { redirect: 'manual', headers });
        assert.match(response.headers.getSetCookie().join(), /^__Host-stile_browser=[\w-]{43}; .*; Secure$/);
        assert.match(response.headers.get('strict-transport-security') ?? '', /max-age=\d{8}/);
      }
    } finally {
      await secure.close();
    }
  });
});

describe('proxy-header spoofing', () => {
  const triesUntilLimited = async (
    target: typeof server,
    headersOf: (index: number) => Readonly<Record<string, string>>,
  ): Promise<number> => {
    const agent = new UserAgent(target.issuer);
    const login = await agent.open(authorizationUrl(target));
    for (let i = 0; i < 14; i += 1) {
      const send: UserAgent['send'] = (url, init) =>
        UserAgent.prototype.send.call(agent, url, { ...init, headers: headersOf(i) });
      const sender = Object.assign(new UserAgent(target.issuer), { send });
      const response = await sendForm(sender, login, { username: 'ada', password: 'wrong' });
      await response.body?.cancel();
      if (response.status === 429) return i;
    }
    return Number.POSITIVE_INFINITY;
  };

  it('X-Forwarded-For: without a proxy the header is nothing, so a new address each time does not multiply the tries', async () => {
    const tries = await triesUntilLimited(server, (i) => ({
      'x-forwarded-for': `198.51.100.${i}`,
      'x-real-ip': `198.51.100.${i}`,
      'true-client-ip': `198.51.100.${i}`,
      'cf-connecting-ip': `198.51.100.${i}`,
      forwarded: `for=198.51.100.${i}`,
    }));
    assert.equal(tries, 10);
  });

  it('X-Forwarded-For: behind one proxy only what that proxy wrote counts, whatever the caller put in front of it', async () => {
    const tries = await triesUntilLimited(behindProxy, (i) => ({
      'x-forwarded-for': `198.51.100.${i}, 10.0.0.${i}, 203.0.113.5`,
    }));
    assert.equal(tries, 10);
    const rubbish = ['unknown', '_hidden', '"203.0.113.5"', '203.0.113.5;', '<script>', '', ' , , '];
    behindProxy.advance(86_400);
    // What is no address counts as the address of the proxy itself: one bucket, not many.
    assert.equal(
      await triesUntilLimited(behindProxy, (i) => ({ 'x-forwarded-for': rubbish[i % rubbish.length] ?? '' })),
      10,
    );
  });
});

describe('other headers', () => {
  it('method override: a header or a field does not turn a reading request into a writing one', async () => {
    const agent = await signedIn(server, 'ben');
    const cookie = [...agent.cookies].map((pair) => pair.join('=')).join('; ');
    const override = { 'x-http-method-override': 'POST', 'x-method-override': 'POST', 'x-http-method': 'POST', cookie };
    const { status } = await tell('/oauth/token?grant_type=client_credentials&_method=POST', override);
    assert.equal(status, 405);
    const logout = await tell('/oidc/logout?confirm=1&_method=POST', override);
    assert.equal(logout.status, 403);
    for (const method of ['TRACE', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND']) {
      const told = await tell('/login', { cookie }, method);
      assert.deepEqual([told.status, told.text], [405, '']);
      assert.ok(!JSON.stringify(told.headers).includes('stile_session'));
    }
  });

  it('cross-origin reading: origins that only look registered, null and our own are told nothing, and never with cookies', async () => {
    const registered = 'https://spa.fabrikam.example';
    const open = await startAuthorizationServer({
      change: (config) => {
        const [web, ...others] = config.clients ?? [];
        return { ...config, clients: [...(web ? [{ ...web, webOrigins: [registered] }] : []), ...others] };
      },
    });
    try {
      const allowed = async (path: string, origin: string): Promise<readonly (string | null)[]> => {
        const { headers } = await fetch(open.at(path), { headers: { origin }, redirect: 'manual' });
        return [headers.get('access-control-allow-origin'), headers.get('access-control-allow-credentials')];
      };
      assert.deepEqual(await allowed('userinfo', registered), [registered, null]);
      for (const origin of [
        'null',
        'https://evil.example',
        `${registered}.evil.example`,
        `${registered}:8443`,
        'http://spa.fabrikam.example',
        'https://evilspa.fabrikam.example',
        'https://SPA.fabrikam.example',
        `${registered}/`,
        '*',
        '__proto__',
      ]) {
        assert.deepEqual(await allowed('userinfo', origin), [null, null], origin);
        for (const path of ['authorize', 'login', 'oidc/logout', 'oauth/introspect', 'oauth/consume', '']) {
          assert.deepEqual(await allowed(path, registered), [null, null], path);
        }
      }
    } finally {
      await open.close();
    }
  });
});
