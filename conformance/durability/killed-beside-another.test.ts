/** Of two processes on one store one is killed under load, and the other goes on as if nothing had happened. */
import { it } from 'node:test';
import { runRounds } from './crash/rounds.ts';

it('T14: the other process answers every request, and what the first one answered stands there', async () => {
  await runRounds({
    rounds: 12,
    seed: 0,
    moments: ['beside another process', 'beside another process, with the file locked'],
  });
});
