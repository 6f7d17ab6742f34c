import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { factors } from './factor.ts';

describe('factors', () => {
  const all = Object.entries(factors);

  it('name themselves', () => {
    for (const [name, { factor }] of all) assert.equal(factor, name);
  });

  it('only a password begins a session, and none resists phishing or is bound to hardware', () => {
    assert.deepEqual(
      all.filter(([, { first }]) => first).map(([name]) => name),
      ['password'],
    );
    for (const [, { phishingResistant, hardwareBound }] of all)
      assert.deepEqual([phishingResistant, hardwareBound], [false, false]);
  });

  it('T12: a code from an app and a code from paper are one kind, which a password adds a second to', () => {
    const kinds = (...names: Array<keyof typeof factors>): number =>
      new Set(names.flatMap((name) => factors[name].kinds)).size;
    assert.equal(kinds('totp', 'recovery-code'), 1);
    assert.equal(kinds('password', 'totp'), 2);
    assert.equal(kinds('password', 'recovery-code'), 2);
  });

  it('hold only values of RFC 8176, and never mfa, which one proof alone cannot earn', () => {
    for (const [, { amr }] of all) assert.ok(amr.every((value) => ['pwd', 'otp'].includes(value)));
  });
});
