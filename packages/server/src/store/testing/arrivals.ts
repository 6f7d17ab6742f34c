import assert from 'node:assert/strict';
import { arrival, at, atOnce, user, withAlice } from './fixtures.ts';
import type { Promises } from './setting.ts';

const DAY = 86_400;

export const arrivalPromises: Promises = {
  'where a person was accepted is found as it was, the latest first, and by that person alone': async (store) => {
    await withAlice(store);
    await store.users.seed(user({ id: 'bob', username: 'bob' }), []);
    const [home, away] = [arrival(), arrival({ country: 'AQ', coordinates: null, lastAt: at(9) })];
    await store.arrivals.accept(home);
    await store.arrivals.accept(away);
    await store.arrivals.accept(arrival({ userId: 'bob' }));
    assert.deepEqual(await store.arrivals.ofUser('alice', at(0)), [away, home]);
    assert.deepEqual(await store.arrivals.ofUser('alice', home.lastAt), [away]);
    assert.deepEqual(await store.arrivals.ofUser('nobody', at(0)), []);
  },

  'the same browser from the same country is one, whose first time stays and whose last is never set back': async (
    store,
  ) => {
    await withAlice(store);
    await store.arrivals.accept(arrival());
    const coordinates = { latitude: -90, longitude: 180 };
    await atOnce(5, (index) =>
      store.arrivals.accept(arrival({ sessionId: 'later', coordinates, firstAt: at(20), lastAt: at(20 - index) })),
    );
    assert.deepEqual(await store.arrivals.ofUser('alice', at(0)), [
      arrival({ sessionId: 'later', coordinates, lastAt: at(20) }),
    ]);
  },

  'arrivals are forgotten when no browser would keep its cookie any longer': async (store) => {
    await withAlice(store);
    await store.arrivals.accept(arrival());
    await store.arrivals.accept(arrival({ browserHash: 'another', lastAt: at(6) }));
    assert.equal(await store.sweep(at(400 * DAY + 4)), 1, 'the interaction of the fixture');
    assert.equal(await store.sweep(at(400 * DAY + 5)), 1);
    assert.deepEqual(
      (await store.arrivals.ofUser('alice', at(0))).map(({ browserHash }) => browserHash),
      ['another'],
    );
  },
};
