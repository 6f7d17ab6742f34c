/** How clients prove who they are, wherever they must: one way at a time, and none that they are not registered for. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseJsonObject } from '@stile/core';
import { formPost } from '../testing/browser.ts';
import { ACCOUNTS_API, basic, NIGHTLY, WEB } from '../testing/endpoints.ts';
import { REPORTS } from '../testing/test-config.ts';
import type { ConfigChange, TestServer } from '../testing/test-server.ts';
import { testServer } from '../testing/test-server.ts';

type Fields = Readonly<Record<string, string>>;

const GRANT: Fields = { grant_type: 'client_credentials', audience: REPORTS };
const inBody = { client_id: NIGHTLY.id, client_secret: NIGHTLY.secret };

const ask = async (server: TestServer, fields: Fields, headers: Fields = {}) => {
  const response = await server.send('/oauth/token', formPost({ ...GRANT, ...fields }, headers));
  const body = parseJsonObject(await response.text()) ?? {};
  return { status: response.status, error: body.error, body, challenge: response.headers.get('www-authenticate') };
};

const encoded = (text: string): string => Buffer.from(text).toString('base64');

test('a client authenticates by Basic or in the body, as it is registered', async (t) => {
  const server = await testServer(t);
  assert.equal((await ask(server, {}, { authorization: basic(NIGHTLY) })).status, 200);
  assert.equal((await ask(server, {}, { authorization: basic(NIGHTLY).replace('Basic', 'bAsIc') })).status, 200);
  assert.equal((await ask(server, inBody)).status, 200);
  assert.equal((await ask(server, { client_id: NIGHTLY.id }, { authorization: basic(NIGHTLY) })).status, 200);
});

const refusals: readonly (readonly [name: string, fields: Fields, headers: Fields, challenged: boolean])[] = [
  ['nothing', {}, {}, false],
  ['the name alone', { client_id: NIGHTLY.id }, {}, false],
  ['a wrong secret by Basic', {}, { authorization: basic({ ...NIGHTLY, secret: 'wrong' }) }, true],
  ['a wrong secret in the body', { ...inBody, client_secret: 'wrong' }, {}, false],
  ['a secret with something behind it', { ...inBody, client_secret: `${NIGHTLY.secret}x` }, {}, false],
  ['a beginning of the secret', { ...inBody, client_secret: NIGHTLY.secret.slice(0, -1) }, {}, false],
  ['an empty secret', { ...inBody, client_secret: '' }, {}, false],
  ['an unknown client', { client_id: 'nobody', client_secret: NIGHTLY.secret }, {}, false],
  ['a property of every object', { client_id: 'constructor', client_secret: 'x' }, {}, false],
  ['the secret of another client', { ...inBody, client_secret: WEB.secret }, {}, false],
  ['another client in the body than in the header', { client_id: WEB.id }, { authorization: basic(NIGHTLY) }, true],
  ['Basic without a colon', {}, { authorization: `Basic ${encoded('nightly')}` }, true],
  ['Basic that is not base64', {}, { authorization: 'Basic ***' }, true],
  ['Basic with a broken percent', {}, { authorization: `Basic ${encoded('nightly:%zz')}` }, true],
  ['an assertion without its type', { client_assertion: 'a.b.c' }, {}, false],
  ['a way it is not registered for', { client_id: ACCOUNTS_API.id, client_secret: ACCOUNTS_API.secret }, {}, false],
];

for (const [name, fields, headers, challenged] of refusals) {
  test(`one sentence and 401 for ${name}`, async (t) => {
    const { status, body, challenge } = await ask(await testServer(t), fields, headers);
    assert.equal(status, 401);
    assert.deepEqual(body, { error: 'invalid_client', error_description: 'Client authentication failed' });
    assert.equal(challenge, challenged ? 'Basic realm="stile"' : null);
  });
}

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

test('two ways at once are a mistake, also when both are right', async (t) => {
  const server = await testServer(t);
  const assertion = { client_assertion: 'a.b.c', client_assertion_type: ASSERTION_TYPE };
  const mixes: readonly (readonly [Fields, Fields])[] = [
    [inBody, { authorization: basic(NIGHTLY) }],
    [assertion, { authorization: basic(NIGHTLY) }],
    [{ ...inBody, ...assertion }, {}],
  ];
  for (const [fields, headers] of mixes) {
    const { status, error } = await ask(server, fields, headers);
    assert.deepEqual([status, error], [400, 'invalid_request']);
  }
});

test('credentials sent twice are a mistake', async (t) => {
  const server = await testServer(t);
  for (const name of ['client_id', 'client_secret', 'client_assertion', 'client_assertion_type']) {
    const body = `${new URLSearchParams({ ...GRANT, ...inBody, [name]: 'x' })}&${name}=x`;
    const response = await server.send('/oauth/token', { ...formPost({}), body });
    assert.equal(response.status, 400);
    assert.equal(parseJsonObject(await response.text())?.error, 'invalid_request');
  }
});

test('what stands in the address is no credential', async (t) => {
  const server = await testServer(t);
  const response = await server.send(`/oauth/token?${new URLSearchParams(inBody)}`, formPost(GRANT));
  assert.equal(response.status, 401);
});

test('both parts of Basic are form-encoded, so that any character may stand in them', async (t) => {
  const id = 'a:b+c%d';
  const secret = 'p+:%&= ä with spaces and more';
  const add: ConfigChange = (config) => ({
    ...config,
    clients: [
      ...(config.clients ?? []),
      {
        id,
        name: 'Odd',
        authentication: ['client_secret_basic'],
        secret,
        grantTypes: ['client_credentials'],
        apis: { [REPORTS]: ['read:reports'] },
      },
    ],
  });
  const server = await testServer(t, add);
  const form = (text: string): string => new URLSearchParams([['', text]]).toString().slice(1);
  const header = (one: string, other: string) => ({ authorization: `Basic ${encoded(`${one}:${other}`)}` });
  assert.equal((await ask(server, {}, header(form(id), form(secret)))).status, 200);
  assert.equal((await ask(server, {}, header(encodeURIComponent(id), encodeURIComponent(secret)))).status, 200);
  assert.equal((await ask(server, {}, header(id, secret))).status, 401);
});

test('a public client only says who it is, and gets nothing that needs more', async (t) => {
  const server = await testServer(t);
  const { status, error } = await ask(server, { client_id: 'spa' });
  assert.deepEqual([status, error], [400, 'unauthorized_client']);
  assert.equal((await ask(server, { client_id: 'spa', client_secret: 'anything' })).status, 401);
  assert.equal((await ask(server, {}, { authorization: basic({ id: 'spa', secret: '' }) })).status, 401);
  for (const path of ['/oauth/introspect', '/oauth/consume']) {
    const response = await server.send(path, formPost({ client_id: 'spa', token: 'x' }));
    assert.equal(response.status, 401, path);
  }
});

test('no failure tells in the log what was sent', async (t) => {
  const server = await testServer(t);
  await ask(server, { ...inBody, client_secret: 'mArKeR-in-body' });
  await ask(server, {}, { authorization: basic({ id: 'mArKeR', secret: 'mArKeR' }) });
  await ask(server, { client_assertion: 'mArKeR', client_assertion_type: ASSERTION_TYPE });
  assert.doesNotMatch(server.logged.join(''), /mArKeR/);
  assert.match(server.logged.join(''), /secret_wrong/);
});

test('wrong secrets from one network are limited, alike for a client that nobody knows; the right one from elsewhere is not', async (t) => {
  const server = await testServer(t, (config) => ({ ...config, limits: { clientSecret: { burst: 3, every: 20 } } }));
  const from = async (address: string, client: { readonly id: string; readonly secret: string }) => {
    const request = formPost({ ...GRANT, client_id: client.id, client_secret: client.secret });
    const response = await server.send('/oauth/token', request, address);
    const { error } = parseJsonObject(await response.text()) ?? {};
    return [response.status, response.headers.get('retry-after'), error];
  };
  for (const id of [NIGHTLY.id, 'nobody', 'constructor']) {
    const told: unknown[] = [];
    for (let tries = 0; tries < 4; tries += 1) told.push(await from('192.0.2.7', { id, secret: 'wrong' }));
    const wrong = [401, null, 'invalid_client'];
    assert.deepEqual(told, [wrong, wrong, wrong, [429, '20', 'temporarily_unavailable']], id);
  }
  assert.deepEqual(await from('192.0.2.7', NIGHTLY), [429, '20', 'temporarily_unavailable'], 'not even the right one');
  assert.equal((await from('192.0.2.8', NIGHTLY))[0], 200);
  server.advance(20);
  assert.equal((await from('192.0.2.7', NIGHTLY))[0], 200);
});

test('a right secret is never limited, however often, and clears what a neighbour with an old one has spent', async (t) => {
  const server = await testServer(t, (config) => ({ ...config, limits: { clientSecret: { burst: 3, every: 20 } } }));
  for (let tries = 0; tries < 8; tries += 1) {
    assert.equal((await ask(server, inBody)).status, 200);
    assert.equal((await ask(server, { ...inBody, client_secret: 'the old one' })).status, 401);
  }
});
