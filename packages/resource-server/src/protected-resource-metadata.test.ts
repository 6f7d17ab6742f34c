import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { metadataPathOf } from './protected-resource-metadata.ts';
import type { ResourceServer } from './resource-server.ts';
import { createResourceServer } from './resource-server.ts';

const server = (audience: string, scopesSupported?: readonly string[]): ResourceServer =>
  createResourceServer({
    issuer: 'https://as.example/',
    audience,
    ...(scopesSupported ? { scopesSupported } : {}),
  });

describe('the metadata of a protected resource', () => {
  it('are published before the path of the resource', () => {
    const wellKnown = '/.well-known/oauth-protected-resource';
    assert.equal(metadataPathOf('https://api.example'), wellKnown);
    assert.equal(metadataPathOf('https://api.example/'), wellKnown);
    assert.equal(metadataPathOf('https://api.example/accounts'), `${wellKnown}/accounts`);
    assert.equal(metadataPathOf('https://api.example/accounts/'), `${wellKnown}/accounts/`);
    assert.equal(metadataPathOf('https://api.example/a?tenant=b'), `${wellKnown}/a?tenant=b`);
    for (const audience of ['accounts', 'urn:api:accounts', 'https://api.example/#x']) {
      assert.equal(metadataPathOf(audience), undefined);
      assert.throws(() => server(audience).metadataHandler(), TypeError);
    }
  });

  it('say who issues tokens and what scopes the routes demand', async () => {
    const rs = server('https://api.example/accounts');
    rs.protect({ scopes: ['transfer:funds'] }, () => new Response());
    rs.guard({ scopes: ['read:accounts', 'transfer:funds'] });
    const response = rs.metadataHandler()(
      new Request('https://api.example/.well-known/oauth-protected-resource/accounts'),
    );
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('content-type'), 'application/json');
    assert.equal(response.headers.get('access-control-allow-origin'), '*');
    assert.deepEqual(await response.json(), {
      resource: 'https://api.example/accounts',
      authorization_servers: ['https://as.example/'],
      scopes_supported: ['read:accounts', 'transfer:funds'],
      bearer_methods_supported: ['header'],
    });
  });

  it('name the scopes that the options name', async () => {
    const rs = server('https://api.example', ['b', 'a']);
    rs.guard({ scopes: ['secret'] });
    const response = rs.metadataHandler()(new Request('https://api.example/.well-known/oauth-protected-resource'));
    const { scopes_supported } = (await response.json()) as { scopes_supported: unknown };
    assert.deepEqual(scopes_supported, ['a', 'b']);
  });

  it('are only at their place, and only to be read', () => {
    const handler = server('https://api.example/accounts').metadataHandler();
    const status = (path: string, method = 'GET'): number =>
      handler(new Request(`https://api.example${path}`, { method })).status;
    assert.equal(status('/.well-known/oauth-protected-resource'), 404);
    assert.equal(status('/.well-known/oauth-protected-resource/accounts/x'), 404);
    assert.equal(status('/.well-known/oauth-protected-resource/accounts?x'), 404);
    assert.equal(status('/.well-known/oauth-protected-resource/accounts', 'HEAD'), 200);
    assert.equal(status('/.well-known/oauth-protected-resource/accounts', 'POST'), 405);
  });
});
