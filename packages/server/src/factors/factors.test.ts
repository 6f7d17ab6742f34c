import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FactorTraits } from './factor.ts';
import { factors } from './factors.ts';

/** What RFC 8176 registers, of what the factors here prove. */
const METHODS = ['pwd', 'otp', 'hwk', 'swk', 'user', 'pin', 'sms', 'tel', 'fed'];

describe('factors', () => {
  const all: readonly (readonly [name: string, traits: FactorTraits])[] = factors.flatMap(({ name, best }) =>
    best.map((traits) => [name, traits] as const),
  );

  it('have a name each, by which their proofs are known', () => {
    assert.equal(new Set(factors.map(({ name }) => name)).size, factors.length);
    for (const [name, { factor }] of all) assert.equal(factor, name);
  });

  it('begin a session only by a password or what has more than one kind, and resist phishing only as WebAuthn', () => {
    for (const [name, { first, kinds, phishingResistant }] of all) {
      if (first) assert.ok(name === 'password' || name === 'federated' || kinds.length > 1, name);
      assert.ok(!phishingResistant || name === 'webauthn', name);
    }
  });

  it('T12: whatever is sent to or shown by one thing is one kind, which a password adds a second to', () => {
    const kinds = (...names: string[]): number =>
      new Set(all.filter(([name]) => names.includes(name)).flatMap(([, traits]) => traits.kinds)).size;
    assert.equal(kinds('totp', 'recovery-code', 'email', 'phone', 'push'), 1);
    assert.equal(kinds('password', 'totp'), 2);
    assert.equal(kinds('password', 'recovery-code'), 2);
  });

  it('hold only values of RFC 8176, and never mfa, which one proof alone cannot earn', () => {
    for (const [name, { amr }] of all)
      assert.ok(
        amr.every((value) => METHODS.includes(value)),
        name,
      );
  });
});
