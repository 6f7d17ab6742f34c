import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { exampleClient } from '../client/client.example.ts';
import { instant } from '../instant.ts';
import { events } from '../step-up.notation.ts';
import { exampleApi } from './api.example.ts';
import type { Api } from './api.ts';
import { defaultLevels } from './levels.ts';
import { freshUntil, grantableScopes, isElevated, isSingleUse, mayHave, standingScopes, targetApi } from './scopes.ts';

const NAMES_OF_OBJECTS = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'];

const granted = (scopes: string, client = exampleClient, api: Api | undefined = exampleApi): string => {
  const result = grantableScopes(scopes.split(' '), client, api);
  return result.ok ? result.value.join(' ') : result.error.code;
};

describe('the scopes a client can be given', () => {
  it('those of the API that it may have, and OpenID Connect’s; the others are left out', () => {
    assert.equal(granted('openid read transfer vault unheard-of'), 'openid read transfer');
    assert.equal(granted('transfer openid'), 'transfer openid');
  });
  it('when none is left the request is refused; when none was asked for it is not', () => {
    assert.equal(granted('vault unheard-of'), 'invalid_scope');
    assert.deepEqual(grantableScopes([], exampleClient, exampleApi), { ok: true, value: [] });
  });
  it('none of an API without an API', () => {
    const noApi = grantableScopes(['read'], exampleClient, undefined);
    assert.equal(!noApi.ok && noApi.error.code, 'invalid_scope');
    assert.deepEqual(grantableScopes(['openid', 'read'], exampleClient, undefined), { ok: true, value: ['openid'] });
  });
  it('none that the client may have elsewhere, or that the API does not define', () => {
    const elsewhere = { ...exampleClient, apis: { 'https://other.example/': ['read'] } };
    assert.equal(granted('read', elsewhere), 'invalid_scope');
    const more = { ...exampleClient, apis: { 'https://api.example/': ['read', 'unheard-of'] } };
    assert.equal(granted('read unheard-of', more), 'read');
  });
  it('what a client may have it may have of one API, and of no other', () => {
    assert.equal(mayHave(exampleClient, exampleApi, 'read'), true);
    assert.equal(mayHave(exampleClient, exampleApi, 'vault'), false);
    assert.equal(mayHave(exampleClient, { ...exampleApi, audience: 'https://other.example/' }, 'read'), false);
    assert.equal(mayHave(exampleClient, undefined, 'read'), false);
  });
  it('offline_access only for a client that may refresh', () => {
    assert.equal(granted('openid offline_access'), 'openid offline_access');
    assert.equal(granted('openid offline_access', { ...exampleClient, grantTypes: ['authorization_code'] }), 'openid');
  });
  it('names are compared whole and exactly', () => {
    assert.equal(granted('openid Read READ read: rea reads'), 'openid');
    assert.equal(granted('OpenID'), 'invalid_scope');
  });
  it('a scope with the name of what every object has comes to life for nobody', () => {
    for (const name of NAMES_OF_OBJECTS) {
      assert.equal(granted(name), 'invalid_scope');
      assert.equal(granted(name, { ...exampleClient, apis: { 'https://api.example/': [name] } }), 'invalid_scope');
      assert.equal(granted('read', { ...exampleClient, apis: {} }, { ...exampleApi, audience: name }), 'invalid_scope');
    }
  });
});

describe('the API a request is for', () => {
  const apis = new Map([[exampleApi.audience, exampleApi]]);
  const target = (audience: string | undefined, client = exampleClient) => targetApi(apis, audience, client);

  it('the one it names, or none', () => {
    assert.deepEqual(target('https://api.example/'), { ok: true, value: exampleApi });
    assert.deepEqual(target(undefined), { ok: true, value: undefined });
  });
  it('not one that does not exist, or at which the client may do nothing', () => {
    for (const audience of ['https://api.example', 'HTTPS://api.example/', '', ...NAMES_OF_OBJECTS]) {
      const result = target(audience);
      assert.equal(!result.ok && result.error.code, 'invalid_target');
    }
    const result = target('https://api.example/', { ...exampleClient, apis: {} });
    assert.equal(!result.ok && result.error.code, 'invalid_target');
    for (const audience of NAMES_OF_OBJECTS) {
      const odd = new Map([[audience, { ...exampleApi, audience }]]);
      assert.equal(targetApi(odd, audience, { ...exampleClient, apis: {} }).ok, false);
    }
  });
});

