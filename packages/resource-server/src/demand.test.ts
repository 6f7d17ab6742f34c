import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { instant } from '@stile/core';
import type { VerifiedToken } from './access-token.ts';
import type { Demand } from './demand.ts';
import { checkedDemand, lackOf } from './demand.ts';

const now = instant(1_800_000_000);

const tokenWith = (scope: string, claims: Record<string, unknown> = {}): VerifiedToken => ({
  subject: 'user-1',
  clientId: 'web',
  scopes: scope.split(' '),
  jti: 'token-1',
  issuedAt: now,
  expiresAt: now,
  authTime: undefined,
  acr: undefined,
  claims,
});

const lack = (demand: Demand, token: VerifiedToken, skew = 0): unknown =>
  lackOf(token, checkedDemand(demand), now, skew)?.reason;

describe('a demand', () => {
  it('takes durations in words and in seconds', () => {
    const seconds = (maxAge: string | number): unknown => checkedDemand({ maxAge }).proof.maxAgeSeconds;
    assert.deepEqual(['0s', '30s', '5m', '2h', '1d', 90, 0].map(seconds), [0, 30, 300, 7200, 86_400, 90, 0]);
  });

  it('that cannot be meant is refused at start', () => {
    for (const maxAge of [
      '',
      '5',
      '5 m',
      '5min',
      '-5m',
      '1.5h',
      '5M',
      'm',
      '1000000000s',
      '99999d',
      -1,
      1.5,
      Number.NaN,
    ]) {
      assert.throws(() => checkedDemand({ maxAge }), TypeError, String(maxAge));
    }
    const wrong: readonly Demand[] = [
      { acr: [] },
      { acr: '' },
      { acr: 'phr mfa' },
      { acr: ['a"b'] },
      { scopes: ['read write'] },
      { scopes: [''] },
      { singleUse: [] },
    ];
    for (const demand of wrong) assert.throws(() => checkedDemand(demand), TypeError, JSON.stringify(demand));
  });

  it('does not change when the object it was made of does', () => {
    const scopes = ['a'];
    const acr = ['mfa'];
    const demand = checkedDemand({ scopes, acr });
    scopes.pop();
    acr.push('1fa');
    assert.deepEqual([demand.scopes, demand.proof.acr], [['a'], ['mfa']]);
  });

  it('of scopes needs all of them, by their whole names', () => {
    assert.equal(lack({ scopes: ['a', 'b'] }, tokenWith('b a c')), undefined);
    assert.equal(lack({ scopes: ['a', 'b'] }, tokenWith('a')), 'insufficient_scope');
    assert.equal(lack({ scopes: ['a'] }, tokenWith('aa A a:b')), 'insufficient_scope');
    assert.equal(lack({}, tokenWith('')), undefined);
  });

  it('of a proof comes before that of scopes, for its answer names both', () => {
    const demand = { scopes: ['a'], acr: 'mfa' };
    assert.equal(lack(demand, tokenWith('b')), 'insufficient_authentication');
    assert.equal(lack(demand, tokenWith('b', { acr: 'mfa' })), 'insufficient_scope');
    assert.equal(lack(demand, tokenWith('a')), 'insufficient_authentication');
    assert.equal(lack(demand, tokenWith('a', { acr: 'mfa' })), undefined);
  });

  it('T23: of an age knows the skew, and takes no milliseconds', () => {
    const aged = (auth_time: unknown): VerifiedToken => tokenWith('a', { auth_time });
    assert.equal(lack({ maxAge: '5m' }, aged(now - 305), 5), undefined);
    assert.equal(lack({ maxAge: '5m' }, aged(now - 306), 5), 'insufficient_authentication');
    assert.equal(lack({ maxAge: '5m' }, aged(now * 1000), 5), 'insufficient_authentication');
  });

  it('of a single use comes from the route, from a scope that the token holds, or from the token', () => {
    const uses = (singleUse: boolean | string[], token: VerifiedToken): boolean =>
      checkedDemand({ singleUse }).usesUp(token);
    assert.equal(uses(true, tokenWith('a')), true);
    assert.equal(uses(['b', 'c'], tokenWith('a')), false);
    assert.equal(uses(['b', 'c'], tokenWith('a c')), true);
    assert.equal(uses(false, tokenWith('a', { single_use: true })), true);
    assert.equal(uses(false, tokenWith('a', { single_use: false })), false);
    for (const single_use of ['false', 0, 1, null, [], {}])
      assert.equal(uses(false, tokenWith('a', { single_use })), true);
  });
});
