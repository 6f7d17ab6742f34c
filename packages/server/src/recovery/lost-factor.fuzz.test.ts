import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { fuzzAsync } from '../../../../tools/fuzz/fuzz.ts';
import { nearly } from '../../../../tools/fuzz/hostile-text.ts';
import { normaliseRecoveryCode } from '../factors/recovery-code.ts';
import { ROBIN, SAM } from '../testing/test-config.ts';
import { testServer } from '../testing/test-server.ts';
import { issueRecoveryTicket, openRecoveryOf, recoveryByTicket, recoveryToStop, stopToken } from './lost-factor.ts';

it('a word that stops a recovery is that very word, and a ticket is read however it is typed, for its person alone', async (t) => {
  const { deps, store } = await testServer(t);
  const robin = (await store.users.find(ROBIN.id)) ?? assert.fail('Robin is there.');
  const ticket = await issueRecoveryTicket(robin, deps);
  const recovery = (await openRecoveryOf(ROBIN.id, deps)) ?? assert.fail('It is under way.');
  const token = stopToken(recovery, deps);
  await fuzzAsync(
    fc.asyncProperty(nearly(fc.constant(token)), async (typed) => {
      assert.equal((await recoveryToStop(typed, deps))?.id, typed === token ? recovery.id : undefined);
    }),
    2000,
  );
  await fuzzAsync(
    fc.asyncProperty(nearly(fc.constant(ticket)), async (typed) => {
      const isIt = normaliseRecoveryCode(typed) === normaliseRecoveryCode(ticket);
      assert.equal((await recoveryByTicket(typed, ROBIN.id, deps))?.id, isIt ? recovery.id : undefined);
      assert.equal(await recoveryByTicket(typed, SAM.id, deps), undefined);
    }),
    2000,
  );
});
