/** A server under load is killed at moments of chance, while it closes and while it starts. */
import { it } from 'node:test';
import { runRounds } from './crash/rounds.ts';

it('T14: nothing that was answered is lost, nothing counts twice, and nothing is refused that nobody used', async () => {
  await runRounds({
    rounds: 20,
    seed: 0,
    moments: [
      'at any moment',
      'soon after the load began',
      'while it drains',
      'while it closes the store',
      'and again while the next one starts',
    ],
  });
});
