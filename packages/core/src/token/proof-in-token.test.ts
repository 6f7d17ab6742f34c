import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { instant } from '../instant.ts';
import type { ProofDemand } from '../policy/api.ts';
import type { ProofClaims } from './proof-in-token.ts';
import { proofInToken } from './proof-in-token.ts';

const now = instant(1_800_000_000);
const mfaWithinFiveMinutes: ProofDemand = { acr: ['mfa'], maxAgeSeconds: 300 };

describe('the proof in a token', () => {
  const cases: readonly [name: string, claims: ProofClaims, demand: ProofDemand, missing: string | undefined][] = [
    ['nothing demanded', {}, {}, undefined],
    ['the level by its name', { acr: 'mfa' }, { acr: ['mfa'] }, undefined],
    ['T1: any one of several', { acr: 'mfa' }, { acr: ['phr', 'mfa'] }, undefined],
    ['a level the token also earned', { acr: 'phr', acrs: ['phr', 'mfa', '1fa'] }, { acr: ['mfa'] }, undefined],
    ['no order among names: phr alone is not mfa', { acr: 'phr' }, { acr: ['mfa'] }, 'acr'],
    ['a name is compared whole and exactly', { acr: 'MFA', acrs: ['mfa2', ' mfa'] }, { acr: ['mfa'] }, 'acr'],
    ['an empty list of levels', { acr: 'mfa' }, { acr: [] }, 'acr'],
    ['no claims at all', {}, mfaWithinFiveMinutes, 'both'],
    ['fresh', { acr: 'mfa', auth_time: now - 300 }, mfaWithinFiveMinutes, undefined],
    ['a second too old', { acr: 'mfa', auth_time: now - 301 }, mfaWithinFiveMinutes, 'auth_time'],
    ['fresh, of a lesser level', { acr: '1fa', auth_time: now }, mfaWithinFiveMinutes, 'acr'],
    ['an age, and no auth_time', { acr: 'mfa' }, mfaWithinFiveMinutes, 'auth_time'],
    ['max_age=0, this second', { auth_time: now }, { maxAgeSeconds: 0 }, undefined],
    ['in the future', { auth_time: now + 1 }, { maxAgeSeconds: 300 }, 'auth_time'],
  ];
  for (const [name, claims, demand, missing] of cases) {
    it(name, () => {
      assert.deepEqual(proofInToken(claims, demand, now), missing ? { met: false, missing } : { met: true });
    });
  }

  it('T23: auth_time in milliseconds, in fractions or of a wrong type is no auth_time', () => {
    const values = [
      now * 1000,
      now * 1000 - 1,
      now - 0.5,
      String(now),
      -1,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      null,
      true,
      [now],
      {},
    ];
    for (const auth_time of values) {
      const demand = { maxAgeSeconds: 999_999_999 };
      assert.deepEqual(proofInToken({ auth_time }, demand, now, 60), { met: false, missing: 'auth_time' });
    }
  });

  it('T23: a clock in milliseconds makes nothing fresh', () => {
    const milliseconds = (now * 1000) as typeof now;
    assert.equal(proofInToken({ auth_time: now }, { maxAgeSeconds: 300 }, milliseconds).met, false);
    assert.equal(proofInToken({ auth_time: now }, { maxAgeSeconds: 300 }, Number.NaN as typeof now).met, false);
  });

  it('T23: skew widens both ends by itself, and a skew that is none widens nothing', () => {
    const fresh = (age: number, skew: number): boolean =>
      proofInToken({ auth_time: now - age }, { maxAgeSeconds: 300 }, now, skew).met;
    assert.deepEqual([fresh(310, 10), fresh(311, 10), fresh(-10, 10), fresh(-11, 10)], [true, false, true, false]);
    for (const skew of [Number.POSITIVE_INFINITY, Number.NaN, -500, 0.5]) {
      assert.deepEqual([fresh(300, skew), fresh(301, skew), fresh(-1, skew)], [true, false, false]);
    }
  });

  it('fails closed on claims and ages of a wrong type', () => {
    for (const acr of [['mfa'], { 0: 'mfa' }, null, 7, new String('mfa')]) {
      assert.equal(proofInToken({ acr }, { acr: ['mfa'] }, now).met, false);
    }
    for (const acrs of ['mfa', { 0: 'mfa', length: 1 }, [['mfa']], [{ acr: 'mfa' }], new Set(['mfa'])]) {
      assert.equal(proofInToken({ acrs }, { acr: ['mfa'] }, now).met, false);
    }
    for (const maxAgeSeconds of [Number.NaN, -1, 1.5, Number.POSITIVE_INFINITY]) {
      assert.equal(proofInToken({ auth_time: now }, { maxAgeSeconds }, now).met, false);
      assert.equal(proofInToken({ auth_time: now }, { maxAgeSeconds }, now, 60).met, false);
    }
  });

  it('law 3: demanding more never turns a refusal into a yes, and proving more never a yes into a refusal', () => {
    const level = fc.constantFrom('phr', 'mfa', '1fa');
    const levels = fc.array(level, { maxLength: 3 });
    const age = fc.integer({ min: -5, max: 20 });
    fc.assert(
      fc.property(levels, levels, level, age, fc.nat(20), fc.nat(20), (held, demanded, extra, proven, limit, less) => {
        const met = (acrs: string[], acr: string[], at: number, maxAgeSeconds: number): boolean =>
          proofInToken({ acrs, auth_time: now - at }, { acr, maxAgeSeconds }, now).met;
        if (!met(held, demanded, proven, limit)) return;
        assert.ok(met([...held, extra], demanded, proven, limit));
        assert.ok(met(held, [...demanded, extra], proven, limit));
        assert.ok(met(held, demanded, Math.max(0, proven - less), limit));
        assert.ok(met(held, demanded, proven, limit + less));
      }),
      { numRuns: 2000 },
    );
  });

  it('never throws, whatever the claims hold', () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), fc.anything(), (acr, acrs, auth_time) => {
        proofInToken({ acr, acrs, auth_time }, mfaWithinFiveMinutes, now, 5);
      }),
      { numRuns: 2000 },
    );
  });
});
