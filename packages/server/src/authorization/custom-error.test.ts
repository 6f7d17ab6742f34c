/** The error code that an Action chose, as the application is told it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deployScript, postLogin } from '../testing/actions.ts';
import { refresh } from '../testing/endpoints.ts';
import { answerOf, redeem, signInAndStepUp } from '../testing/flow.ts';
import { testServer } from '../testing/test-server.ts';

describe('a login that an Action refuses', () => {
  for (const [code, message, told, said] of [
    ['account_frozen', 'Call your branch.', 'account_frozen', 'Call your branch.'],
    ['a&code=stolen#x', '"quoted" ünïcode', 'a&code=stolen#x', ' quoted   n code'],
    ['login_required', 'Multifactor authentication required', 'access_denied', 'Multifactor authentication required'],
    ['invalid_client', '', 'access_denied', 'An Action of this server denied it'],
  ] as const)
    it(`validation.error refuses with the code of the author where it is no word of a protocol: ${code}`, async (t) => {
      const server = await testServer(t);
      const args = JSON.stringify([code, message]).slice(1, -1);
      await deployScript(server, 'frozen', postLogin(`api.validation.error(${args});`));
      const { stop } = await signInAndStepUp(server);
      const { iss, ...answer } = answerOf(stop);
      assert.deepEqual(answer, { error: told, error_description: said, state: 'state-1' });
      assert.ok(iss);
      const refused = (await server.store.audit.recent(9)).find(({ type }) => type === 'authorize.refused');
      assert.deepEqual([refused?.details.error, refused?.details.reason], [told, 'denied_by_action']);
    });
});

describe('a refresh that an Action refuses', () => {
  for (const [code, told] of [
    ['account_frozen', 'account_frozen'],
    ['invalid_client', 'access_denied'],
  ] as const)
    it(`is answered with its code where that is no word of a protocol: ${code}`, async (t) => {
      const server = await testServer(t);
      await deployScript(
        server,
        'frozen',
        postLogin(
          `if (event.transaction.protocol === 'oauth2-refresh-token') api.validation.error('${code}', 'Call us.');`,
        ),
      );
      const { stop } = await signInAndStepUp(server);
      const { body } = await redeem(server, stop);
      const refused = await refresh(server, body.refresh_token);
      assert.deepEqual([refused.status, refused.body], [400, { error: told, error_description: 'Call us.' }]);
    });
});
