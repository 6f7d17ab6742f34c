/** The account API, as an application calls it for its person. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { isJsonObject, parseJsonObject, stepUpChallengeOf } from '@stile/core';
import { currentCode, TestBrowser } from '../testing/browser.ts';
import { tokensOf } from '../testing/endpoints.ts';
import { authorizeUrl } from '../testing/flow.ts';
import { SoftPasskey } from '../testing/soft-passkey.ts';
import { ROBIN, SAM } from '../testing/test-config.ts';
import type { TestServer } from '../testing/test-server.ts';
import { testServer } from '../testing/test-server.ts';

const ME = 'https://login.fabrikam.example/me/';
const METHODS = '/me/v1/authentication-methods';
const TOTP = 'auth_user_robin_totp';
const READ = 'read:me:authentication_methods read:me:factors read:me:sessions';
const CHANGE =
  'create:me:authentication_methods update:me:authentication_methods delete:me:authentication_methods delete:me:sessions';

const start = (t: TestContext): Promise<TestServer> =>
  testServer(t, ({ clients = [], ...config }) => ({
    ...config,
    clients: clients.map((client) =>
      client.id === 'web' ? { ...client, apis: { ...client.apis, [ME]: `${READ} ${CHANGE}`.split(' ') } } : client,
    ),
  }));

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: Headers;
}

type Call = (method: string, path: string, body?: unknown) => Promise<Answer>;

const caller =
  (server: TestServer, token: unknown): Call =>
  async (method, path, body) => {
    const response = await server.send(path, {
      method,
      headers: {
        authorization: `Bearer ${String(token)}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return { status: response.status, body: parseJsonObject(await response.text()) ?? {}, headers: response.headers };
  };

/** Robin's application, with a token of these scopes. */
const application = async (server: TestServer, scope: string, browser?: TestBrowser): Promise<Call> => {
  const tokens = await tokensOf(server, { audience: ME, scope }, browser);
  return caller(server, tokens.access_token);
};

const namesOf = async (server: TestServer, userId: string): Promise<readonly string[]> =>
  (await server.store.authenticators.ofUser(userId)).map(({ name }) => name);

test('what somebody has, and could have, is told in the shape of Auth0’s API, and no secret of it', async (t) => {
  const server = await start(t);
  const call = await application(server, READ);
  const { body, status, headers } = await call('GET', METHODS);
  assert.equal(status, 200);
  assert.equal(headers.get('cache-control'), 'no-store');
  const methods = Array.isArray(body.authentication_methods) ? body.authentication_methods.filter(isJsonObject) : [];
  assert.deepEqual(
    methods.map(({ type, name }) => [type, name]),
    [
      ['password', 'Password'],
      ['recovery-code', 'Recovery codes'],
      ['totp', 'Pixel 9'],
    ],
  );
  assert.deepEqual(Object.keys(methods[2] ?? {}), ['id', 'type', 'name', 'confirmed', 'usage', 'created_at']);
  assert.doesNotMatch(JSON.stringify(body), /JBSWY|argon2|hmac|material|hash/);
  const factors = (await call('GET', '/me/v1/factors')).body.factors;
  assert.ok(Array.isArray(factors) && factors.some((one) => isJsonObject(one) && one.type === 'totp'));
  assert.equal((await call('GET', `${METHODS}/${TOTP}`)).body.name, 'Pixel 9');
});

