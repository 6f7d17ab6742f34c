/** Attacks on where a browser is sent: to places of the attacker, to schemes that run code, with headers smuggled in. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { ConfigInput } from '@stile/server';
import { ConfigError } from '@stile/server';
import { startAuthorizationServer } from '../authorization-server.ts';
import { CALLBACK, SIGNED_OUT } from '../fabrikam.ts';
import { answerIn, authorizationUrl, authorized, tokensFor } from '../flow.ts';
import type { Page } from '../user-agent.ts';
import { UserAgent } from '../user-agent.ts';

const server = await startAuthorizationServer({ people: ['ada'] });
after(() => server.close());

const home = new URL(server.issuer).origin;

/** What a loose comparison would take for the registered address. */
const disguises = (registered: string): readonly string[] => {
  const { host, pathname } = new URL(registered);
  return [
    'https://evil.example/callback',
    '//evil.example',
    '/\\evil.example',
    `https://evil.example/?${registered}`,
    `https://evil.example/#${registered}`,
    `https://${host}.evil.example${pathname}`,
    `https://evil.example@${host}${pathname}`,
    `https://${host}@evil.example${pathname}`,
    `https://${host}\\@evil.example${pathname}`,
    `https://${host}:8443${pathname}`,
    `http://${host}${pathname}`,
    `HTTPS://${host}${pathname}`,
    `https://${host.toUpperCase()}${pathname}`,
    `https://${host}.${pathname}`,
    `${registered}/`,
    `${registered}/../evil`,
    `${registered}%2f..%2fevil`,
    `${registered}?next=https://evil.example`,
    `${registered}&next=https://evil.example`,
    `${registered};evil`,
    `${registered}#evil`,
    `${registered}%00.evil.example`,
    `${registered}%0d%0aLocation:%20https://evil.example`,
    ` ${registered}`,
    `${registered} https://evil.example`,
    `https:${host}${pathname}`,
    `https:/${host}${pathname}`,
    `https:\\\\${host}${pathname}`,
    registered.replace('fabrikam', 'fabrіkam'),
    registered.replace('.', '。'),
  ];
};

/** Schemes that run code or show foreign content in whatever follows them. */
const SCHEMES = [
  'javascript:alert(1)',
  'JavaScript:alert(1)',
  'javascript://app.fabrikam.example/callback%0aalert(1)',
  'java\tscript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  'DATA:text/html;base64,PHNjcmlwdD4=',
  'vbscript:msgbox(1)',
  'blob:https://app.fabrikam.example/1',
  'file:///etc/passwd',
] as const;

/** The page stays here, leads nowhere and repeats nothing of what was asked for. */
const assertStays = ({ status, url, html, response }: Page, wanted: string): void => {
  assert.deepEqual([status, url.origin, response.headers.get('location')], [400, home, null], wanted);
  assert.ok(!/evil|alert|msgbox|passwd/i.test(html), wanted);
};

describe('open redirect', () => {
  it('open redirect at the authorization endpoint: addresses that only look registered, and schemes that run code', async () => {
    for (const redirect_uri of [...disguises(CALLBACK), ...SCHEMES]) {
      const url = authorizationUrl(server, { redirect_uri, prompt: 'none' });
      assertStays(await new UserAgent(server.issuer).open(url), redirect_uri);
    }
    const twice = authorizationUrl(server, { redirect_uri: [CALLBACK, 'https://evil.example/'], prompt: 'none' });
    assertStays(await new UserAgent(server.issuer).open(twice), 'two addresses');
  });

  it('open redirect by a posted request: the same, and nothing is put by for later', async () => {
    for (const redirect_uri of [...disguises(CALLBACK), ...SCHEMES]) {
      const body = authorizationUrl(server, { redirect_uri }).searchParams;
      assertStays(await new UserAgent(server.issuer).open('/authorize', { method: 'POST', body }), redirect_uri);
    }
  });

  it('open redirect at both ways to sign out: nobody is sent away, and nobody is signed out', async () => {
    const agent = new UserAgent(server.issuer);
    const { id_token = '' } = await tokensFor(server, 'ada', {}, agent);
    for (const wanted of [...disguises(SIGNED_OUT), ...SCHEMES]) {
      const oidc = { post_logout_redirect_uri: wanted, client_id: 'web', id_token_hint: id_token };
      assertStays(await agent.open(`/oidc/logout?${new URLSearchParams(oidc)}`), wanted);
      const auth0 = { returnTo: wanted, client_id: 'web' };
      assertStays(await agent.open(`/v2/logout?${new URLSearchParams(auth0)}`), wanted);
      assertStays(await agent.open(`/v2/logout?${new URLSearchParams({ returnTo: wanted })}`), wanted);
    }
    assert.ok(answerIn(await agent.open(authorizationUrl(server, { prompt: 'none' }))).code);
  });

  it('open redirect at the pages: no parameter says where a page leads', async () => {
    const evil = 'https://evil.example/';
    const names = [
      'redirect',
      'redirect_uri',
      'returnTo',
      'return_to',
      'next',
      'url',
      'continue',
      'target',
      'RelayState',
    ];
    const more = new URLSearchParams(names.map((name) => [name, evil]));
    const agent = new UserAgent(server.issuer);
    const login = await agent.open(authorizationUrl(server));
    const again = await agent.open(`${login.url.pathname}${login.url.search}&${more}`);
    assert.ok(!again.html.includes('evil'));
    const { username, password } = server.person('ada');
    const end = await agent.submit(again, { username, password, ...Object.fromEntries(more) });
    assert.equal(`${end.url.origin}${end.url.pathname}`, CALLBACK);
    for (const path of ['/login', '/challenge', '/enrol', '/consent', '/select-account', '/oidc/logout', '/']) {
      const page = await agent.open(`${path}?${more}`);
      assert.ok(page.url.origin === home && !page.html.includes('evil'), path);
    }
  });

  it('open redirect by the path: slashes and backslashes in front are not taken for a host', async () => {
    for (const path of ['//evil.example/', '/%5Cevil.example', '/%2f%2fevil.example/x', '///evil.example/%2e%2e/x']) {
      const response = await fetch(`${home}${path}`, { redirect: 'manual' });
      assert.deepEqual([response.status, response.headers.get('location')], [404, null], path);
      assert.ok(!(await response.text()).includes('evil'), path);
    }
  });
});

