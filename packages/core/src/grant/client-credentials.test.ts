import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { exampleClient } from '../client/client.example.ts';
import { exampleApi } from '../policy/api.example.ts';
import { machineScopes } from './client-credentials.ts';

const EVERYTHING = [...Object.keys(exampleApi.scopes), 'openid', 'offline_access', 'unheard-of', 'constructor'];
const eager = { ...exampleClient, apis: { [exampleApi.audience]: EVERYTHING } };

const scopesOf = (requested: readonly string[], client = eager): string => {
  const outcome = machineScopes(requested, client, exampleApi);
  return outcome.ok ? outcome.value.join(' ') : outcome.error.code;
};

describe('the scopes a client gets for itself', () => {
  it('T7: never one that demands a person’s proof, is used once, belongs to a person, or is not defined', () => {
    assert.equal(scopesOf([]), 'read');
    assert.equal(scopesOf(EVERYTHING), 'read');
    for (const scope of EVERYTHING) assert.equal(scopesOf([scope]), scope === 'read' ? 'read' : 'invalid_scope', scope);
  });
  it('never one that it may not have', () => {
    assert.equal(
      scopesOf(['read'], { ...exampleClient, apis: { [exampleApi.audience]: ['transfer'] } }),
      'invalid_scope',
    );
    assert.equal(scopesOf([], { ...exampleClient, apis: {} }), '');
    assert.equal(scopesOf(['read'], { ...exampleClient, apis: {} }), 'invalid_scope');
  });
  it('never one that is a person’s, even if an API has one of that name', () => {
    const { read } = exampleApi.scopes;
    const odd = { ...exampleApi, scopes: { ...(read && { profile: read, read }) } };
    assert.deepEqual(machineScopes([], eager, odd), { ok: true, value: ['read'] });
  });
  it('an API with the name of what every object has is not found on any client', () => {
    for (const audience of ['constructor', '__proto__', 'toString']) {
      assert.deepEqual(machineScopes([], { ...exampleClient, apis: {} }, { ...exampleApi, audience }), {
        ok: true,
        value: [],
      });
    }
  });
});
