/** For how long a request has its turn to go on with a run, and who waits for it. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { describe, it } from 'node:test';
import { secondsAfter } from '@stile/core';
import { beginRun } from '../actions/run.ts';
import { assertOneCame, executionsOf, sentAway, stopOf, TELLS, whenKept } from '../testing/kept-runs.ts';
import { ROBIN } from '../testing/test-config.ts';
import { isTaken, keptMeanwhile, turnOf } from './kept-run.ts';

/** A turn to go on with what waits, as a request has it, and what is written of it. */
const turnAt = async (t: TestContext) => {
  let told: ((isFirst: boolean) => void) | undefined;
  const { server, state } = await sentAway(t, TELLS, (store) => ({
    ...store,
    interactions: {
      ...store.interactions,
      update: async (...given) => {
        const isFirst = await store.interactions.update(...given);
        told?.(isFirst);
        return isFirst;
      },
    },
  }));
  const user = (await server.store.users.find(ROBIN.id)) ?? assert.fail();
  const [session = assert.fail()] = await server.store.sessions.ofUser(ROBIN.id);
  const found = async () => (await server.store.interactions.find(state)) ?? assert.fail();
  const anotherTurn = async () => turnOf(await found(), { user, session }, server.deps);
  return {
    server,
    turn: await anotherTurn(),
    anotherTurn,
    isTakenNow: async () => isTaken(await found(), server.deps.now()),
    nextChange: () =>
      new Promise<boolean>((resolve) => {
        told = resolve;
      }),
  };
};

describe('a request that goes on with a run', () => {
  it('keeps nobody out for longer than seconds when its process died, however long its Actions may take', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] });
    const { server, turn, isTakenNow } = await turnAt(t);
    assert.equal(await turn.take(), true);
    server.advance(4);
    assert.equal(await isTakenNow(), true);
    server.advance(1);
    assert.equal(await isTakenNow(), false);
  });

  it('keeps others out for as long as its process says that it goes on, and keeps nothing once that came too late', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] });
    const { server, turn, anotherTurn, isTakenNow, nextChange } = await turnAt(t);
    assert.equal(await turn.take(), true);
    for (let times = 0; times < 8; times += 1) {
      server.advance(4);
      const changed = nextChange();
      t.mock.timers.tick(1000);
      assert.equal(await changed, true);
      assert.equal(await isTakenNow(), true);
    }
    server.advance(5);
    const other = await anotherTurn();
    assert.equal(await other.take(), true);
    const changed = nextChange();
    t.mock.timers.tick(1000);
    await changed;
    const run = beginRun([], { requestedAt: server.deps.now(), interactive: true });
    assert.equal(await turn.keep(run, {}, undefined), 'raced');
    assert.equal(await other.keep(run, {}, undefined), 'kept');
    assert.equal(await isTakenNow(), false);
  });
});

describe('requests that wait for another', () => {
  it('are a handful, and look together', async (t) => {
    const { server, state } = await sentAway(t, TELLS);
    const { now } = server.deps;
    const free = (await server.store.interactions.find(state)) ?? assert.fail();
    const taken = {
      ...free,
      actions: { ...free.actions, taken: { by: 'turn_of_another', until: secondsAfter(now(), 5) } },
    };
    let looks = 0;
    const interactions = {
      ...server.store.interactions,
      find: () => {
        looks += 1;
        return Promise.resolve(looks < 3 ? taken : free);
      },
    };
    const deps = { now, store: { ...server.store, interactions } };
    const found = await Promise.all(Array.from({ length: 20 }, () => keptMeanwhile(taken, deps)));
    assert.equal(looks, 3);
    assert.deepEqual(found, [...Array.from({ length: 8 }, () => free), ...Array.from({ length: 12 }, () => 'busy')]);
    assert.equal(await keptMeanwhile(taken, deps), free, 'whoever comes later looks anew');
  });

  it('and those beyond are asked to come back, and run nothing', async (t) => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    let holds = false;
    const { server, browser, state } = await sentAway(
      t,
      TELLS,
      whenKept(() => (holds ? released : Promise.resolve())),
    );
    holds = true;
    const busy: Response[] = [];
    const all = Array.from({ length: 20 }, async () => {
      const response = await browser.send(`/continue?state=${state}`);
      if (response.status === 503 && busy.push(response) === 11) release();
      return response;
    });
    const stops = (await Promise.all(all)).map(stopOf);
    for (const { headers } of busy) assert.equal(headers.get('retry-after'), '2');
    await assertOneCame(
      server,
      stops.filter(({ status }) => status !== 503),
    );
    assert.equal((await executionsOf(server, 'onContinuePostLogin')).length, 1);
  });
});
