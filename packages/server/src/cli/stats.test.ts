import assert from 'node:assert/strict';
import { test } from 'node:test';
import { authorizeUrl, signInAndStepUp } from '../testing/flow.ts';
import { operated } from '../testing/operated.ts';
import { stats } from './stats.ts';

test('statistics are a table with a bar for each row', async (t) => {
  const { server, run } = await operated(t);
  const { browser } = await signInAndStepUp(server, { scope: 'openid transfer:funds' });
  server.advance(400);
  await browser.send(authorizeUrl({ scope: 'openid transfer:funds' }));
  server.advance(4000);
  const { status, text } = await run(stats, '--by', 'scope');
  assert.equal(status, 0);
  const [title, head, row, all] = text.split('\n');
  assert.match(title ?? '', /^Further proofs from 20\d\d-.*Z to .*Z, by scope:$/);
  assert.match(head ?? '', /^ +asked +shown +met +failed +abandoned +waiting +median +90 %$/);
  assert.match(row ?? '', /^transfer:funds +2 +1 +1 +50 % +0 +1 +0 +\d+ s +\d+ s {2}█{15}░{15}$/);
  assert.match(all ?? '', /^all +2 +1 +1 +50 %/);
  const asJson = await run(stats, '--json', '--since', '1h');
  assert.match(asJson.text, /"by": "factor"/);
  assert.match((await run(stats, '--since', '1h')).text, /^Further.*\n.*\nall +0 +0 +0 /);
});

test('what cannot be counted by is said', async (t) => {
  const { run } = await operated(t);
  for (const words of [['--by', 'moon'], ['--since', 'yesterday'], ['--by']])
    assert.equal((await run(stats, ...words)).status, 2);
});
