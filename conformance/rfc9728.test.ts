/** RFC 9728, Protected Resource Metadata: published by an API behind `@stile/resource-server`, read by oauth4webapi. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import * as oauth from 'oauth4webapi';
import { listenAnywhere, startApi } from './api.ts';
import { startAuthorizationServer } from './authorization-server.ts';
import { insecure } from './plain-http.ts';

const at = await listenAnywhere();
const audience = `${at.origin}/accounts`;
const server = await startAuthorizationServer();
const api = await startApi(server, { at, audience });
after(async () => {
  await api.close();
  await server.close();
});

describe('RFC 9728', () => {
  it('5.1: the challenge of a call without a token names where the metadata is', async () => {
    const response = await fetch(audience);
    assert.equal(response.status, 401);
    const metadata = `${api.origin}/.well-known/oauth-protected-resource/accounts`;
    assert.ok(response.headers.get('www-authenticate')?.includes(`resource_metadata="${metadata}"`));
  });

  it('3: the metadata are where the path of the resource says, and name the resource and who issues its tokens', async () => {
    const resource = new URL(audience);
    const response = await oauth.resourceDiscoveryRequest(resource, insecure);
    const metadata = await oauth.processResourceDiscoveryResponse(resource, response);
    assert.equal(metadata.resource, audience);
    assert.deepEqual(metadata.authorization_servers, [server.issuer]);
    assert.deepEqual(metadata.scopes_supported, ['read:accounts', 'transfer:funds']);
    assert.deepEqual(metadata.bearer_methods_supported, ['header']);
  });

  it('3.3: a client that asked for another resource does not take them', async () => {
    const response = await oauth.resourceDiscoveryRequest(new URL(audience), insecure);
    const other = new URL(`${api.origin}/other`);
    await assert.rejects(oauth.processResourceDiscoveryResponse(other, response), oauth.OperationProcessingError);
  });

  it('7.6: from the metadata of the resource a client finds the metadata of its authorization server', async () => {
    const resource = new URL(audience);
    const response = await oauth.resourceDiscoveryRequest(resource, insecure);
    const { authorization_servers = [] } = await oauth.processResourceDiscoveryResponse(resource, response);
    const issuer = new URL(authorization_servers[0] ?? '');
    const discovery = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure });
    assert.equal((await oauth.processDiscoveryResponse(issuer, discovery)).issuer, server.issuer);
  });
});
