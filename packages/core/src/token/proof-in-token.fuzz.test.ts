import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { enough, fuzz } from '../../../../tools/fuzz/fuzz.ts';
import { nearlyRecord } from '../../../../tools/fuzz/hostile-text.ts';
import { instant } from '../instant.ts';
import { proofInToken } from './proof-in-token.ts';

const NOW = 1_700_000_000;
const names = fc.constantFrom('1fa', 'mfa', 'phr', '');
const claims = nearlyRecord({
  acr: names,
  acrs: fc.array(names, { maxLength: 3 }),
  auth_time: fc.integer({ min: NOW - 700, max: NOW + 700 }),
});
const demand = fc.record(
  { acr: fc.array(names, { maxLength: 2 }), maxAgeSeconds: fc.constantFrom(0, 1, 300, 600, -1, 0.5, Number.NaN) },
  { requiredKeys: [], noNullPrototype: true },
);

it('claims of whatever type prove what they say, and no more', () => {
  let met = 0;
  fuzz(
    fc.property(claims, demand, fc.constantFrom(0, 5, -5, Number.NaN), (given, wanted, skewSeconds) => {
      const verdict = proofInToken(given, wanted, instant(NOW), skewSeconds);
      const { acr, acrs, auth_time: at } = given;
      const earned = [acr, ...(Array.isArray(acrs) ? acrs : [])];
      const skew = skewSeconds === 5 ? 5 : 0;
      const hasLevel = wanted.acr === undefined || wanted.acr.some((name) => earned.some((own) => own === name));
      const { maxAgeSeconds: most } = wanted;
      const isMoment = typeof at === 'number' && Number.isInteger(at) && at >= 0;
      const age = isMoment ? NOW - at : Number.NaN;
      const isFresh = most === undefined || (Number.isInteger(most) && most >= 0 && age >= -skew && age <= most + skew);
      assert.equal(verdict.met, hasLevel && isFresh);
      if (verdict.met) met += 1;
      else assert.equal(verdict.missing, hasLevel ? 'auth_time' : isFresh ? 'acr' : 'both');
    }),
  );
  enough(met, 500, 'were met');
});
