/** A client that acts for itself: never a scope that demands a person, never a person's token. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { introspect, NIGHTLY, userinfo, WEB } from '../testing/endpoints.ts';
import { claimsOf, tokenRequest } from '../testing/flow.ts';
import { ACCOUNTS, REPORTS } from '../testing/test-config.ts';
import { START, testServer } from '../testing/test-server.ts';

type Fields = Readonly<Record<string, string>>;

const cases: readonly (readonly [name: string, fields: Fields, scope: unknown])[] = [
  ['all it may have, when it asks for nothing', { audience: REPORTS }, 'read:reports'],
  ['the scope it asks for', { audience: ACCOUNTS, scope: 'read:accounts' }, 'read:accounts'],
  ['by resource as well', { resource: ACCOUNTS }, 'read:accounts'],
  ['never a scope that demands a proof, though it is registered', { audience: ACCOUNTS }, 'read:accounts'],
  ['not even beside another', { audience: ACCOUNTS, scope: 'read:accounts transfer:funds' }, 'read:accounts'],
  ['none of OpenID Connect’s', { audience: ACCOUNTS, scope: 'openid offline_access read:accounts' }, 'read:accounts'],
];

for (const [name, fields, scope] of cases) {
  test(`client_credentials gives ${name}`, async (t) => {
    const server = await testServer(t);
    const { status, body } = await tokenRequest(server, { grant_type: 'client_credentials', ...fields }, NIGHTLY);
    assert.equal(status, 200);
    assert.deepEqual([body.scope, claimsOf(body.access_token).scope], [scope, scope]);
    assert.deepEqual([body.refresh_token, body.id_token], [undefined, undefined]);
  });
}

const refusals: readonly (readonly [name: string, fields: Fields, error: string])[] = [
  ['a scope that demands a person', { audience: ACCOUNTS, scope: 'transfer:funds' }, 'invalid_scope'],
  ['openid alone', { audience: ACCOUNTS, scope: 'openid' }, 'invalid_scope'],
  ['a scope it is not registered for', { audience: ACCOUNTS, scope: 'close:account' }, 'invalid_scope'],
  ['a scope nobody knows', { audience: ACCOUNTS, scope: 'constructor' }, 'invalid_scope'],
  ['no API', {}, 'invalid_target'],
  ['an API it is not registered for', { audience: 'https://api.fabrikam.example/other' }, 'invalid_target'],
  ['the userinfo endpoint', { audience: 'https://login.fabrikam.example/userinfo' }, 'invalid_target'],
  ['two APIs', { audience: ACCOUNTS, resource: REPORTS }, 'invalid_target'],
];

for (const [name, fields, error] of refusals) {
  test(`client_credentials is refused for ${name}`, async (t) => {
    const server = await testServer(t);
    const { status, body } = await tokenRequest(server, { grant_type: 'client_credentials', ...fields }, NIGHTLY);
    assert.deepEqual([status, body.error], [400, error]);
  });
}

test('the token says exactly whose it is, and nothing of a person', async (t) => {
  const server = await testServer(t);
  const fields = { grant_type: 'client_credentials', audience: REPORTS };
  const { body } = await tokenRequest(server, fields, NIGHTLY);
  const { jti, ...claims } = claimsOf(body.access_token);
  assert.match(String(jti), /^at_[\w-]{24}$/);
  assert.deepEqual(claims, {
    iss: 'https://login.fabrikam.example/',
    sub: 'nightly',
    aud: REPORTS,
    client_id: 'nightly',
    iat: START,
    exp: START + 900,
    scope: 'read:reports',
  });
  const [head = ''] = String(body.access_token).split('.');
  const { alg, typ } = JSON.parse(Buffer.from(head, 'base64url').toString());
  assert.deepEqual([alg, typ], ['ES256', 'at+jwt']);
  assert.equal((await introspect(server, body.access_token, NIGHTLY)).body.active, true);
  assert.deepEqual((await introspect(server, body.access_token, WEB)).body, { active: false });
  assert.equal((await userinfo(server, body.access_token)).status, 401);
});