test('an authenticator app is added: 202 with where and how, then 201', async (t) => {
  const server = await start(t);
  const call = await application(server, CHANGE);
  const begun = await call('POST', METHODS, { type: 'totp' });
  assert.equal(begun.status, 202);
  const { id, auth_session: authSession, barcode_uri: uri, manual_input_code: secret } = begun.body;
  assert.equal(begun.headers.get('location'), `https://login.fabrikam.example${METHODS}/${String(id)}`);
  assert.match(String(uri), /^otpauth:\/\/totp\//);
  const path = `${METHODS}/${String(id)}/verify`;
  const wrong = await call('POST', path, { auth_session: authSession, otp_code: '000000' });
  assert.equal(wrong.status, 400);
  server.advance(20);
  const answer = { auth_session: authSession, otp_code: currentCode(server, String(secret)), name: 'Spare' };
  const done = await call('POST', path, answer);
  assert.deepEqual([done.status, done.body.type, done.body.name], [201, 'totp', 'Spare']);
  assert.equal((await call('POST', path, answer)).status, 404, 'once');
  assert.deepEqual(
    (await namesOf(server, ROBIN.id)).filter((name) => name === 'Spare'),
    ['Spare'],
  );
});

test('a passkey is enrolled through the API, and from then on every change takes it: a code will not do', async (t) => {
  const server = await start(t);
  const call = await application(server, CHANGE);
  const begun = await call('POST', METHODS, { type: 'passkey' });
  assert.equal(begun.status, 202, JSON.stringify(begun.body));
  const options = begun.body.authn_params_public_key;
  assert.ok(isJsonObject(options) && isJsonObject(options.rp));
  const asking = {
    challenge: String(options.challenge),
    origin: 'https://login.fabrikam.example',
    rpId: String(options.rp.id),
  };
  const passkey = new SoftPasskey();
  const { id, auth_session } = begun.body;
  const path = `${METHODS}/${String(id)}/verify`;
  const stranger = passkey.create({ ...asking, origin: 'https://evil.example' });
  assert.equal((await call('POST', path, { auth_session, authn_response: stranger })).status, 400);
  const done = await call('POST', path, {
    auth_session,
    authn_response: parseJsonObject(passkey.create(asking)),
    name: 'Laptop',
  });
  assert.deepEqual([done.status, done.body.name], [201, 'Laptop'], JSON.stringify(done.body));
  const { status, headers } = await call('PATCH', `${METHODS}/${TOTP}`, { name: 'Phone' });
  assert.equal(status, 401);
  assert.deepEqual(stepUpChallengeOf(headers.get('www-authenticate') ?? '')?.acrValues, ['phr']);
});

test('law 5: an enrolment that is verified many times at once adds one authenticator', async (t) => {
  const server = await start(t);
  const call = await application(server, CHANGE);
  const { id, auth_session, manual_input_code: secret } = (await call('POST', METHODS, { type: 'totp' })).body;
  const answer = { auth_session, otp_code: currentCode(server, String(secret)) };
  const answers = await Promise.all(
    Array.from({ length: 4 }, () => call('POST', `${METHODS}/${String(id)}/verify`, answer)),
  );
  assert.equal(answers.filter(({ status }) => status === 201).length, 1);
  assert.equal((await namesOf(server, ROBIN.id)).length, 4);
});

test('T13: an enrolment is finished by whoever began it: not without its session, by another person, or by a page', async (t) => {
  const server = await start(t);
  const call = await application(server, CHANGE);
  const { id, auth_session, manual_input_code: secret } = (await call('POST', METHODS, { type: 'totp' })).body;
  const code = currentCode(server, String(secret));
  const path = `${METHODS}/${String(id)}/verify`;
  assert.equal((await call('POST', path, { otp_code: code })).status, 404);
  assert.equal((await call('POST', path, { auth_session: 'x'.repeat(43), otp_code: code })).status, 404);
  assert.equal((await call('POST', `${METHODS}/cer_other/verify`, { auth_session, otp_code: code })).status, 404);
  server.advance(31);
  const elsewhere = await application(server, CHANGE, new TestBrowser(server, '198.51.100.7'));
  const stolen = { auth_session, otp_code: currentCode(server, String(secret)) };
  assert.equal((await elsewhere('POST', path, stolen)).status, 404);
  assert.equal((await namesOf(server, ROBIN.id)).length, 3);
});

test('recovery codes are renewed in place: told when it begins, good when it is confirmed', async (t) => {
  const server = await start(t);
  const call = await application(server, CHANGE);
  const { id, auth_session, recovery_codes: codes } = (await call('POST', METHODS, { type: 'recovery-code' })).body;
  assert.ok(Array.isArray(codes) && codes.length === 10);
  const done = await call('POST', `${METHODS}/${String(id)}/verify`, { auth_session });
  assert.deepEqual([done.status, done.body.id], [201, 'auth_user_robin_recovery-code']);
  assert.equal((await namesOf(server, ROBIN.id)).length, 3);
});

test('names and preference are changed, and nothing else, and hostile names are refused', async (t) => {
  const server = await start(t);
  const call = await application(server, CHANGE);
  const path = `${METHODS}/${TOTP}`;
  const hostile: readonly unknown[] = [
    { name: '' },
    { name: '\u202e\u200b' },
    { name: 'x'.repeat(51) },
    { name: 7 },
    { name: { toString: 'x' } },
    { preferred: false },
    { material: { secret: 'A' } },
    { __proto__: null, user_id: SAM.id },
    {},
    '[]',
    'no json',
    `{"name":${'['.repeat(5000)}`,
  ];
  for (const body of hostile) {
    server.advance(12);
    assert.equal((await call('PATCH', path, body)).status, 400, JSON.stringify(body)?.slice(0, 60));
  }
  server.advance(12);
  const changed = await call('PATCH', path, { name: '  <b>Phone</b>\u202e ', preferred: true });
  assert.deepEqual([changed.status, changed.body.name], [200, '<b>Phone</b>']);
  assert.equal(typeof changed.body.preferred_at, 'string');
});

test('the last that reaches a level which is demanded stays, and the last way to sign in; others go', async (t) => {
  const server = await start(t);
  const call = await application(server, CHANGE);
  assert.equal((await call('DELETE', `${METHODS}/${TOTP}`)).status, 409);
  assert.equal((await call('DELETE', `${METHODS}/auth_user_robin_password`)).status, 409);
  assert.equal((await call('DELETE', `${METHODS}/auth_user_robin_recovery-code`)).status, 204);
  assert.deepEqual(await namesOf(server, ROBIN.id), ['Password', 'Pixel 9']);
});

test('an id of somebody else’s is answered like one of nobody’s', async (t) => {
  const server = await start(t);
  const call = await application(server, `${READ} ${CHANGE}`);
  const before = JSON.stringify(await server.store.authenticators.ofUser(SAM.id));
  for (const [method, body] of [['GET'], ['PATCH', { name: 'Mine' }], ['DELETE']] as const) {
    const answers: string[] = [];
    for (const id of ['auth_user_sam_password', 'auth_nobody']) {
      server.advance(12);
      const { status, body: said } = await call(method, `${METHODS}/${id}`, body);
      answers.push(JSON.stringify([status, said]));
    }
    assert.equal(answers[0], answers[1]);
    assert.match(answers[0] ?? '', /^\[404/);
  }
  assert.equal(JSON.stringify(await server.store.authenticators.ofUser(SAM.id)), before);
});

test('T8: a change needs a second proof of the last five minutes: the engine gives no token without it', async (t) => {
  const server = await start(t);
  const browser = new TestBrowser(server);
  const challenge = await browser.signIn(await browser.go(authorizeUrl({ audience: ME, scope: CHANGE })));
  assert.match(challenge.url, /^\/challenge/);
  await browser.giveCode(challenge);
  server.advance(302);
  assert.match((await browser.go(authorizeUrl({ audience: ME, scope: CHANGE }))).url, /^\/challenge/);
  assert.equal((await browser.go(authorizeUrl({ audience: ME, scope: READ }))).status, 303);
});

test('T8: a token whose proof has grown old is told what it lacks (RFC 9470)', async (t) => {
  const server = await start(t);
  const browser = new TestBrowser(server);
  // The proof is four minutes and a half old when the token is made; the token lives for a minute at least.
  const first = await browser.signIn(await browser.go(authorizeUrl({ audience: ME, scope: CHANGE })));
  await browser.giveCode(first);
  server.advance(280);
  const call = await application(server, CHANGE, browser);
  server.advance(30);
  const { status, headers } = await call('PATCH', `${METHODS}/${TOTP}`, { name: 'Phone' });
  assert.equal(status, 401);
  const stepUp = stepUpChallengeOf(headers.get('www-authenticate') ?? '');
  assert.deepEqual(
    [stepUp?.error, stepUp?.acrValues, stepUp?.maxAgeSeconds],
    ['insufficient_user_authentication', ['mfa'], 300],
  );
  assert.deepEqual((await namesOf(server, ROBIN.id)).includes('Phone'), false);
});

test('a token for another API, an ID token, none, or one without the scope opens nothing', async (t) => {
  const server = await start(t);
  const tokens = await tokensOf(server);
  for (const token of [tokens.access_token, tokens.id_token, 'x', '']) {
    const { status, headers } = await caller(server, token)('GET', METHODS);
    assert.equal(status, 401);
    assert.match(headers.get('www-authenticate') ?? '', /^Bearer /);
  }
  assert.equal((await server.send(METHODS)).status, 401);
  const reader = await application(server, 'read:me:factors');
  const { status, headers } = await reader('GET', METHODS);
  assert.equal(status, 403);
  assert.match(headers.get('www-authenticate') ?? '', /insufficient_scope.*read:me:authentication_methods/);
  for (const [method, path] of [
    ['POST', METHODS],
    ['POST', `${METHODS}/${TOTP}/verify`],
    ['PATCH', `${METHODS}/${TOTP}`],
    ['DELETE', `${METHODS}/${TOTP}`],
    ['DELETE', '/me/v1/sessions'],
    ['DELETE', '/me/v1/sessions/ses_x'],
  ] as const) {
    assert.equal((await reader(method, path, method === 'DELETE' ? undefined : {})).status, 403, `${method} ${path}`);
  }
});

test('a cookie opens nothing here: another site could not make use of one', async (t) => {
  const server = await start(t);
  const browser = new TestBrowser(server);
  await application(server, READ, browser);
  assert.equal((await browser.send(METHODS)).status, 401);
});

test('sessions are listed and ended, one or all others, and nobody else’s', async (t) => {
  const server = await start(t);
  await tokensOf(server);
  await tokensOf(server);
  const sam = new TestBrowser(server);
  await sam.signIn(await sam.go(authorizeUrl()), SAM);
  const [theirs] = await server.store.sessions.ofUser(SAM.id);
  const call = await application(server, `${READ} ${CHANGE}`);
  const { sessions } = (await call('GET', '/me/v1/sessions')).body;
  const listed = Array.isArray(sessions) ? sessions.filter(isJsonObject) : [];
  assert.deepEqual(
    listed.map(({ current }) => current),
    [true, false, false],
  );
  assert.equal((await call('DELETE', `/me/v1/sessions/${theirs?.id}`)).status, 404);
  assert.equal((await call('DELETE', `/me/v1/sessions/${String(listed[1]?.id)}`)).status, 204);
  assert.equal((await call('DELETE', '/me/v1/sessions')).status, 204);
  assert.equal((await server.store.sessions.ofUser(ROBIN.id)).length, 1);
  assert.equal((await server.store.sessions.ofUser(SAM.id)).length, 1);
  assert.equal((await call('GET', '/me/v1/sessions')).status, 200, 'its own session stays');
});

test('changes are limited for each person, five in a minute', async (t) => {
  const server = await start(t);
  const call = await application(server, `${READ} ${CHANGE}`);
  const statuses: number[] = [];
  for (let tries = 0; tries < 6; tries += 1) {
    statuses.push((await call('PATCH', `${METHODS}/${TOTP}`, { name: `Phone ${tries}` })).status);
  }
  assert.deepEqual(statuses, [200, 200, 200, 200, 200, 429]);
  assert.ok(Number((await call('DELETE', '/me/v1/sessions')).headers.get('retry-after')) > 0);
  assert.equal((await call('GET', METHODS)).status, 200);
  server.advance(12);
  assert.equal((await call('PATCH', `${METHODS}/${TOTP}`, { name: 'Phone' })).status, 200);
});

test('scripts of registered applications may call it, with every method that it has', async (t) => {
  const server = await start(t);
  for (const [path, methods] of [
    [METHODS, 'GET, POST'],
    [`${METHODS}/${TOTP}`, 'GET, PATCH, DELETE'],
    ['/me/v1/sessions', 'GET, DELETE'],
  ] as const) {
    const ask = (origin: string) => server.send(path, { method: 'OPTIONS', headers: { origin } });
    const allowed = await ask('https://bank.fabrikam.example');
    assert.equal(allowed.headers.get('access-control-allow-methods'), methods);
    assert.equal(allowed.headers.get('access-control-allow-origin'), 'https://bank.fabrikam.example');
    assert.equal((await ask('https://evil.example')).headers.get('access-control-allow-origin'), null);
  }
});

test('what is not there, or called wrongly, is said in JSON and never fails', async (t) => {
  const server = await start(t);
  const call = await application(server, `${READ} ${CHANGE}`);
  assert.equal((await call('GET', '/me/v1/nothing')).status, 404);
  assert.equal((await call('PUT', METHODS)).status, 405);
  assert.equal((await call('GET', `${METHODS}/`)).status, 404);
  assert.equal((await call('GET', `${METHODS}/a/b/c`)).status, 404);
  for (const type of ['password', 'sms', '__proto__', 7, null, undefined]) {
    server.advance(12);
    assert.equal((await call('POST', METHODS, { type })).status, 400);
  }
});

test('the id of the account pages and the audience of this API are nobody else’s', async (t) => {
  const taken = [
    testServer(t, (config) => ({
      ...config,
      clients: [{ id: 'stile-account', name: 'X', authentication: ['none'], redirectUris: ['https://x.example/'] }],
      apis: [],
    })),
    testServer(t, (config) => ({ ...config, clients: [], apis: [{ audience: ME, name: 'X', scopes: {} }] })),
  ];
  for (const one of taken) await assert.rejects(one, /this server/);
});
