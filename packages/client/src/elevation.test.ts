import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { StepUpError } from './error.ts';
import { challenge } from './testing/api.ts';
import { bearers, challengesEveryday, closeWorlds, post, world } from './testing/world.ts';

afterEach(closeWorlds);

describe('calls at the same time', () => {
  it('share one step-up when they need the same', async () => {
    const { fetch, asked } = await world(challengesEveryday);
    const responses = await Promise.all(['1', '2', '3'].map((body) => fetch('transfers', post(body))));
    assert.deepEqual(
      responses.map((response) => response.status),
      [200, 200, 200],
    );
    assert.equal(asked.length, 1);
  });

  it('T14: do not share a single-use token: each call has its own', async () => {
    const { allChallenged, fetch: counting } = challengedTogether(3);
    const singleUse = async () => {
      await allChallenged;
      return { singleUse: true };
    };
    const { api, fetch, asked } = await world(challengesEveryday, singleUse, { fetch: counting });
    await Promise.all(['1', '2', '3'].map((body) => fetch('transfers', post(body))));
    assert.equal(asked.length, 3);
    const elevated = bearers(api).filter((bearer) => bearer !== 'Bearer everyday');
    assert.equal(new Set(elevated).size, 3);
    assert.equal(elevated.length, 3);
  });

  it('share the failure: a user who declines is not asked once per call', async () => {
    const { allChallenged, fetch: counting } = challengedTogether(3);
    const declines = async (): Promise<undefined> => {
      await allChallenged;
      throw new StepUpError('popup_closed', 'no');
    };
    const { fetch, asked } = await world(challengesEveryday, declines, { fetch: counting });
    const results = await Promise.allSettled(['1', '2', '3'].map((body) => fetch('transfers', post(body))));
    assert.deepEqual(
      results.map((result) => result.status),
      ['rejected', 'rejected', 'rejected'],
    );
    assert.equal(asked.length, 1);
  });

  it('step up one at a time when they need different things', async () => {
    const { allChallenged, fetch: counting } = challengedTogether(2);
    let running = 0;
    let most = 0;
    const { fetch, asked } = await world(
      (call) => (call.authorization === 'Bearer everyday' ? challenge(`acr_values="${call.body}"`) : { status: 200 }),
      async () => {
        running += 1;
        most = Math.max(most, running);
        await allChallenged;
        await new Promise((resolve) => setTimeout(resolve, 10));
        running -= 1;
        return undefined;
      },
      { fetch: counting },
    );
    await Promise.allSettled([fetch('transfers', post('mfa')), fetch('transfers', post('phr'))]);
    assert.equal(asked.length, 2);
    assert.equal(most, 1);
  });

  it('T19: a double click sends one call', async () => {
    const { api, fetch } = await world(() => ({ status: 200 }));
    const results = await Promise.allSettled([
      fetch('transfers', post('{"amount":10}')),
      fetch('transfers', post('{"amount":10}')),
    ]);
    // Which of the two is the one does not matter, and is not certain: their bodies are hashed at the same time.
    assert.deepEqual(results.map((result) => result.status).sort(), ['fulfilled', 'rejected']);
    assert.equal(api.calls.length, 1);
    await fetch('transfers', post('{"amount":10}'));
    assert.equal(api.calls.length, 2, 'a call after the first one is over is a new call');
  });

  it('T19: an idempotency key names the call, travels with both sendings and tells equal calls apart', async () => {
    const { api, fetch } = await world(challengesEveryday);
    const results = await Promise.allSettled([
      fetch('transfers', { ...post('10'), idempotencyKey: 'a' }),
      fetch('transfers', { ...post('11'), idempotencyKey: 'a' }),
      fetch('transfers', { ...post('10'), idempotencyKey: 'b' }),
    ]);
    assert.deepEqual(
      results.map((result) => result.status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
    const keys = api.calls.map((call) => String(call.headers['idempotency-key']));
    assert.deepEqual(
      ['a', 'b'].map((key) => keys.filter((sent) => sent === key).length),
      [2, 2],
    );
  });

  it('leaves idempotent methods alone', async () => {
    const { api, fetch } = await world(() => ({ status: 200 }));
    await Promise.all([
      fetch('balance'),
      fetch('balance'),
      fetch('x', { method: 'DELETE' }),
      fetch('x', { method: 'DELETE' }),
    ]);
    assert.equal(api.calls.length, 4);
  });
});

/** A fetch that tells when so many answers have arrived, and the calls had time to see them. */
function challengedTogether(count: number): { allChallenged: Promise<void>; fetch: typeof globalThis.fetch } {
  const { promise, resolve } = Promise.withResolvers<void>();
  let arrived = 0;
  return {
    allChallenged: promise,
    fetch: async (input) => {
      const response = await globalThis.fetch(input);
      arrived += 1;
      if (arrived === count) setTimeout(resolve, 20);
      return response;
    },
  };
}
