/** The token endpoint as such: what it reads, and how it says no. What each grant does stands beside the grant. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseJsonObject } from '@stile/core';
import { formPost } from '../testing/browser.ts';
import { basic, NIGHTLY, WEB } from '../testing/endpoints.ts';
import { answerOf, signInAndStepUp, tokenRequest, VERIFIER } from '../testing/flow.ts';
import { REPORTS } from '../testing/test-config.ts';
import type { TestServer } from '../testing/test-server.ts';
import { testServer } from '../testing/test-server.ts';

const machine = { grant_type: 'client_credentials', audience: REPORTS };

const sendBody = async (server: TestServer, body: string, contentType: string | undefined) => {
  const headers = {
    authorization: basic(NIGHTLY),
    ...(contentType !== undefined && { 'content-type': contentType }),
  };
  const response = await server.send('/oauth/token', { method: 'POST', headers, body });
  return { response, status: response.status, body: parseJsonObject(await response.text()) ?? {} };
};

test('answers with tokens and answers that say no are stored by nobody, and are JSON', async (t) => {
  const server = await testServer(t);
  const good = await tokenRequest(server, machine, NIGHTLY);
  const bad = await tokenRequest(server, { grant_type: 'nothing' }, NIGHTLY);
  const unknown = await tokenRequest(server, machine, { id: 'nobody', secret: 'x' });
  assert.deepEqual([good.status, bad.status, unknown.status], [200, 400, 401]);
  for (const { response } of [good, bad, unknown]) {
    assert.equal(response.headers.get('cache-control'), 'no-store');
    assert.equal(response.headers.get('pragma'), 'no-cache');
    assert.equal(response.headers.get('content-type'), 'application/json; charset=utf-8');
    assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
    assert.deepEqual(response.headers.getSetCookie(), []);
  }
});

const errors: readonly (readonly [name: string, fields: Readonly<Record<string, string>>, error: string])[] = [
  ['no grant type', {}, 'invalid_request'],
  ['an empty grant type', { grant_type: '' }, 'invalid_request'],
  ['an unknown grant type', { grant_type: 'urn:ietf:params:oauth:grant-type:saml2-bearer' }, 'unsupported_grant_type'],
  ['the password grant', { grant_type: 'password', username: 'robin', password: 'x' }, 'unsupported_grant_type'],
  ['a property of every object', { grant_type: 'constructor' }, 'unsupported_grant_type'],
  ['a grant the client is not registered for', { grant_type: 'authorization_code', code: 'x' }, 'unauthorized_client'],
  ['refreshing without being registered', { grant_type: 'refresh_token', refresh_token: 'x' }, 'unauthorized_client'],
];

for (const [name, fields, error] of errors) {
  test(`${error} for ${name}`, async (t) => {
    const { status, body } = await tokenRequest(await testServer(t), fields, NIGHTLY);
    assert.deepEqual([status, body.error], [400, error]);
  });
}

for (const name of ['grant_type', 'audience', 'scope', 'resource']) {
  test(`${name} sent twice is a mistake`, async (t) => {
    const fields = new URLSearchParams({ ...machine, [name]: name === 'grant_type' ? 'client_credentials' : REPORTS });
    const { status, body } = await sendBody(
      await testServer(t),
      `${fields}&${name}=${encodeURIComponent(fields.get(name) ?? '')}`,
      'application/x-www-form-urlencoded',
    );
    assert.deepEqual([status, body.error], [400, 'invalid_request']);
  });
}

test('a flat JSON object is read like a form', async (t) => {
  const server = await testServer(t);
  const { status } = await sendBody(server, JSON.stringify(machine), 'application/json; charset=utf-8');
  assert.equal(status, 200);
});

const bodies: readonly (readonly [name: string, body: string, contentType: string | undefined])[] = [
  ['JSON that is none', '{"grant_type":', 'application/json'],
  ['a JSON list', '[]', 'application/json'],
  ['JSON null', 'null', 'application/json'],
  ['a list as a JSON member', '{"grant_type":["client_credentials"]}', 'application/json'],
  ['a number as a JSON member', '{"grant_type":1}', 'application/json'],
  ['a form called text', 'grant_type=client_credentials', 'text/plain'],
  ['a form called nothing', 'grant_type=client_credentials', undefined],
  ['several parts', '--x\r\n\r\n--x--', 'multipart/form-data; boundary=x'],
  ['nothing at all', '', 'application/x-www-form-urlencoded'],
  ['XML', '<grant_type/>', 'application/xml'],
];

for (const [name, body, contentType] of bodies) {
  test(`invalid_request for ${name}`, async (t) => {
    const answer = await sendBody(await testServer(t), body, contentType);
    assert.deepEqual([answer.status, answer.body.error], [400, 'invalid_request']);
  });
}

test('a body beyond all measure is given up, whether it says its length or not', async (t) => {
  const server = await testServer(t);
  const large = `${new URLSearchParams(machine)}&padding=${'x'.repeat(70_000)}`;
  const declared = await server.send('/oauth/token', {
    ...formPost({}, { authorization: basic(NIGHTLY), 'content-length': String(large.length) }),
    body: large,
  });
  assert.deepEqual([declared.status, parseJsonObject(await declared.text())?.error], [400, 'invalid_request']);
  let read = 0;
  const endless = new ReadableStream({
    pull: (controller) => {
      read += 10_000;
      controller.enqueue(new Uint8Array(10_000).fill(0x78));
    },
  });
  const init: RequestInit & { readonly duplex: 'half' } = {
    ...formPost({}, { authorization: basic(NIGHTLY), 'transfer-encoding': 'chunked' }),
    body: endless,
    duplex: 'half',
  };
  const streamed = await server.send('/oauth/token', init);
  assert.equal(streamed.status, 400);
  assert.ok(read < 200_000, `read ${read} bytes`);
});

test('the tokens of a code: what RFC 6749 asks for, and nothing else', async (t) => {
  const server = await testServer(t);
  const { stop } = await signInAndStepUp(server);
  const { body } = await tokenRequest(server, {
    grant_type: 'authorization_code',
    code: answerOf(stop).code ?? '',
    redirect_uri: 'https://intranet.fabrikam.example/callback',
    code_verifier: VERIFIER,
  });
  assert.deepEqual(Object.keys(body).toSorted(), [
    'access_token',
    'expires_in',
    'id_token',
    'refresh_token',
    'scope',
    'token_type',
  ]);
  assert.deepEqual([body.token_type, body.expires_in], ['Bearer', 900]);
});

test('T16: when the store fails the answer is server_error, with a number that is in the log', async (t) => {
  let broken = false;
  const server = await testServer(t, undefined, (store) => ({
    ...store,
    grants: {
      ...store.grants,
      redeemCode: (...all) =>
        broken ? Promise.reject(new Error('the disk is full')) : store.grants.redeemCode(...all),
    },
  }));
  const { stop } = await signInAndStepUp(server);
  broken = true;
  const { status, body, response } = await tokenRequest(
    server,
    { grant_type: 'authorization_code', code: answerOf(stop).code ?? '' },
    WEB,
  );
  assert.deepEqual([status, body.error], [500, 'server_error']);
  assert.doesNotMatch(String(body.error_description), /disk/);
  const number = response.headers.get('x-request-id') ?? 'none';
  assert.ok(server.logged.some((line) => line.includes(number) && line.includes('the disk is full')));
});
