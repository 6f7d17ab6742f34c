/** Another process on the same store, whose clients must not notice that the one beside it dies. */
import assert from 'node:assert/strict';
import type { AuthorizationServer } from '../../authorization-server.ts';
import { asked, redeemed, refresh, signIn } from './matter.ts';
import { Visitor } from './world.ts';

export interface Neighbour {
  /** Goes on a little after the death of the other, and tells whether every request was answered. */
  finish(): Promise<void>;
}

const GOES_ON = 4;

export const beginNeighbour = async (door: AuthorizationServer): Promise<Neighbour> => {
  const visitor = new Visitor(door);
  await signIn(door, visitor, 'neighbour');
  let left = Number.POSITIVE_INFINITY;
  const work = (async () => {
    for (; left > 0; left -= 1) {
      const tokens = await redeemed(door, await asked(door, visitor, { prompt: 'none' }));
      assert.equal((await refresh(door, tokens.refresh)).status, 200, 'the other process falters');
    }
  })();
  // Whoever waits for it hears of it; until then it is nobody's.
  work.catch(() => undefined);
  return {
    finish: async () => {
      left = GOES_ON;
      await work;
    },
  };
};
