import assert from 'node:assert/strict';
import { it } from 'node:test';
import { formatChallenge } from '@stile/core';
import fc from 'fast-check';
import { enough, fuzz } from '../../../tools/fuzz/fuzz.ts';
import { nearly } from '../../../tools/fuzz/hostile-text.ts';
import { excess, readChallenge, readStepUp } from './challenge.ts';
import { defaultLimits } from './limits.ts';

const tokens = fc.array(fc.stringMatching(/^[!#-[\]-~]{1,12}$/), { minLength: 1, maxLength: 12 });
const challenge = fc
  .record(
    {
      error: fc.constantFrom('insufficient_user_authentication', 'insufficient_scope', 'invalid_token'),
      scope: tokens,
      acrValues: tokens,
      maxAgeSeconds: fc.nat(999_999_999),
      realm: fc.constant('a, b'),
    },
    { requiredKeys: [], noNullPrototype: true },
  )
  .map((parameters) => formatChallenge({ scheme: 'Bearer', ...parameters }));

it('whatever an API answers, a step-up stays within the limits, and names something that can be asked for', () => {
  const header = nearly(challenge).filter((text) => /^[\t -~\x80-\xff]*$/.test(text));
  const status = fc.constantFrom(401, 401, 403, 200, 500);
  let read = 0;
  fuzz(
    fc.property(header, status, (sent, answered) => {
      const response = new Response(null, { status: answered, headers: { 'www-authenticate': sent } });
      const reading = readChallenge(response, defaultLimits);
      assert.deepEqual(readStepUp(response), reading.kind === 'step-up' ? reading.stepUp : undefined);
      if (reading.kind !== 'step-up') return;
      read += 1;
      assert.ok(answered === 401 || answered === 403);
      assert.equal(excess(reading.stepUp, defaultLimits), undefined);
      const { acrValues = [], scope = [], maxAgeSeconds } = reading.stepUp;
      assert.ok(acrValues.length + scope.length > 0 || maxAgeSeconds !== undefined);
      for (const value of [...acrValues, ...scope]) assert.match(value, /^[!#-[\]-~]{1,256}$/);
    }),
  );
  enough(read, 50, 'were read');
});
