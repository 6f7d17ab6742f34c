import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { exampleClient } from '../client/client.example.ts';
import { instant } from '../instant.ts';
import { exampleApi } from '../policy/api.example.ts';
import { defaultLevels } from '../policy/levels.ts';
import { events } from '../step-up.notation.ts';
import type { PresentedRefreshToken, RefreshPresentation } from './refresh-token.ts';
import { judgeRefresh } from './refresh-token.ts';

/** A grant of second 10, after a step up; presented at second 100. */
const TOKEN: PresentedRefreshToken = {
  clientId: 'app',
  idleExpiresAt: instant(5000),
  expiresAt: instant(9000),
  grantRevoked: false,
  grantScopes: ['openid', 'offline_access', 'read', 'transfer', 'pay'],
  grantEvents: events('password@0, totp@10'),
  sessionAlive: true,
};
const client = { ...exampleClient, apis: { [exampleApi.audience]: ['read', 'transfer', 'pay', 'vault', 'recent'] } };
const PRESENTED: RefreshPresentation = { client, api: exampleApi, levels: defaultLevels, now: instant(100) };

const judged = (token: Partial<PresentedRefreshToken>, presented: Partial<RefreshPresentation> = {}): string => {
  const outcome = judgeRefresh({ ...TOKEN, ...token }, { ...PRESENTED, ...presented });
  if (outcome.ok) return outcome.value.scopes.join(' ');
  if (outcome.error.code === 'invalid_grant')
    assert.equal(outcome.error.description, 'Unknown or invalid refresh token.');
  return `${outcome.error.code}: ${outcome.error.reason}`;
};

describe('a refresh', () => {
  it('T27: gives the scopes that still stand, and leaves out those whose proof has grown too old', () => {
    assert.equal(judged({}), 'openid offline_access read transfer');
    assert.equal(judged({}, { now: instant(310) }), 'openid offline_access read transfer');
    assert.equal(judged({}, { now: instant(311) }), 'openid offline_access read');
  });
  it('leaves out what the client may have no longer', () => {
    const less = { ...client, apis: { [exampleApi.audience]: ['transfer'] } };
    assert.equal(judged({}, { client: less }), 'openid offline_access transfer');
    assert.equal(judged({}, { client: { ...client, apis: {} } }), 'openid offline_access');
  });
  it('never gives again what may be used once', () => {
    assert.equal(judged({}, { scopes: ['pay'] }), '');
  });
  it('gives less when less is asked for, and refuses when more is (RFC 6749, section 6)', () => {
    assert.equal(judged({}, { scopes: ['read'] }), 'read');
    assert.equal(judged({}, { scopes: ['transfer'], now: instant(311) }), '');
    for (const scopes of [['vault'], ['read', 'vault'], ['constructor'], ['']]) {
      assert.equal(judged({}, { scopes }), 'invalid_scope: scope_not_granted');
    }
  });
  it('T6: a grant from before the step-up gains neither scope nor level, whatever was proven since', () => {
    const before = { grantScopes: ['openid', 'read', 'transfer'], grantEvents: events('password@0') };
    assert.equal(judged(before), 'openid read');
    assert.equal(
      judged({ ...before, grantScopes: ['openid', 'read'] }, { scopes: ['transfer'] }),
      'invalid_scope: scope_not_granted',
    );
  });
  it('T21: ends with its session; with offline_access it outlives it, but then nothing that demanded a proof does', () => {
    const ended = { sessionAlive: false };
    assert.equal(judged(ended), 'openid offline_access read');
    assert.equal(judged({ ...ended, grantScopes: ['openid', 'read'] }), 'invalid_grant: session_ended');
    assert.equal(judged(ended, { scopes: ['transfer'] }), '');
    assert.equal(judged({ ...ended, grantRevoked: true }), 'invalid_grant: grant_revoked');
  });
  it('is refused to another client, after a revocation, and from the second on in which it expires', () => {
    assert.equal(judged({}, { client: { ...client, id: 'other' } }), 'invalid_grant: refresh_token_of_another_client');
    assert.equal(judged({ grantRevoked: true }), 'invalid_grant: grant_revoked');
    assert.equal(judged({ idleExpiresAt: instant(101) }), 'openid offline_access read transfer');
    assert.equal(judged({ idleExpiresAt: instant(100) }), 'invalid_grant: refresh_token_expired');
    assert.equal(judged({ expiresAt: instant(100) }), 'invalid_grant: refresh_token_expired');
  });
  it('a scope that the API no longer defines is gone', () => {
    assert.equal(judged({ grantScopes: ['openid', 'gone'] }), 'openid');
    assert.equal(judged({}, { api: undefined }), 'openid offline_access');
  });
});
