import assert from 'node:assert/strict';
import { it } from 'node:test';
import { instant } from '@stile/core';
import fc from 'fast-check';
import { enough, fuzz } from '../../../../tools/fuzz/fuzz.ts';
import { anyJson, garbage } from '../../../../tools/fuzz/hostile-text.ts';
import { effectsOf } from './effects-of.ts';
import { parseRun } from './parse-run.ts';
import { beginRun, requirementsOfRun } from './run.ts';
import type { ActionRun, Demand } from './run-state.ts';

const REQUESTED_AT = instant(1_790_000_000);

const demand: fc.Arbitrary<Demand> = fc.record(
  {
    action: garbage,
    by: fc.constantFrom('multifactor.enable', 'challenge', 'enrol', 'step-up'),
    acr: fc.array(garbage, { maxLength: 2 }),
    factors: fc.array(garbage, { maxLength: 2 }),
    since: fc.constant(REQUESTED_AT),
    reason: garbage,
  },
  { requiredKeys: ['action', 'by'] },
);

const actions = [
  { name: 'one', version: 'v1' },
  { name: 'two', version: 'v2' },
];

const run: fc.Arbitrary<ActionRun> = fc
  .record({ demand, is: fc.constantFrom('running', 'waiting', 'denied', 'done') })
  .map(
    ({ demand: given, is }): ActionRun => ({
      ...beginRun(actions, { requestedAt: REQUESTED_AT, interactive: true }),
      position: is === 'done' ? 2 : 1,
      demands: [given],
      effects: [{ effect: 'id-token-claim', name: 'x', value: { y: [1] } }],
      state:
        is === 'waiting'
          ? { is, waits: [{ wait: 'proof', demand: given }] }
          : is === 'denied'
            ? { is, action: 'one', reason: 'x' }
            : { is: is === 'done' ? 'done' : 'running' },
    }),
  );

/** The same run with one member replaced by anything, or taken out. */
const spoilt = fc.tuple(run, fc.nat(), fc.option(anyJson, { nil: undefined })).map(([kept, at, value]) => {
  const names = Object.keys(kept);
  const name = names[at % names.length] ?? 'state';
  return {
    name,
    kept: Object.fromEntries(Object.entries({ ...kept, [name]: value }).filter(([, held]) => held !== undefined)),
  };
});

const hasFailed = (parsed: ActionRun): boolean =>
  parsed.state.is === 'failed' && parsed.state.failure === 'state_invalid';

it('a run that was kept is read as it was', () => {
  fuzz(
    fc.property(run, (kept) => {
      const stored: unknown = JSON.parse(JSON.stringify(kept));
      assert.deepEqual(parseRun(stored), stored);
    }),
    3000,
  );
});

it('anything else is a run that has failed, which demands nothing, does nothing and never ends well', () => {
  let failed = 0;
  fuzz(
    fc.property(
      fc.oneof(
        anyJson,
        garbage,
        spoilt.map(({ kept }) => kept),
      ),
      (kept) => {
        const parsed = parseRun(kept);
        if (!hasFailed(parsed)) return;
        failed += 1;
        assert.deepEqual(requirementsOfRun(parsed), []);
        assert.deepEqual(effectsOf(parsed).idTokenClaims, {});
      },
    ),
    7000,
  );
  enough(failed, 5000, 'were no runs');
});

it('nothing makes a run done whose Actions have not all run', () => {
  const done = { ...beginRun(actions, { requestedAt: REQUESTED_AT, interactive: true }), state: { is: 'done' } };
  for (const position of [0, 1]) assert.ok(hasFailed(parseRun({ ...done, position })));
  assert.equal(parseRun({ ...done, position: 2 }).state.is, 'done');
  for (const kept of [undefined, null, [], {}, { state: { is: 'done' } }]) assert.ok(hasFailed(parseRun(kept)));
});
