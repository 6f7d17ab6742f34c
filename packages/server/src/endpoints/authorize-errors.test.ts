/** Which mistakes are told to the person, which to the client, and what of the request is ever repeated. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formPost, TestBrowser } from '../testing/browser.ts';
import { handedOver } from '../testing/endpoints.ts';
import { answerOf, authorizeUrl } from '../testing/flow.ts';
import { REPORTS } from '../testing/test-config.ts';
import type { ConfigChange, TestServer } from '../testing/test-server.ts';
import { testServer } from '../testing/test-server.ts';

type Change = Readonly<Record<string, string | undefined>>;

const ISSUER = 'https://login.fabrikam.example/';
const CALLBACK = 'https://intranet.fabrikam.example/callback';

/** Adds a client with two addresses, one of a native app and one with a spelling that browsers normalise. */
const withApp: ConfigChange = (config) => ({
  ...config,
  clients: [
    ...(config.clients ?? []),
    {
      id: 'app',
      name: 'App',
      authentication: ['none'],
      firstParty: true,
      redirectUris: ['com.fabrikam.app:/callback', 'https://APP.fabrikam.example:443/callback'],
    },
  ],
});

const pageCases: readonly (readonly [name: string, change: Change, title: RegExp])[] = [
  ['no client_id', { client_id: undefined }, /do not understand this request/],
  ['an empty client_id', { client_id: '' }, /do not understand this request/],
  ['a client that is not registered', { client_id: 'nobody' }, /do not know this application/],
  ['a client named like a property of every object', { client_id: '__proto__' }, /do not know this application/],
  ['a client that may not send people here', { client_id: 'nightly' }, /do not understand this request/],
  ['no redirect_uri in an OpenID request', { redirect_uri: undefined }, /address that is not registered/],
  ['another path', { redirect_uri: `${CALLBACK}/more` }, /address that is not registered/],
  ['another host', { redirect_uri: 'https://evil.example/callback' }, /address that is not registered/],
  [
    'a redirect_uri of another client',
    { redirect_uri: 'https://bank.fabrikam.example/' },
    /address that is not registered/,
  ],
  ['a script as redirect_uri', { redirect_uri: 'javascript:alert(1)' }, /address that is not registered/],
  ['an unknown response_mode', { response_mode: 'jwt' }, /do not understand this request/],
  ['a control character in state', { state: 'a\nb' }, /do not understand this request/],
  ['a state beyond all measure', { state: 'x'.repeat(8193) }, /do not understand this request/],
  ['an empty interaction', { interaction: '' }, /do not understand this request/],
  ['an interaction that does not exist', { interaction: 'int_nothing' }, /has expired/],
];

for (const [name, change, title] of pageCases) {
  test(`the person sees a page, and nothing is sent to any address, for ${name}`, async (t) => {
    const server = await testServer(t);
    const stop = await new TestBrowser(server).go(authorizeUrl(change));
    assert.equal(stop.status, 400);
    assert.equal(stop.response.headers.get('location'), null);
    assert.match(stop.html, title);
    assert.deepEqual(stop.response.headers.getSetCookie(), []);
  });
}

for (const name of ['client_id', 'redirect_uri', 'response_mode', 'state']) {
  test(`${name} sent twice is answered with a page`, async (t) => {
    const server = await testServer(t);
    const url = authorizeUrl({ response_mode: 'query' });
    const value = new URL(url, ISSUER).searchParams.get(name) ?? '';
    const stop = await new TestBrowser(server).go(`${url}&${new URLSearchParams({ [name]: value })}`);
    assert.equal(stop.status, 400);
    assert.equal(stop.response.headers.get('location'), null);
  });
}

