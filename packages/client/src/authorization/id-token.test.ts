import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { StepUpErrorCode } from '../error.ts';
import { unsignedJwt } from '../testing/authorization-server.ts';
import { code } from '../testing/errors.ts';
import type { IdTokenExpectation } from './id-token.ts';
import { readIdToken } from './id-token.ts';

const now = 1_000_000;
const good = {
  iss: 'https://login.example/',
  aud: 'app',
  sub: 'alice',
  nonce: 'n',
  iat: now,
  exp: now + 300,
  acr: 'mfa',
  acrs: ['mfa', '1fa'],
  amr: ['pwd', 'otp', 'mfa'],
  auth_time: now - 10,
};
const silent = { acr: undefined, acrs: undefined };
const expected: IdTokenExpectation = {
  issuer: 'https://login.example/',
  clientId: 'app',
  nonce: 'n',
  requestedAt: now - 20,
  now,
};
const read = (claims: object, changes: Partial<IdTokenExpectation> = {}) =>
  readIdToken(unsignedJwt({ ...good, ...claims }), { ...expected, ...changes });

describe('an ID token', () => {
  it('gives who authenticated, how and when', () => {
    assert.deepEqual(read({}, { acrValues: ['phr', 'mfa'], maxAgeSeconds: 0, subject: 'alice' }), {
      subject: 'alice',
      proof: { acr: 'mfa', acrs: ['mfa', '1fa'], authTime: now - 10 },
      amr: ['pwd', 'otp', 'mfa'],
      expiresAt: now + 300,
    });
    assert.equal(read({ aud: ['app', 'other'], azp: 'app' }).subject, 'alice');
    assert.equal(read({ nonce: undefined }, { nonce: undefined }).subject, 'alice');
  });

  const wrong: readonly [string, object, Partial<IdTokenExpectation>, StepUpErrorCode][] = [
    ['another issuer', { iss: 'https://login.example' }, {}, 'id_token_invalid'],
    ['another audience', { aud: 'other' }, {}, 'id_token_invalid'],
    ['an audience that is no list of strings', { aud: ['app', 1] }, {}, 'id_token_invalid'],
    ['two audiences and no azp', { aud: ['app', 'other'] }, {}, 'id_token_invalid'],
    ['another azp', { azp: 'other' }, {}, 'id_token_invalid'],
    ['another nonce', { nonce: 'x' }, {}, 'id_token_invalid'],
    ['no nonce', { nonce: undefined }, {}, 'id_token_invalid'],
    ['expired', { exp: now - 61 }, {}, 'id_token_invalid'],
    ['no exp', { exp: undefined }, {}, 'id_token_invalid'],
    ['T23: an exp in milliseconds', { exp: 4_000_000_000_000 }, {}, 'id_token_invalid'],
    ['an nbf in the future', { nbf: now + 61 }, {}, 'id_token_invalid'],
    ['an nbf that is no number', { nbf: String(now) }, {}, 'id_token_invalid'],
    ['T23: an iat in milliseconds', { iat: now * 1000 }, {}, 'id_token_invalid'],
    ['T23: an auth_time in milliseconds', { auth_time: now * 1000 }, {}, 'id_token_invalid'],
    ['an auth_time that is no number', { auth_time: String(now) }, {}, 'id_token_invalid'],
    ['an empty sub', { sub: '' }, {}, 'id_token_invalid'],
    ['no sub', { sub: undefined }, {}, 'id_token_invalid'],
    ['T10: another user', { sub: 'mallory' }, { subject: 'alice' }, 'different_user'],
    ['T25: another acr than those asked for', { acr: 'mfa' }, { acrValues: ['phr'] }, 'acr_not_met'],
    ['T25: no acr where one was asked for', silent, { acrValues: ['mfa'] }, 'acr_not_met'],
    ['T25: no acrs to make up for another acr', { acr: 'phr', acrs: undefined }, { acrValues: ['mfa'] }, 'acr_not_met'],
    ['T25: an empty acrs', { acr: undefined, acrs: [] }, { acrValues: ['mfa'] }, 'acr_not_met'],
    ['acrs with nearly the name', { acr: 'phr', acrs: ['MFA', 'mfa2'] }, { acrValues: ['mfa'] }, 'acr_not_met'],
    ['an acrs that is one string', { acr: 'phr', acrs: 'mfa' }, { acrValues: ['mfa'] }, 'id_token_invalid'],
    ['an acrs that is an object', { acr: 'phr', acrs: { 0: 'mfa' } }, { acrValues: ['mfa'] }, 'id_token_invalid'],
    ['an acrs with more than strings', { acr: 'phr', acrs: ['mfa', 1] }, { acrValues: ['mfa'] }, 'id_token_invalid'],
    ['an acrs of null, whatever was asked for', { acrs: null }, {}, 'id_token_invalid'],
    ['too old and of another acr', { auth_time: now - 400 }, { acrValues: ['phr'], maxAgeSeconds: 300 }, 'acr_not_met'],
    ['an acr that is no string', { acr: ['mfa'] }, { acrValues: ['mfa'] }, 'id_token_invalid'],
    ['older than max_age', { auth_time: now - 400 }, { maxAgeSeconds: 300 }, 'authentication_too_old'],
    ['no auth_time under max_age=0', { auth_time: undefined }, { maxAgeSeconds: 0 }, 'authentication_too_old'],
    ['auth_time 0 under max_age=0', { auth_time: 0 }, { maxAgeSeconds: 0 }, 'authentication_too_old'],
  ];
  for (const [name, claims, changes, expectedCode] of wrong) {
    it(`is refused: ${name}`, () => {
      assert.throws(() => read(claims, changes), code(expectedCode));
    });
  }

  it('T23: may be a minute ahead or behind, and not more', () => {
    read({ iat: now + 60, auth_time: now + 60 });
    assert.throws(() => read({ iat: now + 61 }), code('id_token_invalid'));
    assert.throws(() => read({ auth_time: now + 61 }), code('id_token_invalid'));
    read({ auth_time: now - 20 - 60 }, { maxAgeSeconds: 0 });
    assert.throws(() => read({ auth_time: now - 20 - 61 }, { maxAgeSeconds: 0 }), code('authentication_too_old'));
    for (const ahead of [1, 5, 60]) read({ auth_time: now + ahead }, { maxAgeSeconds: 0 });
  });

  it('is measured by max_age from the request, however long the user took, or the clock went back', () => {
    const longAgo = { maxAgeSeconds: 300, requestedAt: now - 800 };
    read({ auth_time: now - 1100 }, longAgo);
    assert.throws(() => read({ auth_time: now - 1161 }, longAgo), code('authentication_too_old'));
    read({ auth_time: now }, { maxAgeSeconds: 0, requestedAt: now + 5 });
  });

  it('meets a requested acr with acrs as well, wherever in it', () => {
    const asked = { acrValues: ['mfa'], maxAgeSeconds: 0 };
    const claims = { acr: 'phr', acrs: ['phr', 'mfa', '1fa'] };
    assert.deepEqual(read(claims, asked).proof, { ...claims, authTime: now - 10 });
    assert.deepEqual(read({ acr: undefined, acrs: ['mfa'] }, asked).proof, { acrs: ['mfa'], authTime: now - 10 });
    assert.deepEqual(read({ acrs: undefined }, asked).proof, { acr: 'mfa', authTime: now - 10 });
    assert.equal(read({ acr: 'mfa', acrs: [] }, asked).proof.acr, 'mfa');
  });

  it('is refused when it is not a JWT', () => {
    for (const text of ['', 'a.b', 'a.b.c.d', 'a.%%.c', 'a.bm90IGpzb24.c', `a.${btoa('[]').replaceAll('=', '')}.c`]) {
      assert.throws(() => readIdToken(text, expected), code('id_token_invalid'), text);
    }
  });
});
