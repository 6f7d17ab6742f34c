/** The laws, as far as runs through Actions can break them, over thousands of generated Actions, proofs and orders. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import type { ActionCall, ActionOutcome, Command } from './call.ts';
import { effectsOf } from './effects-of.ts';
import type { ActionRun } from './run-state.ts';
import type { Scene } from './testing/scene.ts';
import { openScene, proof } from './testing/scene.ts';

const FACTORS: Readonly<Record<string, string>> = {
  otp: 'totp',
  phone: 'phone',
  'webauthn-roaming': 'webauthn',
  'push-notification': 'push',
};
const TYPES = Object.keys(FACTORS);

/** What the sandbox would say of an Action whose code is its commands. */
const runtime = {
  run: async ({ program, journal }: ActionCall): Promise<ActionOutcome> => {
    const common = { console: [], consoleLeftOut: 0, journal, wallMs: 1, cpuMs: 1 };
    const commands: readonly Command[] = program.code === 'throw' ? [] : JSON.parse(program.code);
    return program.code === 'throw'
      ? { outcome: 'failed', failure: 'threw', message: 'no', commands, ...common }
      : { outcome: 'finished', commands, ...common };
  },
};

const factors = fc.subarray(TYPES, { minLength: 1 }).map((types) => types.map((type) => ({ type })));

const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 4, arbitrary: factors.map((list) => ({ call: 'authentication.challengeWithAny', args: [list] })) },
  {
    weight: 1,
    arbitrary: fc
      .boolean()
      .map((may) => ({ call: 'multifactor.enable', args: ['any', { allowRememberBrowser: may }] })),
  },
  { weight: 1, arbitrary: fc.constant({ call: 'multifactor.enable', args: ['none', { allowRememberBrowser: true }] }) },
  { weight: 2, arbitrary: fc.nat(9).map((n) => ({ call: 'idToken.setCustomClaim', args: ['x', n] })) },
);

const action = fc.oneof(
  { weight: 9, arbitrary: fc.array(command, { maxLength: 2 }).map((commands) => JSON.stringify(commands)) },
  { weight: 1, arbitrary: fc.constantFrom('throw', JSON.stringify([{ call: 'access.deny', args: ['no'] }])) },
);

const actions = fc.array(action, { minLength: 1, maxLength: 3 });

const someFactors = fc.shuffledSubarray(Object.values(FACTORS));

const enrolled = Object.values(FACTORS);

/** Proves one after another, and gives every state on the way. */
const journey = async (scene: Scene, order: readonly string[]): Promise<readonly ActionRun[]> => {
  const states = [await scene.run()];
  for (const [index, factor] of order.entries()) states.push(await scene.proves(proof(factor, index + 3)));
  return states;
};

const lastOf = (states: readonly ActionRun[]): ActionRun | undefined => states.at(-1);

it('law 3: proving more never creates a need', async () => {
  await fc.assert(
    fc.asyncProperty(actions, someFactors, someFactors, fc.nat(4), async (codes, some, more, at) => {
      const wider = [...some.slice(0, at), ...more, ...some.slice(at)];
      const narrow = lastOf(await journey(openScene({ runtime, actions: codes, enrolled }), some));
      const wide = lastOf(await journey(openScene({ runtime, actions: codes, enrolled }), wider));
      if (narrow?.state.is === 'done') assert.equal(wide?.state.is, 'done');
      const events = [proof('password', 0), ...wider.map((factor, index) => proof(factor, index + 3))];
      const atOnce = await openScene({ runtime, actions: codes, enrolled, events }).run();
      assert.equal(atOnce.state.is, wide?.state.is, 'and when it was proven does not matter');
    }),
    { numRuns: 1500 },
  );
});

it('law 4: an answer to what is asked is never asked for again, and leads on', async () => {
  let asked = 0;
  await fc.assert(
    fc.asyncProperty(actions, fc.infiniteStream(fc.nat(3)), async (codes, choices) => {
      const scene = openScene({ runtime, actions: codes, enrolled });
      let run = await scene.run();
      const given: string[] = [];
      while (run.state.is === 'waiting') {
        const [wait] = run.state.waits;
        assert.ok(wait.wait === 'proof' && wait.demand.factors !== undefined && wait.demand.factors.length > 0);
        assert.ok(!wait.demand.factors.some((factor) => given.includes(factor)), 'asked for again');
        const chosen = wait.demand.factors[choices.next().value % wait.demand.factors.length] ?? '';
        given.push(chosen);
        asked += 1;
        assert.ok(given.length <= 4);
        run = await scene.proves(proof(chosen, given.length + 3));
      }
      assert.notEqual(run.state.is, 'running');
    }),
    { numRuns: 1500 },
  );
  assert.ok(asked > 500);
});

it('no demand is ever taken away, and nothing is done before the last Action has run', async () => {
  await fc.assert(
    fc.asyncProperty(actions, someFactors, async (codes, order) => {
      const states = await journey(openScene({ runtime, actions: codes, enrolled }), order);
      for (const [index, run] of states.entries()) {
        const before = states[index - 1]?.demands ?? [];
        assert.deepEqual(run.demands.slice(0, before.length), before);
        const isDone = run.state.is === 'done';
        if (isDone) assert.equal(run.position, codes.length);
        else assert.deepEqual(effectsOf(run).idTokenClaims, {});
      }
    }),
    { numRuns: 1500 },
  );
});

it('law 6: an Action that throws, wherever it stands, leaves nothing', async () => {
  await fc.assert(
    fc.asyncProperty(actions, fc.nat(3), async (codes, at) => {
      const broken = [...codes.slice(0, at), 'throw', ...codes.slice(at)];
      const states = await journey(openScene({ runtime, actions: broken, enrolled }), enrolled);
      assert.notEqual(lastOf(states)?.state.is, 'done');
    }),
    { numRuns: 500 },
  );
});