const clientCases: readonly (readonly [name: string, change: Change, error: string])[] = [
  ['no response_type', { response_type: undefined }, 'invalid_request'],
  ['the implicit flow', { response_type: 'token' }, 'unsupported_response_type'],
  ['the hybrid flow', { response_type: 'code id_token' }, 'unsupported_response_type'],
  ['a request object', { request: 'eyJhbGciOiJub25lIn0.e30.' }, 'request_not_supported'],
  ['a request object by reference', { request_uri: 'https://evil.example/r' }, 'request_uri_not_supported'],
  ['a registration', { registration: '{}' }, 'registration_not_supported'],
  ['an unknown prompt', { prompt: 'create' }, 'invalid_request'],
  ['prompt=none with another', { prompt: 'none login' }, 'invalid_request'],
  ['prompt=none behind another', { prompt: 'consent none' }, 'invalid_request'],
  ['a negative max_age', { max_age: '-1' }, 'invalid_request'],
  ['a max_age with a fraction', { max_age: '1.5' }, 'invalid_request'],
  ['a max_age in words', { max_age: 'never' }, 'invalid_request'],
  ['a max_age beyond all time', { max_age: '99999999999' }, 'invalid_request'],
  ['claims that are not JSON', { claims: '{' }, 'invalid_request'],
  ['claims that are a list', { claims: '[]' }, 'invalid_request'],
  ['an acr claim that is a string', { claims: '{"id_token":{"acr":"mfa"}}' }, 'invalid_request'],
  ['an acr claim with numbers', { claims: '{"id_token":{"acr":{"values":[1]}}}' }, 'invalid_request'],
  ['several people in sub', { claims: '{"id_token":{"sub":{"values":["a","b"]}}}' }, 'invalid_request'],
  [
    'PKCE left out with neither nonce nor challenge',
    { nonce: undefined, code_challenge: undefined, code_challenge_method: undefined },
    'invalid_request',
  ],
  ['the PKCE method plain', { code_challenge_method: 'plain' }, 'invalid_request'],
  ['a PKCE challenge without a method, which means plain', { code_challenge_method: undefined }, 'invalid_request'],
  ['a PKCE method without a challenge', { code_challenge: undefined }, 'invalid_request'],
  ['a PKCE challenge that is no digest', { code_challenge: 'short' }, 'invalid_request'],
  ['an API that does not exist', { audience: 'https://api.example/nothing' }, 'invalid_target'],
  ['audience and resource that differ', { resource: REPORTS }, 'invalid_target'],
  ['scopes that nobody knows', { scope: 'everything' }, 'invalid_scope'],
  ['an ID token hint that is not ours', { id_token_hint: 'a.b.c' }, 'invalid_request'],
  ['a control character in a parameter', { nonce: 'a\u0000b' }, 'invalid_request'],
  ['a parameter beyond all measure', { login_hint: 'x'.repeat(8193) }, 'invalid_request'],
  ['acr_values that nobody can reach', { acr_values: 'phrh' }, 'unmet_authentication_requirements'],
];

for (const [name, change, error] of clientCases) {
  test(`the client is told, with state and iss and no page, of ${name}`, async (t) => {
    const server = await testServer(t);
    const stop = await new TestBrowser(server).go(authorizeUrl(change));
    assert.equal(stop.status, 303);
    assert.ok(stop.url.startsWith(`${CALLBACK}?`));
    const { error: told, state, iss, error_description: description, ...rest } = answerOf(stop);
    assert.deepEqual([told, state, iss, rest], [error, 'state-1', ISSUER, {}]);
    assert.match(description ?? '', /^[\x20\x21\x23-\x5B\x5D-\x7E]+$/);
    assert.equal(stop.response.headers.get('cache-control'), 'no-store');
  });
}

for (const name of ['scope', 'nonce', 'prompt', 'max_age', 'acr_values', 'code_challenge', 'audience', 'login_hint']) {
  test(`${name} sent twice is told to the client`, async (t) => {
    const server = await testServer(t);
    const twice = new URLSearchParams([
      [name, '1'],
      [name, '1'],
    ]);
    const stop = await new TestBrowser(server).go(`${authorizeUrl({ [name]: undefined })}&${twice}`);
    assert.equal(answerOf(stop).error, 'invalid_request');
    assert.equal(answerOf(stop).state, 'state-1');
  });
}

const MARKER = '<i>mArKeR</i>"\'&javascript:';

/** Everything a request may carry, each with the marker. */
const marked = (names: readonly string[]): string =>
  `/authorize?${new URLSearchParams(names.map((name) => [name, `${name}${MARKER}`]))}`;

const ALL = (
  'client_id redirect_uri response_type response_mode scope state nonce prompt max_age acr_values claims audience ' +
  'resource code_challenge code_challenge_method login_hint id_token_hint ui_locales request error error_description ' +
  'iss code unknown interaction'
).split(' ');

test('nothing that came in is ever repeated on a page that says no, in whatever parameter it was sent', async (t) => {
  const server = await testServer(t);
  const refusals = [
    marked(ALL),
    marked(ALL.filter((name) => name !== 'interaction')),
    ...ALL.filter((name) => name !== 'interaction').map((name) =>
      authorizeUrl({ [name]: `${name}${MARKER}`, client_id: name === 'client_id' ? `${name}${MARKER}` : 'nobody' }),
    ),
    authorizeUrl({ redirect_uri: `https://evil.example/${MARKER}` }),
    authorizeUrl({ response_mode: MARKER }),
    `/${encodeURIComponent(MARKER)}?${new URLSearchParams({ a: MARKER })}`,
    ...['login', 'challenge', 'enrol', 'consent', 'select-account'].map(
      (page) => `/${page}?${new URLSearchParams({ interaction: MARKER, use: MARKER })}`,
    ),
    `/oidc/logout?${new URLSearchParams({ post_logout_redirect_uri: MARKER, client_id: MARKER, state: MARKER })}`,
    `/v2/logout?${new URLSearchParams({ returnTo: MARKER, client_id: MARKER })}`,
  ];
  for (const url of refusals) {
    const response = await server.send(url);
    const html = await response.text();
    assert.ok(response.status === 400 || response.status === 404, `${response.status} for ${url}`);
    assert.equal(response.headers.get('location'), null);
    assert.doesNotMatch(html, /mArKeR/i, url);
    for (const [, value] of response.headers) assert.doesNotMatch(value, /mArKeR/i);
  }
  assert.doesNotMatch(server.logged.join(''), /mArKeR/);
});

