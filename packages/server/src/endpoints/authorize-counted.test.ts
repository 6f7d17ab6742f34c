import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerOf, authorizeUrl, signInAndStepUp } from '../testing/flow.ts';
import { testServer } from '../testing/test-server.ts';

test('a decision to issue is counted when its code is kept, and not when what it rested on was taken back', async (t) => {
  const takenBack: ('proofs-gone' | undefined)[] = [];
  const server = await testServer(
    t,
    (config) => ({ ...config, metrics: { port: 0 } }),
    (store) => ({
      ...store,
      grants: {
        ...store.grants,
        authorize: async (authorization) => takenBack.pop() ?? store.grants.authorize(authorization),
      },
    }),
  );
  const issued = async (): Promise<string | undefined> => {
    const { text } = await server.deps.metrics.report();
    return /^stile_decisions_total\{endpoint="authorize",outcome="issue",reason="all_met"\} (\d+)$/m.exec(text)?.[1];
  };
  const { browser } = await signInAndStepUp(server);
  assert.equal(await issued(), '1');
  takenBack.push('proofs-gone');
  assert.ok(answerOf(await browser.go(authorizeUrl())).code, 'it is decided anew');
  assert.equal(await issued(), '2');
  takenBack.push('proofs-gone', 'proofs-gone');
  assert.equal(answerOf(await browser.go(authorizeUrl())).error, 'server_error');
  assert.equal(await issued(), '2');
});
