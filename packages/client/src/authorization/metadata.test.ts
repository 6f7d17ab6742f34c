import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createAuthorizationServer } from '../testing/authorization-server.ts';
import { code } from '../testing/errors.ts';
import { createDiscovery } from './metadata.ts';

describe('discovery', () => {
  it('fetches the metadata once, from below the issuer', async () => {
    const urls: unknown[] = [];
    const server = createAuthorizationServer(() => 0);
    const discover = createDiscovery(server.issuer, (input, init) => {
      urls.push(input);
      return server.fetch(input, init);
    });
    const [first, second] = await Promise.all([discover(), discover()]);
    assert.equal(first, second);
    assert.equal(first.tokenEndpoint, 'https://login.example/oauth/token');
    assert.equal(first.issIsPromised, true);
    assert.deepEqual(first.acrValuesSupported, ['mfa', 'phr']);
    assert.deepEqual(urls, ['https://login.example/.well-known/openid-configuration']);
  });

  it('tries again after a failure', async () => {
    const server = createAuthorizationServer(() => 0);
    let fails = true;
    const discover = createDiscovery(server.issuer, (input, init) =>
      fails ? Promise.reject(new TypeError('offline')) : server.fetch(input, init),
    );
    await assert.rejects(discover(), code('server_unusable'));
    fails = false;
    assert.equal((await discover()).issuer, server.issuer);
  });

  const wrong: readonly [string, unknown][] = [
    ['another issuer', { issuer: 'https://login.example' }],
    ['no token endpoint', { token_endpoint: undefined }],
    ['an endpoint without TLS', { authorization_endpoint: 'http://login.example/authorize' }],
    ['an endpoint that is a script', { authorization_endpoint: 'javascript:alert(1)' }],
  ];
  for (const [name, changes] of wrong) {
    it(`refuses ${name}`, async () => {
      const server = createAuthorizationServer(() => 0);
      Object.assign(server.metadata, changes);
      await assert.rejects(createDiscovery(server.issuer, server.fetch)(), code('server_unusable'));
    });
  }

  it('refuses what is not a metadata document, and an issuer without TLS', async () => {
    for (const answer of [new Response('', { status: 404 }), new Response('<html>'), Response.json([])]) {
      await assert.rejects(
        createDiscovery('https://a.example', () => Promise.resolve(answer))(),
        code('server_unusable'),
      );
    }
    assert.throws(() => createDiscovery('http://a.example', fetch), TypeError);
    createDiscovery('http://127.0.0.1:3000/', fetch);
  });
});
