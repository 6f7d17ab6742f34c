import assert from 'node:assert/strict';
import { it } from 'node:test';
import { isInstant } from '@stile/core';
import fc from 'fast-check';
import { enough, fuzz } from '../../../../tools/fuzz/fuzz.ts';
import { anyJson, garbage, nearlyRecord } from '../../../../tools/fuzz/hostile-text.ts';
import { parseSupposition } from './supposition.ts';

const fields = {
  username: fc.constantFrom('robin', 'Robin '),
  client_id: fc.constant('web'),
  scope: fc.constantFrom('openid  openid transfer:funds', ''),
  acr_values: fc.constant('mfa phr'),
  max_age: fc.oneof(fc.constant('5m'), fc.nat(1000)),
  prompt: fc.constantFrom('', 'login', 'none', 'login consent'),
  at: fc.oneof(fc.nat(), fc.constant('2026-11-24T12:00:00Z')),
  proven: fc.array(
    fc.record({ factor: fc.constantFrom('password', 'totp', '__proto__'), ago: fc.constantFrom('5m', 3) }),
    { maxLength: 3 },
  ),
  enrolled: fc.array(fc.constantFrom('password', 'totp'), { maxLength: 3 }),
  new_device: fc.boolean(),
  country: fc.constant('CH'),
  failures: fc.nat(9),
  actions: fc.boolean(),
};

const wrong = fc.record({
  ...fields,
  username: garbage,
  max_age: garbage,
  at: fc.oneof(garbage, fc.double()),
  prompt: fc.constant('please'),
  failures: fc.double(),
});

const valid = fc.oneof(fc.record(fields, { requiredKeys: ['username', 'client_id'] }), nearlyRecord(fields), wrong);

it('whatever is supposed is read into its types, or refused in a sentence', () => {
  let [read, refused] = [0, 0];
  fuzz(
    fc.property(fc.oneof({ weight: 9, arbitrary: valid }, { weight: 1, arbitrary: anyJson }), (given) => {
      const parsed = parseSupposition(given);
      if (!parsed.ok) {
        refused += 1;
        assert.match(parsed.error, /: ./);
        return;
      }
      read += 1;
      const { scopes, at, proven, failures, prompt, username } = parsed.value;
      assert.equal(new Set(scopes).size, scopes.length);
      assert.ok(at === undefined || isInstant(at));
      assert.ok(username.length > 0 && username.length <= 200);
      assert.ok(proven.every(({ secondsAgo }) => Number.isSafeInteger(secondsAgo) && secondsAgo >= 0));
      assert.ok(
        Number.isInteger(failures) &&
          prompt.every((one) => ['none', 'login', 'consent', 'select_account'].includes(one)),
      );
    }),
  );
  enough(read, 100, 'were read');
  enough(refused, 1000, 'were refused');
});
