import assert from 'node:assert/strict';
import { it } from 'node:test';
import { formatChallenge, parseChallenges } from '@stile/core';
import fc from 'fast-check';
import { enough, fuzz } from '../../../tools/fuzz/fuzz.ts';
import { nearly } from '../../../tools/fuzz/hostile-text.ts';
import { challengeParameters, checkedDemand } from './demand.ts';

it('a demand can be put into a challenge and read out of it again, or is refused when it is made', () => {
  const scope = nearly(fc.constantFrom('read:accounts', 'transfer:funds'));
  const acr = nearly(fc.constantFrom('mfa', 'phr'));
  const demand = fc.record(
    {
      scopes: fc.array(scope, { maxLength: 2 }),
      acr: fc.oneof(acr, fc.array(acr, { maxLength: 2 })),
      maxAge: fc.oneof(nearly(fc.constantFrom('30s', '5m', '2h', '1d')), fc.double(), fc.nat()),
      singleUse: fc.oneof(fc.boolean(), fc.array(scope, { maxLength: 1 })),
    },
    { requiredKeys: [], noNullPrototype: true },
  );
  let made = 0;
  fuzz(
    fc.property(demand, (given) => {
      try {
        const { scopes, proof } = checkedDemand(given);
        made += 1;
        const asked = { scheme: 'Bearer', error: 'x', scope: scopes, ...challengeParameters(proof) } as const;
        const [read] = parseChallenges(formatChallenge(asked));
        assert.deepEqual(read?.scope ?? [], scopes);
        assert.deepEqual(
          [read?.acrValues, read?.maxAgeSeconds],
          [proof.acr, proof.maxAgeSeconds === 0 ? 0 : proof.maxAgeSeconds],
        );
      } catch (error) {
        assert.ok(error instanceof TypeError, String(error));
      }
    }),
  );
  enough(made, 300, 'were made');
});
