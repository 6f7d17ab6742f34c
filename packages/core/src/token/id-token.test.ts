import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { instant } from '../instant.ts';
import { defaultLevels } from '../policy/levels.ts';
import { events, requirements } from '../step-up.notation.ts';
import { contextThatMeets } from '../step-up.ts';
import { idTokenClaims } from './id-token.ts';

const context = contextThatMeets(events('password@0, totp@10'), requirements('acr_values PAPE'), defaultLevels);
assert.ok(context);

const FACTS = {
  issuer: 'https://id.example/',
  subject: 'alice',
  clientId: 'app',
  issuedAt: instant(1000),
  lifetimeSeconds: 60,
  sessionId: 'ses_1',
  context,
  nonce: 'n-0S6_WzA2Mj',
  userClaims: { name: 'Alice' },
};

describe('the claims of an ID token', () => {
  const claims = idTokenClaims(FACTS);

  it('say who, by whom, for whom, when, and what was proven', () => {
    assert.deepEqual(claims, {
      iss: 'https://id.example/',
      sub: 'alice',
      aud: 'app',
      iat: 1000,
      exp: 1060,
      sid: 'ses_1',
      acr: 'http://schemas.openid.net/pape/policies/2007/06/multi-factor',
      acrs: ['mfa', '1fa'],
      amr: ['mfa', 'otp', 'pwd'],
      amr_times: { pwd: 0, otp: 10, mfa: 10 },
      auth_time: 10,
      nonce: 'n-0S6_WzA2Mj',
      name: 'Alice',
    });
  });
  it('have no nonce when a token is refreshed, and the same acr, amr and auth_time (T5)', () => {
    const { nonce: _, ...facts } = FACTS;
    const refreshed = idTokenClaims({ ...facts, issuedAt: instant(90_000) });
    assert.equal(Object.hasOwn(refreshed, 'nonce'), false);
    for (const name of ['acr', 'acrs', 'amr', 'amr_times', 'auth_time']) {
      assert.deepEqual(Reflect.get(refreshed, name), Reflect.get(claims, name));
    }
  });
  it('T25: nothing known about a person speaks in place of what the token says of itself', () => {
    const names = [
      ...Object.keys(claims),
      'azp',
      'nbf',
      'jti',
      'cnf',
      'at_hash',
      'c_hash',
      'scope',
      'act',
      'single_use',
    ];
    const reserved = names.filter((name) => name !== 'name');
    const forged = Object.fromEntries(reserved.map((name) => [name, 'forged']));
    assert.deepEqual(idTokenClaims({ ...FACTS, userClaims: { ...forged, name: 'Alice' } }), claims);
    const { nonce: _, ...facts } = FACTS;
    assert.equal(Object.hasOwn(idTokenClaims({ ...facts, userClaims: forged }), 'nonce'), false);
  });
  it('are never changed by any claim about a person, only added to', () => {
    const { name: _, ...own } = claims;
    fc.assert(
      fc.property(
        fc.dictionary(fc.oneof(fc.string(), fc.constantFrom(...Object.keys(own))), fc.jsonValue()),
        (userClaims) => {
          const all = idTokenClaims({ ...FACTS, userClaims });
          assert.deepEqual({ ...all, ...own }, all);
        },
      ),
      { numRuns: 2000 },
    );
  });
  it('with a claim called __proto__ are still claims of their own', () => {
    const userClaims = JSON.parse('{"__proto__":{"acr":"phrh","email_verified":true},"constructor":"x"}');
    const all = idTokenClaims({ ...FACTS, userClaims });
    assert.equal(Object.getPrototypeOf(all), Object.prototype);
    assert.equal(all.acr, claims.acr);
    assert.equal(all.email_verified, undefined);
  });
});