describe('T27: the scopes that still stand at a refresh', () => {
  const all = ['openid', 'offline_access', 'read', 'transfer', 'vault', 'pay', 'recent', 'impossible', 'unheard-of'];
  const stand = (facts: string, now: number, scopes = all) =>
    standingScopes(scopes, exampleApi, events(facts), defaultLevels, instant(now)).join(' ');

  it('those whose demand the facts of the grant meet now; the rest is left out and nothing breaks', () => {
    assert.equal(stand('password@0, key@10', 10), 'openid offline_access read transfer vault recent');
    assert.equal(stand('password@0, key@10', 60), 'openid offline_access read transfer vault recent');
    assert.equal(stand('password@0, key@10', 61), 'openid offline_access read transfer vault');
    assert.equal(stand('password@0, key@10', 310), 'openid offline_access read transfer vault');
    assert.equal(stand('password@0, key@10', 311), 'openid offline_access read vault');
    assert.equal(stand('password@0, totp@10', 311), 'openid offline_access read');
  });
  it('T6: a grant from before a step-up never gains the scope: only its own facts count', () => {
    assert.equal(stand('password@0', 5), 'openid offline_access read recent');
  });
  it('never one that may be used once, however fresh the proof', () => {
    assert.equal(stand('password@0, key@10', 10, ['pay']), '');
  });
  it('never one that the API no longer defines, or that nobody defined', () => {
    assert.equal(stand('password@0', 0, ['gone', ...NAMES_OF_OBJECTS]), '');
    assert.deepEqual(standingScopes(['openid', 'read'], undefined, events('password@0'), defaultLevels, instant(0)), [
      'openid',
    ]);
  });
  it('without any proof only what belongs to no API', () => {
    assert.equal(stand('', 0), 'openid offline_access');
  });
});

describe('what kind of scope it is', () => {
  it('elevated: it demands a proof, or may be used once; unknown ones count as such, so that nobody gets them unasked', () => {
    for (const scope of ['transfer', 'vault', 'pay', 'recent', 'impossible', 'unheard-of', ...NAMES_OF_OBJECTS]) {
      assert.equal(isElevated(scope, exampleApi), true, scope);
    }
    for (const scope of ['read', 'openid', 'profile', 'offline_access'])
      assert.equal(isElevated(scope, exampleApi), false);
    const { pay } = exampleApi.scopes;
    const free = { ...exampleApi, scopes: { ...(pay && { pay: { ...pay, requires: {} } }) } };
    assert.equal(isElevated('pay', free), true);
    assert.equal(isElevated('read', undefined), true);
  });
  it('a token with one scope that may be used once may be used once', () => {
    assert.equal(isSingleUse(['read', 'pay'], exampleApi), true);
    assert.equal(isSingleUse(['read', 'transfer', 'openid', ...NAMES_OF_OBJECTS], exampleApi), false);
    assert.equal(isSingleUse(['pay'], undefined), false);
  });
});

describe('until when the proofs are fresh enough for what was granted', () => {
  const until = (facts: string, ...scopes: readonly string[]) =>
    freshUntil(scopes, exampleApi, events(facts), defaultLevels, instant(100));

  it('the age that a scope allows, counted from the proof that it asks for', () => {
    assert.equal(until('password@0, totp@90', 'transfer'), 390);
    assert.equal(until('password@95, totp@90', 'transfer'), 390);
    assert.equal(until('password@95, totp@90', 'recent'), 150);
  });
  it('the soonest end of several', () => {
    assert.equal(until('password@90, totp@90', 'transfer', 'recent'), 150);
    assert.equal(until('password@90, totp@90', 'recent', 'transfer'), 150);
  });
  it('is no matter where no scope demands an age', () => {
    assert.equal(until('password@0, key@90', 'openid', 'read', 'vault', 'unheard-of', ...NAMES_OF_OBJECTS), undefined);
    assert.equal(until('password@0, key@90', 'openid', 'read', 'vault', 'transfer'), 390);
    assert.equal(
      freshUntil(['transfer'], undefined, events('password@0, totp@90'), defaultLevels, instant(100)),
      undefined,
    );
  });
  it('says nothing for a scope that was not earned', () => {
    assert.equal(until('password@90', 'transfer'), undefined);
    assert.equal(until('password@90', 'transfer', 'recent'), 150);
  });
});
