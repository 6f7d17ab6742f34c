import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { enough, fuzz } from '../../../tools/fuzz/fuzz.ts';
import { nearly } from '../../../tools/fuzz/hostile-text.ts';
import { metadataHandlerAt, metadataPathOf } from './protected-resource-metadata.ts';

it('metadata have a place for an address alone, and are there and nowhere else', () => {
  const audience = nearly(
    fc.oneof(fc.webUrl({ withQueryParameters: true }), fc.constantFrom('https://api.example/accounts', 'urn:api')),
  );
  let placed = 0;
  fuzz(
    fc.property(audience, nearly(fc.constant('/.well-known/oauth-protected-resource')), (resource, elsewhere) => {
      const path = metadataPathOf(resource);
      if (path === undefined) return;
      placed += 1;
      assert.ok(path.startsWith('/.well-known/oauth-protected-resource') && !path.includes('#'));
      const handle = metadataHandlerAt(path, () => ({
        resource,
        authorization_servers: [],
        scopes_supported: [],
        bearer_methods_supported: ['header'],
      }));
      assert.equal(handle(new Request(new URL(path, 'https://api.example'))).status, 200);
      if (!URL.canParse(elsewhere, 'https://api.example/')) return;
      const other = new URL(elsewhere, 'https://api.example/');
      if (!/^https?:$/.test(other.protocol) || other.username !== '' || other.password !== '') return;
      assert.equal(handle(new Request(other)).status, other.pathname + other.search === path ? 200 : 404);
    }),
  );
  enough(placed, 500, 'had a place');
});
