import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { enough, fuzz } from '../../../../tools/fuzz/fuzz.ts';
import { anyJson, garbage, nearlyRecord } from '../../../../tools/fuzz/hostile-text.ts';
import { resolveConfig } from '../config/config.ts';
import { ACCOUNTS, testConfig } from '../testing/test-config.ts';
import { demandsIn } from './declared-demands.ts';
import { policyOf } from './policy.ts';
import { changedConfig, parsePolicyChange } from './policy-change.ts';

const config = resolveConfig(testConfig);
const demandsInForce = JSON.stringify(demandsIn(policyOf(config)));

const acr = fc.constantFrom('mfa', 'phr', ['mfa', 'phr'], 'moon', '__proto__');

const fields = {
  everySignIn: fc.constantFrom(null, { acr: 'mfa' }, { acr: ['phr'], unlessRemembered: true }),
  enrolment: fc.constantFrom('refuse', 'ticket', ['ticket', 'email']),
  scopes: fc.array(
    fc.record({
      audience: fc.constantFrom(ACCOUNTS, ACCOUNTS, ACCOUNTS, '__proto__'),
      scope: fc.constantFrom('read:accounts', 'transfer:funds', 'constructor'),
      requires: fc.oneof(fc.constant(null), fc.record({ acr, maxAge: fc.constantFrom('5m', 9) }, { requiredKeys: [] })),
    }),
    { maxLength: 2 },
  ),
  clients: fc.array(
    fc.record({ id: fc.constantFrom('web', 'spa', 'nobody'), minimumAcr: fc.oneof(acr, fc.constant(null)) }),
    {
      maxLength: 2,
    },
  ),
};

const wrong = fc.record({ ...fields, everySignIn: garbage, enrolment: garbage });

const valid = fc.oneof(fc.record(fields, { requiredKeys: [] }), nearlyRecord(fields), wrong);

it('whatever a policy is to be changed to is read and judged, or refused in a sentence, and the one in force stays', () => {
  let [read, refused] = [0, 0];
  fuzz(
    fc.property(fc.oneof({ weight: 9, arbitrary: valid }, { weight: 1, arbitrary: anyJson }), (given) => {
      const parsed = parsePolicyChange(given);
      const changed = parsed.ok ? changedConfig(config, parsed.value) : parsed;
      assert.equal(JSON.stringify(demandsIn(policyOf(config))), demandsInForce);
      if (!changed.ok) {
        refused += 1;
        assert.match(changed.error, /./);
        return;
      }
      read += 1;
      assert.deepEqual([...changed.value.clients.keys()], [...config.clients.keys()]);
      for (const [audience, api] of changed.value.apis)
        assert.deepEqual(Object.keys(api.scopes), Object.keys(config.apis.get(audience)?.scopes ?? {}));
      assert.ok(demandsIn(policyOf(changed.value)).every(({ requirements }) => Array.isArray(requirements)));
    }),
  );
  enough(read, 100, 'were read');
  enough(refused, 1000, 'were refused');
});
