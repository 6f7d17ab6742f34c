/** Whole logins with a deployed Action and without, in turn, each by a server of its own. */
import { start } from '../contenders/contender.ts';
import { signIn } from '../flows/browser.ts';
import type { Times } from '../in-process/repeat.ts';
import { timesOf } from '../in-process/repeat.ts';
import { Connection } from '../load/connection.ts';
import { makeSigningPair } from '../world.ts';

export interface Logins {
  readonly without: Times;
  readonly withAction: Times;
}

const PEOPLE = 64;
const WARM_UP = 50;

const sum = (times: readonly number[]): number => times.reduce((all, one) => all + one, 0);

/** One login after another, from the application's redirect to its tokens. @param code the Action */
export const measureLogins = async (seconds: number, code: string, pinned: boolean): Promise<Logins> => {
  const pair = makeSigningPair('ES256');
  const sides = await Promise.all(
    [undefined, code].map(async (action) => {
      const running = await start('stile', { pair, people: PEOPLE, pinned, action });
      return { running, connection: await Connection.open(running.port), took: [] as number[] };
    }),
  );
  const [without, withAction] = sides;
  if (!without || !withAction) throw new Error('There are two.');
  try {
    const until = performance.now() + 2 * seconds * 1000;
    for (let number = 0; number < WARM_UP || performance.now() < until; number += 1) {
      for (const { running, connection, took } of sides) {
        const began = performance.now();
        await signIn(connection, running.server, number % PEOPLE);
        if (number >= WARM_UP) took.push(1000 * (performance.now() - began));
      }
    }
    const timesFor = ({ took }: typeof without): Times => timesOf(took, sum(took) / 1000);
    return { without: timesFor(without), withAction: timesFor(withAction) };
  } finally {
    for (const { running, connection } of sides) {
      connection.close();
      await running.stop();
    }
  }
};
