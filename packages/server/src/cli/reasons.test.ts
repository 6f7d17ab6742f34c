import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reasonsPage } from '../decision/reasons-page.ts';
import { testServer } from '../testing/test-server.ts';
import { reasons } from './reasons.ts';

test('a reason is explained, an unknown one is said to be unknown, and all are listed or printed as a page', async (t) => {
  const { deps } = await testServer(t);
  const run = async (...words: string[]) => {
    const lines: string[] = [];
    const { config, log, now } = deps;
    const status = await reasons(words, { config, log, now, print: (line) => void lines.push(line) });
    return { status, text: lines.join('\n') };
  };
  assert.deepEqual(await run('proof_too_old'), {
    status: 0,
    text: 'The level is shown, and the proof that renews it is too old.',
  });
  assert.equal((await run('hunter2')).status, 1);
  assert.match((await run()).text, /^Why something was asked.*\n {2}all_met +Everything/);
  assert.equal(`${(await run('--markdown')).text}\n`, reasonsPage());
});
