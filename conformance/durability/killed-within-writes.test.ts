/** A server under load is killed at chosen statements of its database. */
import { it } from 'node:test';
import { runRounds } from './crash/rounds.ts';

it('T14: nothing that was answered is lost, nothing counts twice, and nothing is refused that nobody used', async () => {
  await runRounds({
    rounds: 20,
    seed: 0,
    moments: [
      'before a commit',
      'after a commit, before its answers',
      'between two statements of a write',
      'during a sweep',
      'during a rotation of the keys',
    ],
  });
});
