/**
 * What the profile Config OP asks for (`oidcc-discovery-endpoint-verification`): a discovery document that says what is required and
 * nothing that is not so. That its addresses are `https:` cannot be shown over loopback; the configuration refuses others.
 */
import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { after, describe, it } from 'node:test';
import { getJson, headerOf } from '../flow.ts';
import { everyClaim, flow, startProvider, told } from './provider.ts';

const server = await startProvider({ people: ['ada'] });
after(() => server.close());

const { body: metadata, status, headers } = await getJson(server.at('.well-known/openid-configuration'));

const list = (name: string): readonly string[] => {
  const value = metadata[name];
  assert.ok(Array.isArray(value) && value.length > 0, name);
  assert.ok(
    value.every((item) => typeof item === 'string'),
    name,
  );
  assert.equal(new Set(value).size, value.length, `${name} repeats itself`);
  return value;
};

describe('oidcc-discovery-endpoint-verification: the document', () => {
  it('is JSON, found below the issuer by its well-known path, with 200', () => {
    assert.equal(status, 200);
    assert.match(headers.get('content-type') ?? '', /^application\/json/);
  });

  it('names the issuer letter by letter, which is the iss of ID tokens', async () => {
    assert.equal(metadata.issuer, server.issuer);
    assert.equal((await flow(server, 'ada')).claims.iss, metadata.issuer);
  });

  it('has every member that is required, of its type, at an address of the issuer', () => {
    for (const name of ['authorization_endpoint', 'token_endpoint', 'userinfo_endpoint', 'jwks_uri']) {
      const address = String(metadata[name]);
      assert.equal(new URL(address).origin, new URL(server.issuer).origin, name);
      assert.equal(new URL(address).hash, '', name);
    }
    assert.deepEqual(list('response_types_supported'), ['code']);
    assert.deepEqual(list('subject_types_supported'), ['public']);
    assert.ok(list('id_token_signing_alg_values_supported').includes('RS256'));
    assert.ok(list('scopes_supported').includes('openid'));
    assert.ok(list('grant_types_supported').includes('authorization_code'));
  });

  it('does not offer none, nor a shared secret, for anything that is signed', () => {
    for (const [name, value] of Object.entries(metadata)) {
      if (!name.endsWith('_alg_values_supported') || !Array.isArray(value)) continue;
      assert.ok(
        value.every((alg) => typeof alg === 'string' && /^[RPE]S256$/.test(alg)),
        name,
      );
    }
  });

  it('has members that are registered, but for one of Stile’s own', () => {
    const registered = (
      'issuer authorization_endpoint token_endpoint jwks_uri userinfo_endpoint end_session_endpoint revocation_endpoint ' +
      'introspection_endpoint scopes_supported response_types_supported response_modes_supported grant_types_supported ' +
      'token_endpoint_auth_methods_supported token_endpoint_auth_signing_alg_values_supported ' +
      'revocation_endpoint_auth_methods_supported revocation_endpoint_auth_signing_alg_values_supported ' +
      'introspection_endpoint_auth_methods_supported introspection_endpoint_auth_signing_alg_values_supported ' +
      'code_challenge_methods_supported acr_values_supported authorization_response_iss_parameter_supported ' +
      'ui_locales_supported subject_types_supported id_token_signing_alg_values_supported prompt_values_supported ' +
      'claim_types_supported claims_supported claims_parameter_supported request_parameter_supported ' +
      'request_uri_parameter_supported'
    ).split(' ');
    assert.deepEqual(
      Object.keys(metadata).filter((name) => !registered.includes(name)),
      ['token_consumption_endpoint'],
    );
  });

  it('claims_supported, claims_parameter_supported: what can be asked for by name is listed, and comes', async () => {
    assert.equal(metadata.claims_parameter_supported, true);
    const supported = list('claims_supported');
    for (const name of Object.keys(everyClaim)) assert.ok(supported.includes(name), name);
    const byName = Object.fromEntries(Object.keys(everyClaim).map((name) => [name, null]));
    const { claims } = await flow(server, 'ada', { claims: JSON.stringify({ id_token: byName }) });
    for (const name of supported) assert.ok(name in claims, name);
  });

  it('request_parameter_supported, request_uri_parameter_supported: no, said outright, and so it is', async () => {
    assert.deepEqual([metadata.request_parameter_supported, metadata.request_uri_parameter_supported], [false, false]);
    assert.equal((await told(server, { request: 'e30.e30.' })).error, 'request_not_supported');
    assert.equal((await told(server, { request_uri: 'https://a.example/' })).error, 'request_uri_not_supported');
  });

  it('prompt_values_supported: each of them is understood, and create, which is not listed, is an error', async () => {
    assert.deepEqual(list('prompt_values_supported'), ['none', 'login', 'consent', 'select_account']);
    assert.equal((await told(server, { prompt: 'create' })).error, 'invalid_request');
  });
});

describe('oidcc-discovery-endpoint-verification: the keys', () => {
  it('are public, good ones, each with a kid, an algorithm and a use of its own; those that sign are among them', async () => {
    const { body } = await getJson(String(metadata.jwks_uri));
    assert.ok(Array.isArray(body.keys));
    const keys: readonly Readonly<Record<string, unknown>>[] = body.keys;
    assert.equal(new Set(keys.map(({ kid }) => kid)).size, keys.length);
    for (const jwk of keys) {
      for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k', 'oth']) assert.ok(!(secret in jwk));
      assert.equal(jwk.use, 'sig');
      const { asymmetricKeyType, asymmetricKeyDetails } = createPublicKey({ key: { ...jwk }, format: 'jwk' });
      if (asymmetricKeyType === 'rsa') {
        assert.equal(jwk.alg, 'RS256');
        assert.ok(Number(asymmetricKeyDetails?.modulusLength) >= 2048);
        assert.equal(asymmetricKeyDetails?.publicExponent, 65_537n);
      } else {
        assert.deepEqual([jwk.alg, asymmetricKeyDetails?.namedCurve], ['ES256', 'prime256v1']);
      }
    }
    const { body: tokens } = await flow(server, 'ada');
    assert.ok(keys.some(({ kid }) => kid === headerOf(String(tokens.id_token)).kid));
  });
});