test('of a sound request the login page repeats login_hint alone, as the value of its field', async (t) => {
  const server = await testServer(t);
  const change = { state: MARKER, nonce: MARKER, login_hint: `hint${MARKER}`, ui_locales: MARKER };
  const { html } = await new TestBrowser(server).go(authorizeUrl(change));
  assert.match(html, /value="hint&lt;i&gt;mArKeR&lt;\/i&gt;&quot;/);
  assert.equal(html.match(/mArKeR/g)?.length, 1);
});

const answerIn = async (server: TestServer, change: Change) => {
  const stop = await new TestBrowser(server).go(authorizeUrl({ prompt: 'none', ...change }));
  return { stop, ...handedOver(stop) };
};

test('an answer in the fragment carries error, state and iss there and nothing in the query', async (t) => {
  const { stop } = await answerIn(await testServer(t), { response_mode: 'fragment' });
  const url = new URL(stop.url);
  assert.equal(url.search, '');
  const answer = Object.fromEntries(new URLSearchParams(url.hash.slice(1)));
  assert.deepEqual([answer.error, answer.state, answer.iss], ['login_required', 'state-1', ISSUER]);
});

test('an answer by form carries error, state and iss to the registered address', async (t) => {
  const { stop, to, response } = await answerIn(await testServer(t), {
    response_mode: 'form_post',
    state: `s${MARKER}`,
  });
  assert.equal(stop.status, 200);
  assert.equal(to, CALLBACK);
  assert.deepEqual([response.error, response.state, response.iss], ['login_required', `s${MARKER}`, ISSUER]);
  assert.doesNotMatch(stop.html, /<i>mArKeR/);
});

test('an answer by message goes to the one origin, which alone may frame the page', async (t) => {
  const { stop, to, response } = await answerIn(await testServer(t), {
    response_mode: 'web_message',
    state: `s${MARKER}`,
  });
  assert.equal(to, 'https://intranet.fabrikam.example');
  assert.deepEqual([response.error, response.state, response.iss], ['login_required', `s${MARKER}`, ISSUER]);
  const csp = stop.response.headers.get('content-security-policy') ?? '';
  assert.match(csp, /frame-ancestors https:\/\/intranet\.fabrikam\.example$/);
  assert.equal(stop.response.headers.get('x-frame-options'), null);
  assert.doesNotMatch(stop.html, /<i>mArKeR/);
});

test('a registered address that browsers spell otherwise still gets its message', async (t) => {
  const server = await testServer(t, withApp);
  const change = { client_id: 'app', redirect_uri: 'https://APP.fabrikam.example:443/callback', audience: undefined };
  const { to, response } = await answerIn(server, { ...change, response_mode: 'web_message' });
  assert.equal(to, 'https://app.fabrikam.example');
  assert.equal(response.error, 'login_required');
});

for (const mode of ['form_post', 'web_message']) {
  test(`an app with an address of its own scheme cannot ask for ${mode}, which needs the web`, async (t) => {
    const server = await testServer(t, withApp);
    const change = { client_id: 'app', redirect_uri: 'com.fabrikam.app:/callback', audience: undefined };
    const { stop } = await answerIn(server, { ...change, response_mode: mode });
    assert.equal(stop.status, 400);
    assert.match(stop.html, /do not understand this request/);
  });
}

test('a request that was posted and is unsound is refused in the same way', async (t) => {
  const server = await testServer(t);
  const browser = new TestBrowser(server);
  const post = (change: Change) => {
    const [, query = ''] = authorizeUrl(change).split('?');
    return browser.go('/authorize', formPost(Object.fromEntries(new URLSearchParams(query))));
  };
  assert.equal((await post({ client_id: 'nobody' })).status, 400);
  assert.equal(answerOf(await post({ scope: 'everything' })).error, 'invalid_scope');
  const json = { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } };
  assert.equal((await browser.go('/authorize', json)).status, 400);
});
