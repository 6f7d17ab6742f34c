/** The load, and the end of whoever bears it. */
import { setTimeout as pause } from 'node:timers/promises';
import type { CrashingServer } from './crashing-server.ts';
import type { Matter } from './matter.ts';
import type { Moment } from './moments.ts';
import type { Tally } from './world.ts';

/** Asks everything at once, and kills the server at its moment. What was asked and answered stands in the matters. */
export const killUnderLoad = async (
  server: CrashingServer,
  { orders, answers, closingFor }: Moment,
  matters: readonly Matter[],
  tally: Tally,
): Promise<void> => {
  let isDying = false;
  const dead = server.gone().then(() => true);
  for (const order of orders) {
    if (order.kind === 'die') await server.order(order);
    else server.send(order);
  }
  const loads = matters.map(async (matter) => {
    try {
      await matter.load();
    } catch (error) {
      // What fetch throws when the connection is gone; anything else is an answer that must not be.
      if (!(error instanceof TypeError)) throw error;
      if (!isDying && !(await Promise.race([dead, pause(1000, false)]))) throw error;
    }
  });
  const allDone = Promise.allSettled(loads);
  let isOver = false;
  void Promise.race([dead, allDone]).then(() => {
    isOver = true;
  });
  for (const enough = tally.answered + answers; tally.answered < enough && !isOver; ) await pause(1);
  isDying = true;
  if (closingFor !== undefined) {
    server.askToClose();
    await Promise.race([dead, pause(closingFor)]);
  }
  await server.kill();
  await allDone;
  await Promise.all(loads);
};
