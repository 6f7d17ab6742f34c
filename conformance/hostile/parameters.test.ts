/** Every parameter of every endpoint, spoilt in every way, while everything else about the request is good. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Good } from './arrivals.ts';
import type { Attack } from './attacks.ts';
import { attacks, newMarker } from './attacks.ts';
import type { Scenario } from './scenarios.ts';
import { scenarios } from './scenarios.ts';
import { requestOf, spoiltBy } from './sending.ts';
import { faultsOf } from './verdict.ts';
import type { World } from './world.ts';
import { startWorld } from './world.ts';

/** Sends a request that is good but for one parameter, and says what is wrong with the answer. */
const faultsIn = async (
  scenario: Scenario,
  good: Good,
  where: 'query' | 'form',
  name: string,
  attack: Attack,
): Promise<readonly string[]> => {
  const marker = newMarker();
  const spoilt = spoiltBy(good[where] ?? {}, name, attack.encoded(name, good[where]?.[name] ?? 'x', marker));
  const answer = await good.visitor.send(
    requestOf(scenario, good, where === 'query' ? { query: spoilt } : { body: spoilt }),
  );
  // A query that is too long is refused before the end of it is read, and the refusal may be lost on the way.
  if (answer === undefined) return where === 'query' && attack.isHuge ? [] : ['no answer'];
  return faultsOf(answer, {
    marker,
    mayEcho: scenario.echoes?.some((echoed) => echoed === name || echoed === '*') ?? false,
  });
};

/** Read by one piece of code for many endpoints: spoilt in every way at the first of them, and in the worst ways at the others. */
const SHARED = new Set(
  'interaction csrf cancel other client_id client_secret client_assertion client_assertion_type audience resource'.split(
    ' ',
  ),
);
const WORST = new Set([
  'missing',
  'doubled',
  'empty',
  'a list',
  'a tag',
  'NUL',
  '1 KB',
  '64 KB',
  '__proto__',
  'half a character',
]);

const spoiltBefore = new Set<string>();

const attacksOn = (scenario: Scenario, where: 'query' | 'form', name: string): readonly Attack[] => {
  // The whole body is refused for its size, whichever parameter makes it so large.
  const all = attacks.filter(({ what }) => what !== '1 MB' || name === scenario[where]?.[0]);
  const isShared = SHARED.has(name) && scenario.path !== '/authorize';
  if (!isShared || !spoiltBefore.has(`${where} ${name}`)) {
    spoiltBefore.add(`${where} ${name}`);
    return all;
  }
  return all.filter(({ what }) => WORST.has(what));
};

let world: World;
before(async () => {
  world = await startWorld();
});
after(() => world.close());

for (const scenario of scenarios) {
  describe(`${scenario.method} ${scenario.path}: ${scenario.name}`, () => {
    it('is answered as it should be when nothing is wrong', async () => {
      const good = await scenario.good(world);
      const answer = await good.visitor.send(requestOf(scenario, good));
      assert.equal(answer?.status, scenario.answers, answer?.head);
      assert.deepEqual(answer && faultsOf(answer), []);
    });

    it('tells a stranger nothing, with no cookie and no credentials', async () => {
      const good = { ...(await scenario.good(world)), visitor: world.visitor(), headers: {} };
      const wrong: string[] = [];
      for (const where of ['query', 'form'] as const) {
        for (const name of scenario[where] ?? []) {
          for (const attack of attacks.filter(({ what }) => WORST.has(what))) {
            const faults = await faultsIn(scenario, good, where, name, attack);
            if (faults.length > 0) wrong.push(`${name}, ${attack.what}: ${faults.join('; ')}`);
          }
        }
      }
      assert.deepEqual(wrong, []);
    });

    for (const where of ['query', 'form'] as const) {
      for (const name of scenario[where] ?? []) {
        it(`${name} of the ${where}`, async () => {
          const wrong: string[] = [];
          for (const attack of attacksOn(scenario, where, name)) {
            const faults = await faultsIn(scenario, await scenario.good(world), where, name, attack);
            if (faults.length > 0) wrong.push(`${attack.what}: ${faults.join('; ')}`);
          }
          assert.deepEqual(wrong, []);
        });
      }
    }
  });
}

it('none of it was a failure of the server', () => {
  assert.deepEqual(world.failures(), []);
});
