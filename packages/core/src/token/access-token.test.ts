import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { instant } from '../instant.ts';
import { defaultLevels } from '../policy/levels.ts';
import { events, requirements } from '../step-up.notation.ts';
import { contextThatMeets } from '../step-up.ts';
import type { AccessTokenFacts } from './access-token.ts';
import { accessTokenClaims } from './access-token.ts';
import { proofInToken } from './proof-in-token.ts';

const FACTS: AccessTokenFacts = {
  issuer: 'https://id.example/',
  subject: 'alice',
  clientId: 'app',
  audience: ['https://api.example/'],
  scopes: ['read', 'transfer'],
  jti: 'at_1',
  issuedAt: instant(1000),
  lifetimeSeconds: 300,
  singleUse: false,
};

const contextOf = (facts: string, demands = 'nothing') => {
  const context = contextThatMeets(events(facts), requirements(demands), defaultLevels);
  assert.ok(context);
  return context;
};

describe('the claims of an access token (RFC 9068)', () => {
  it('of a client acting for itself say nothing of a person', () => {
    assert.deepEqual(accessTokenClaims({ ...FACTS, subject: 'app', scopes: [] }), {
      iss: 'https://id.example/',
      sub: 'app',
      aud: 'https://api.example/',
      client_id: 'app',
      iat: 1000,
      exp: 1300,
      jti: 'at_1',
    });
  });
  it('of a person say what was proven, in which session, by which grant', () => {
    const facts = { ...FACTS, context: contextOf('passkey@7'), sessionId: 'ses_1', grantId: 'gr_1', singleUse: true };
    assert.deepEqual(accessTokenClaims(facts), {
      iss: 'https://id.example/',
      sub: 'alice',
      aud: 'https://api.example/',
      client_id: 'app',
      iat: 1000,
      exp: 1300,
      jti: 'at_1',
      scope: 'read transfer',
      sid: 'ses_1',
      grant_id: 'gr_1',
      acr: 'phr',
      acrs: ['phr', 'mfa', '1fa'],
      amr: ['mfa', 'swk', 'user'],
      amr_times: { swk: 7, user: 7, mfa: 7 },
      auth_time: 7,
      single_use: true,
    });
  });
  it('one audience is a string, several are a list', () => {
    const claims = accessTokenClaims({ ...FACTS, audience: ['https://api.example/', 'https://id.example/userinfo'] });
    assert.deepEqual(claims.aud, ['https://api.example/', 'https://id.example/userinfo']);
  });
  it('T5: every token that descends from one authorization says the same of its proof, however late', () => {
    const context = contextOf('password@0, totp@10', 'acr_values PAPE');
    const { acr, acrs, amr, amr_times, auth_time } = accessTokenClaims({ ...FACTS, context });
    const later = accessTokenClaims({ ...FACTS, context, issuedAt: instant(90_000), jti: 'at_2', scopes: ['read'] });
    assert.deepEqual({ ...later, acr, acrs, amr, amr_times, auth_time }, later);
    assert.equal(auth_time, 10);
  });
  it('T23: lifetimes are in seconds, and an end in milliseconds cannot be written', () => {
    assert.throws(() => accessTokenClaims({ ...FACTS, lifetimeSeconds: 1_800_000_000_000 }), RangeError);
    assert.throws(() => accessTokenClaims({ ...FACTS, lifetimeSeconds: 0.5 }), RangeError);
  });
});

describe('what the rules put into a token, the API reads out of it', () => {
  const claims = (facts: string, demands = 'nothing') =>
    accessTokenClaims({ ...FACTS, context: contextOf(facts, demands) });

  it('a passkey meets phr, mfa and 1fa; a password and a code do not meet phr', () => {
    for (const acr of ['phr', 'mfa', '1fa'])
      assert.ok(proofInToken(claims('passkey@999'), { acr: [acr] }, instant(1000)).met);
    assert.equal(proofInToken(claims('password@0, totp@999'), { acr: ['phr'] }, instant(1000)).met, false);
  });
  it('the age that counts is that of the step up, and an old level is not renewed by a new code', () => {
    const within = { acr: ['mfa'], maxAgeSeconds: 300 };
    assert.ok(proofInToken(claims('password@0, totp@900', 'mfa'), within, instant(1200)).met);
    assert.equal(proofInToken(claims('password@0, totp@900', 'mfa'), within, instant(1201)).met, false);
    assert.equal(proofInToken(claims('password@999, totp@0', '1fa since 999'), within, instant(1000)).met, false);
    const phr = { acr: ['phr'], maxAgeSeconds: 300 };
    assert.equal(proofInToken(claims('passkey@0, totp@999', 'mfa since 900'), phr, instant(1000)).met, false);
  });
});
