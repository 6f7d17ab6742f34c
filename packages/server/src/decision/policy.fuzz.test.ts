import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { enough, fuzz } from '../../../../tools/fuzz/fuzz.ts';
import { anyJson, garbage, spoilt } from '../../../../tools/fuzz/hostile-text.ts';
import { sha256 } from '../digest.ts';
import { keptPolicy, parsePolicy, policyOf } from './policy.ts';
import { someConfigs } from './testing/arbitrary-facts.ts';

const kept = someConfigs.map((config) => keptPolicy(policyOf(config)));
const text = fc.oneof(
  fc.constantFrom(...kept.map((one) => one.text)),
  spoilt(fc.constantFrom(...kept.map((one) => one.text))),
  garbage,
  anyJson.map((value) => JSON.stringify(value) ?? ''),
);

it('a policy is what its digest vouches for, or none', () => {
  let [read, refused] = [0, 0];
  fuzz(
    fc.property(text, fc.boolean(), (written, isVouchedFor) => {
      const digest = isVouchedFor ? sha256(written) : (kept[0]?.digest ?? '');
      const policy = parsePolicy({ digest, text: written });
      if (policy) {
        read += 1;
        assert.equal(sha256(written), digest);
        assert.ok(policy.apis instanceof Map && policy.clients instanceof Map);
      } else refused += 1;
    }),
  );
  enough(read, 500, 'were read');
  enough(refused, 500, 'were refused');
});
