import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { releasedClaims, STANDARD_CLAIMS, scopesReleasing } from './released-claims.ts';

describe('what scopes release about a person', () => {
  const person = {
    name: 'Alice',
    email: 'alice@example.com',
    email_verified: true,
    phone_number: '+1',
    is_admin: true,
    acr: 'phrh',
  };

  it('each its own claims, and only those that are known (OpenID Connect Core 1.0, section 5.4)', () => {
    assert.deepEqual(releasedClaims(['openid', 'profile'], person, []), { name: 'Alice' });
    assert.deepEqual(releasedClaims(['email'], person, []), { email: 'alice@example.com', email_verified: true });
    assert.deepEqual(releasedClaims(['phone', 'address', 'email', 'email'], person, []), {
      phone_number: '+1',
      email: 'alice@example.com',
      email_verified: true,
    });
  });
  it('all that the standard puts under a scope (section 5.4)', () => {
    const profile = [
      'name',
      'family_name',
      'given_name',
      'middle_name',
      'nickname',
      'preferred_username',
      'profile',
      'picture',
      'website',
      'gender',
      'birthdate',
      'zoneinfo',
      'locale',
      'updated_at',
    ];
    const all = ['sub', ...profile, 'email', 'email_verified', 'address', 'phone_number', 'phone_number_verified'];
    const everything = Object.fromEntries(all.map((name) => [name, `their ${name}`]));
    const names = (scope: string) => Object.keys(releasedClaims([scope], everything, []));
    assert.deepEqual(names('profile'), profile);
    assert.deepEqual(names('email'), ['email', 'email_verified']);
    assert.deepEqual(names('address'), ['address']);
    assert.deepEqual(names('phone'), ['phone_number', 'phone_number_verified']);
    assert.deepEqual(STANDARD_CLAIMS, all.slice(1));
  });
  it('nothing for other scopes, whatever they are called', () => {
    for (const scope of [
      'openid',
      'offline_access',
      'read',
      'is_admin',
      'acr',
      '__proto__',
      'constructor',
      'toString',
    ]) {
      assert.deepEqual(releasedClaims([scope], person, []), {}, scope);
    }
  });
  it('nothing that is merely inherited', () => {
    assert.deepEqual(releasedClaims(['profile'], Object.create({ name: 'Mallory' }), []), {});
  });
});

describe('what is released by name (OpenID Connect Core 1.0, section 5.5)', () => {
  const person = { name: 'Alice', email: 'alice@example.com', email_verified: true, is_admin: true, acr: 'phrh' };

  it('the claim that was asked for and none of its neighbours, beside what the scopes release', () => {
    assert.deepEqual(releasedClaims(['openid'], person, ['email']), { email: 'alice@example.com' });
    assert.deepEqual(releasedClaims(['profile'], person, ['email', 'name', 'phone_number']), {
      name: 'Alice',
      email: 'alice@example.com',
    });
  });
  it('nothing that is no standard claim, whatever is known', () => {
    for (const name of ['is_admin', 'acr', 'sub', 'iss', '__proto__', 'constructor', '']) {
      assert.deepEqual(releasedClaims([], person, [name]), {}, name);
    }
    assert.deepEqual(releasedClaims([], Object.create({ email: 'mallory@example.com' }), ['email']), {});
  });
  it('is asked for by the scopes that would release it, each once', () => {
    const scopes = (...names: readonly string[]) => scopesReleasing({ idToken: names, userinfo: names.toReversed() });
    assert.deepEqual(scopes(), []);
    assert.deepEqual(scopes('email_verified', 'email'), ['email']);
    assert.deepEqual(scopes('phone_number', 'birthdate', 'address'), ['profile', 'address', 'phone']);
    assert.deepEqual(scopesReleasing({ idToken: [], userinfo: ['email'] }), ['email']);
    assert.deepEqual(scopesReleasing({ idToken: ['email'], userinfo: [] }), ['email']);
    for (const name of STANDARD_CLAIMS) assert.equal(scopes(name).length, 1, name);
  });
});