describe('dangerous addresses in the configuration', () => {
  const withClient = (more: Readonly<Record<string, unknown>>) => (config: ConfigInput) => {
    const [web, ...others] = config.clients ?? [];
    return { ...config, clients: [...(web ? [{ ...web, ...more }] : []), ...others] };
  };

  it('an address that runs code, is read from disk or is plain http cannot be registered to return to', async () => {
    const plain = ['http://app.fabrikam.example/callback', 'ftp ://x', '//app.fabrikam.example/', '/callback', ''];
    for (const uri of [...SCHEMES, ...plain]) {
      const change = withClient({ redirectUris: [uri] });
      await assert.rejects(startAuthorizationServer({ change }), ConfigError, uri);
    }
    for (const uri of [...SCHEMES, '//app.fabrikam.example/', '/signed-out', '']) {
      const change = withClient({ postLogoutRedirectUris: [uri] });
      await assert.rejects(startAuthorizationServer({ change }), ConfigError, uri);
    }
  });

  it('an address with an answer in it already, which a client could mistake for the real one, cannot be registered', async () => {
    for (const name of ['code', 'state', 'iss', 'error']) {
      const change = withClient({ redirectUris: [`${CALLBACK}?${name}=x`] });
      await assert.rejects(startAuthorizationServer({ change }), ConfigError, name);
    }
  });
});

describe('header injection', () => {
  const CRLF = ['a\r\nSet-Cookie: evil=1', 'a\nLocation: https://evil.example/', 'a\r\n\r\n<script>alert(1)</script>'];

  it('header injection: line ends in state, nonce, login_hint and the rest make no header and no body', async () => {
    const names = ['state', 'nonce', 'login_hint', 'ui_locales', 'scope', 'acr_values', 'redirect_uri', 'client_id'];
    for (const name of names) {
      for (const value of CRLF) {
        const page = await new UserAgent(server.issuer).open(
          authorizationUrl(server, { [name]: value, prompt: 'none' }),
        );
        const headers = [...page.response.headers].flat().join('\n');
        assert.ok(page.status === 400 || answerIn(page).error !== undefined, name);
        assert.ok(!page.response.headers.getSetCookie().some((cookie) => cookie.startsWith('evil')), name);
        assert.ok(!/evil/.test(headers) && !page.html.includes('alert'), name);
      }
    }
  });

  it('header injection at logout: state is encoded or refused', async () => {
    for (const state of [...CRLF, 'a%0d%0aSet-Cookie:evil=1', '&code=evil#evil']) {
      const query = new URLSearchParams({ client_id: 'web', post_logout_redirect_uri: SIGNED_OUT, state });
      const { status, response, url } = await new UserAgent(server.issuer).open(`/oidc/logout?${query}`);
      assert.deepEqual(response.headers.getSetCookie(), []);
      if (status !== 400) assert.deepEqual(Object.fromEntries(url.searchParams), { state });
    }
  });

  it('response injection: state can add no parameter of its own to the answer, in any mode', async () => {
    const state = '&code=evil&iss=https://evil.example/#code=evil"><script>alert(1)</script>';
    const agent = new UserAgent(server.issuer);
    const end = await authorized(server, 'ada', { state }, agent);
    assert.deepEqual([...end.url.searchParams.keys()], ['code', 'state', 'iss']);
    assert.deepEqual([answerIn(end).state, answerIn(end).iss], [state, server.issuer]);
    const silent = { state, prompt: 'none' };
    const fragment = await agent.open(authorizationUrl(server, { ...silent, response_mode: 'fragment' }));
    assert.equal(new URLSearchParams(fragment.url.hash.slice(1)).get('state'), state);
    for (const response_mode of ['form_post', 'web_message']) {
      const page = await agent.open(authorizationUrl(server, { ...silent, response_mode }));
      assert.equal(page.status, 200);
      assert.ok(!page.html.includes('<script>alert') && !page.html.includes('""'), response_mode);
    }
  });
});
