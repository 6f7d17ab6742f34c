/** Discovery says nothing that is not so: every member is tried. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PAPE_MULTI_FACTOR, parseJsonObject, STANDARD_CLAIMS } from '@stile/core';
import { formPost, TestBrowser } from '../testing/browser.ts';
import { handedOver } from '../testing/endpoints.ts';
import { answerOf, authorizeUrl, claimsOf, redeem, signInAndStepUp } from '../testing/flow.ts';
import type { TestServer } from '../testing/test-server.ts';
import { testServer } from '../testing/test-server.ts';

const ISSUER = 'https://login.fabrikam.example/';

const metadataOf = async (server: TestServer, path = '/.well-known/openid-configuration') =>
  parseJsonObject(await (await server.send(path)).text()) ?? {};

const listIn = (metadata: Readonly<Record<string, unknown>>, name: string): readonly string[] => {
  const value = metadata[name];
  assert.ok(Array.isArray(value) && value.length > 0, name);
  assert.equal(new Set(value).size, value.length, `${name} repeats itself`);
  return value;
};

test('both documents are the same, for anybody, and may be kept for minutes', async (t) => {
  const server = await testServer(t);
  const openid = await metadataOf(server);
  assert.deepEqual(await metadataOf(server, '/.well-known/oauth-authorization-server'), openid);
  assert.equal(openid.issuer, ISSUER);
  const response = await server.send('/.well-known/openid-configuration', {
    headers: { origin: 'https://any.example' },
  });
  assert.equal(response.headers.get('content-type'), 'application/json');
  assert.equal(response.headers.get('cache-control'), 'public, max-age=300');
  assert.equal(response.headers.get('access-control-allow-origin'), '*');
});

test('every endpoint exists under the issuer and answers', async (t) => {
  const server = await testServer(t);
  const metadata = await metadataOf(server);
  const endpoints = Object.entries(metadata).filter(([name]) => /_(endpoint|uri)$/.test(name));
  assert.ok(endpoints.length >= 8);
  for (const [name, address] of endpoints) {
    assert.ok(typeof address === 'string' && address.startsWith(ISSUER), name);
    const statuses = await Promise.all(
      [{}, formPost({})].map(async (init) => (await server.send(new URL(address).pathname, init)).status),
    );
    assert.ok(
      statuses.every((status) => status !== 404 && status < 500),
      `${name}: ${statuses.join(' ')}`,
    );
    assert.ok(
      statuses.some((status) => status !== 405),
      name,
    );
  }
});

test('every level can be asked for and is given back by its name; others are honestly unmet', async (t) => {
  const server = await testServer(t);
  const supported = listIn(await metadataOf(server), 'acr_values_supported');
  assert.deepEqual(supported, ['phr', 'mfa', PAPE_MULTI_FACTOR, '1fa']);
  for (const acr of supported.slice(1)) {
    server.advance(30);
    const { stop } = await signInAndStepUp(server, {
      claims: `{"id_token":{"acr":{"essential":true,"value":"${acr}"}}}`,
    });
    assert.equal(claimsOf((await redeem(server, stop)).body.id_token).acr, acr);
  }
  for (const acr of ['phrh', '2fa', '0']) {
    const stop = await new TestBrowser(server).go(authorizeUrl({ acr_values: acr }));
    assert.equal(answerOf(stop).error, 'unmet_authentication_requirements');
  }
});

test('every response mode and type carries an answer, and no other does', async (t) => {
  const server = await testServer(t);
  const metadata = await metadataOf(server);
  const { browser } = await signInAndStepUp(server);
  for (const mode of listIn(metadata, 'response_modes_supported')) {
    const stop = await browser.go(authorizeUrl({ response_mode: mode }));
    const answer =
      mode === 'query'
        ? answerOf(stop)
        : mode === 'fragment'
          ? Object.fromEntries(new URLSearchParams(new URL(stop.url).hash.slice(1)))
          : handedOver(stop).response;
    assert.match(String(answer.code), /^[\w-]{43}$/, mode);
    assert.deepEqual([answer.state, answer.iss], ['state-1', ISSUER]);
  }
  assert.deepEqual(listIn(metadata, 'response_types_supported'), ['code']);
  assert.equal(metadata.authorization_response_iss_parameter_supported, true);
});

test('every prompt, code challenge method and scope is taken', async (t) => {
  const server = await testServer(t);
  const metadata = await metadataOf(server);
  const { browser } = await signInAndStepUp(server);
  for (const prompt of listIn(metadata, 'prompt_values_supported')) {
    assert.notEqual(answerOf(await browser.go(authorizeUrl({ prompt }))).error, 'invalid_request', prompt);
  }
  assert.deepEqual(listIn(metadata, 'code_challenge_methods_supported'), ['S256']);
  for (const scope of listIn(metadata, 'scopes_supported').filter((name) => !name.includes(':'))) {
    const { body } = await redeem(server, await browser.go(authorizeUrl({ scope })));
    assert.equal(body.scope, scope);
  }
});

test('what is said not to be supported is refused, by the error that says so', async (t) => {
  const server = await testServer(t);
  const metadata = await metadataOf(server);
  assert.equal(metadata.request_parameter_supported, false);
  assert.equal(metadata.request_uri_parameter_supported, false);
  for (const name of ['registration_endpoint', 'device_authorization_endpoint', 'check_session_iframe']) {
    assert.equal(metadata[name], undefined);
  }
});

test('every grant type is known at the token endpoint, and every way of authenticating to its parser', async (t) => {
  const server = await testServer(t);
  const metadata = await metadataOf(server);
  for (const grantType of listIn(metadata, 'grant_types_supported')) {
    const response = await server.send('/oauth/token', formPost({ grant_type: grantType, client_id: 'spa' }));
    assert.notEqual(parseJsonObject(await response.text())?.error, 'unsupported_grant_type', grantType);
  }
  const everyWay = ['client_secret_basic', 'client_secret_post', 'private_key_jwt'];
  assert.deepEqual(listIn(metadata, 'token_endpoint_auth_methods_supported'), [...everyWay, 'none']);
  assert.deepEqual(listIn(metadata, 'introspection_endpoint_auth_methods_supported'), everyWay);
});

test('the claims it lists are those that tokens carry', async (t) => {
  const known = Object.fromEntries(STANDARD_CLAIMS.map((name) => [name, 'known']));
  const server = await testServer(t, ({ users = [], ...config }) => ({
    ...config,
    users: users.map((user) => ({ ...user, claims: known })),
  }));
  const { stop } = await signInAndStepUp(server, { scope: 'openid profile email address phone' });
  const claims = claimsOf((await redeem(server, stop)).body.id_token);
  for (const name of listIn(await metadataOf(server), 'claims_supported')) assert.ok(name in claims, name);
});

test('tokens are signed by the algorithms it lists, with keys from its jwks_uri', async (t) => {
  const server = await testServer(t);
  const metadata = await metadataOf(server);
  const response = await server.send(new URL(String(metadata.jwks_uri)).pathname);
  assert.equal(response.headers.get('content-type'), 'application/jwk-set+json');
  const keys = parseJsonObject(await response.text())?.keys;
  assert.ok(Array.isArray(keys));
  const algs = new Set(keys.map((key: { alg: string }) => key.alg));
  assert.deepEqual(algs, new Set(listIn(metadata, 'id_token_signing_alg_values_supported')));
});
