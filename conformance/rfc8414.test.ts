/** RFC 8414, Authorization Server Metadata, and OpenID Connect Discovery 1.0: what is promised is there. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { startAuthorizationServer } from './authorization-server.ts';
import { getJson } from './flow.ts';

const server = await startAuthorizationServer();
after(() => server.close());

const documents = ['.well-known/oauth-authorization-server', '.well-known/openid-configuration'];

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : assert.fail('no list'));

for (const path of documents) {
  const { status, headers, body } = await getJson(server.at(path));

  describe(`RFC 8414: ${path}`, () => {
    it('3.2: is JSON that any page may read', () => {
      assert.equal(status, 200);
      assert.equal(headers.get('content-type'), 'application/json');
      assert.equal(headers.get('access-control-allow-origin'), '*');
    });

    it('3.3: issuer is the very address it was asked at', () => {
      assert.equal(body.issuer, server.issuer);
    });

    it('2: what is required is there', () => {
      for (const name of ['authorization_endpoint', 'token_endpoint', 'jwks_uri']) {
        assert.ok(String(body[name]).startsWith(server.issuer), name);
      }
      assert.deepEqual(body.response_types_supported, ['code']);
    });

    it('2: every endpoint answers, and to nothing but the methods it is for', async () => {
      const endpoints = Object.entries(body).filter(([name]) => name.endsWith('_endpoint') || name === 'jwks_uri');
      assert.ok(endpoints.length >= 8);
      for (const [name, url] of endpoints) {
        const response = await fetch(String(url), { redirect: 'manual' });
        await response.body?.cancel();
        assert.ok([200, 400, 401, 405].includes(response.status), `${name}: ${response.status}`);
        assert.equal((await fetch(String(url), { method: 'DELETE' })).status, 405, name);
      }
    });

    it('2: grants, response modes and methods are those that are spoken', () => {
      assert.deepEqual(body.grant_types_supported, ['authorization_code', 'refresh_token', 'client_credentials']);
      assert.deepEqual(body.response_modes_supported, ['query', 'fragment', 'form_post', 'web_message']);
      assert.deepEqual(body.code_challenge_methods_supported, ['S256']);
      const methods = ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'];
      assert.deepEqual(body.token_endpoint_auth_methods_supported, methods);
      assert.ok(!list(body.introspection_endpoint_auth_methods_supported).includes('none'));
    });

    it('RFC 9207, section 3, and RFC 9470, section 7: iss and acr_values are announced', () => {
      assert.equal(body.authorization_response_iss_parameter_supported, true);
      // Nothing counts as bound to hardware here, so nobody could reach phrh, and it is not promised.
      assert.deepEqual(body.acr_values_supported, [
        'phr',
        'mfa',
        'http://schemas.openid.net/pape/policies/2007/06/multi-factor',
        '1fa',
      ]);
    });

    it('OpenID Connect Discovery 1.0, section 3: what is required of a provider is there', () => {
      assert.deepEqual(body.subject_types_supported, ['public']);
      assert.ok(list(body.id_token_signing_alg_values_supported).includes('RS256'));
      assert.ok(list(body.scopes_supported).includes('openid'));
      assert.deepEqual(list(body.prompt_values_supported), ['none', 'login', 'consent', 'select_account']);
      assert.equal(body.request_uri_parameter_supported, false);
    });
  });
}

describe('RFC 7517: the keys', () => {
  it('are public, have names, algorithms and a use, and hold a next one for each algorithm', async () => {
    const { headers, body } = await getJson(server.at('.well-known/jwks.json'));
    assert.equal(headers.get('content-type'), 'application/jwk-set+json');
    // OpenID Connect Core 1.0, section 10.1.1: for how long they may be kept, so that a rotation is seen in time.
    assert.match(headers.get('cache-control') ?? '', /max-age=\d{1,3}\b/);
    const keys = list(body.keys).map((key): Record<string, unknown> => Object(key));
    for (const alg of ['RS256', 'ES256']) assert.equal(keys.filter((key) => key.alg === alg).length, 2);
    assert.equal(new Set(keys.map(({ kid }) => kid)).size, keys.length);
    for (const key of keys) {
      assert.equal(key.use, 'sig');
      for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']) assert.ok(!(secret in key), secret);
    }
  });
});
