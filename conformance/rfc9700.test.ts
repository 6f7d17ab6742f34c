/** RFC 9700, Best Current Practice for OAuth 2.0 Security, where no file of another standard says it already. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { startAuthorizationServer } from './authorization-server.ts';
import { answerIn, authorizationUrl, getJson } from './flow.ts';
import type { Page } from './user-agent.ts';
import { formAction, hiddenFields, UserAgent } from './user-agent.ts';

const server = await startAuthorizationServer({ people: ['ada', 'ben'] });
after(() => server.close());

const NATIVE = { client_id: 'native', audience: undefined, scope: 'openid' } as const;

const openAt = (redirect_uri: string): Promise<Page> =>
  new UserAgent(server.issuer).open(authorizationUrl(server, { ...NATIVE, redirect_uri }));

describe('RFC 9700, section 2.1: redirects', () => {
  it('a native application may listen on any port of the loopback address, and of nothing else', async () => {
    for (const port of ['', ':1', ':51004', ':65535']) {
      assert.equal((await openAt(`http://127.0.0.1${port}/callback`)).url.pathname, '/login');
    }
    for (const uri of [
      'http://localhost:51004/callback',
      'http://127.0.0.2:51004/callback',
      'http://[::1]:51004/callback',
      'https://127.0.0.1:51004/callback',
      'http://127.0.0.1:51004/callback/',
      'http://127.0.0.1:51004/callback?more',
      'http://127.0.0.1:51004@evil.example/callback',
      'http://127.0.0.1.evil.example/callback',
    ]) {
      assert.equal((await openAt(uri)).status, 400, uri);
    }
  });

  it('4.12: after a password has been posted the redirect is 303, so that no browser posts it on', async () => {
    const agent = new UserAgent(server.issuer);
    const { username, password } = server.person('ada');
    const login = await agent.open(authorizationUrl(server));
    const response = await agent.send(new URL(formAction(login), login.url), {
      method: 'POST',
      body: new URLSearchParams({ ...hiddenFields(login), username, password }),
    });
    assert.equal(response.status, 303);
    assert.equal((await agent.send(response.headers.get('location') ?? '')).status, 303);
  });
});

describe('RFC 9700, section 2: what is not spoken', () => {
  it('2.1.2, 2.4: no implicit grant, no password grant', async () => {
    const { body } = await getJson(server.at('.well-known/oauth-authorization-server'));
    assert.deepEqual(body.response_types_supported, ['code']);
    assert.ok(!JSON.stringify(body.grant_types_supported).includes('password'));
    for (const response_type of ['token', 'id_token token', 'code token']) {
      const page = await new UserAgent(server.issuer).open(authorizationUrl(server, { response_type }));
      assert.equal(answerIn(page).error, 'unsupported_response_type');
    }
  });
});

describe('RFC 9700, section 4: pages', () => {
  it('4.2.4, 4.16: are kept by nobody, framed by nobody, and tell no other site where somebody comes from', async () => {
    const { headers } = (await new UserAgent(server.issuer).open(authorizationUrl(server))).response;
    assert.equal(headers.get('cache-control'), 'no-store');
    assert.equal(headers.get('referrer-policy'), 'no-referrer');
    assert.equal(headers.get('x-frame-options'), 'DENY');
    const policy = headers.get('content-security-policy') ?? '';
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /frame-ancestors 'none'/);
    assert.match(policy, /base-uri 'none'/);
  });

  it('2.6: no script of another origin may read the authorization endpoint', async () => {
    const origin = 'https://app.fabrikam.example';
    const response = await fetch(authorizationUrl(server), { headers: { origin }, redirect: 'manual' });
    await response.body?.cancel();
    assert.equal(response.headers.get('access-control-allow-origin'), null);
  });

  it('4.17: a message goes to the origin of the registered redirect URI alone, and only that origin may frame it', async () => {
    const asked = { response_mode: 'web_message', prompt: 'none' };
    const page = await new UserAgent(server.issuer).open(authorizationUrl(server, asked));
    assert.match(page.html, /data-target-origin="https:\/\/app\.fabrikam\.example"/);
    assert.match(
      page.response.headers.get('content-security-policy') ?? '',
      /frame-ancestors https:\/\/app\.fabrikam\.example$/,
    );
  });

  it('a form that another site made is refused, though the browser sends its cookies along', async () => {
    const agent = new UserAgent(server.issuer);
    const { username, password } = server.person('ben');
    const login = await agent.open(authorizationUrl(server));
    for (const csrf of [{}, { csrf: 'guess' }]) {
      const body = new URLSearchParams({ username, password, ...csrf });
      const response = await agent.send(new URL(formAction(login), login.url), { method: 'POST', body });
      assert.equal(response.status, 403);
      assert.ok(!response.headers.getSetCookie().some((cookie) => cookie.startsWith('stile_session=')));
    }
  });

  it('a link to somebody’s unfinished request is of no use in another browser', async () => {
    const { url } = await new UserAgent(server.issuer).open(authorizationUrl(server));
    const stranger = new UserAgent(server.issuer);
    assert.equal((await stranger.open(url)).status, 400);
    await stranger.authorize(authorizationUrl(server), server.person('ben'));
    assert.equal((await stranger.open(url)).status, 400);
  });
});
