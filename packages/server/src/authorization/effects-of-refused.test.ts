/** What Actions want kept is kept when something is issued, or when they deny; not when what they demanded was never proven. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deployScript, postLogin } from '../testing/actions.ts';
import { TestBrowser } from '../testing/browser.ts';
import { refresh } from '../testing/endpoints.ts';
import { answerOf, authorizeUrl, redeem, signInAndStepUp } from '../testing/flow.ts';
import { testServer } from '../testing/test-server.ts';

const KEEPS = `api.multifactor.enable('any'); api.user.setAppMetadata('trusted', true); api.session.setMetadata('trusted', true);`;

describe('a request that is refused although its Actions have come to their end', () => {
  it('keeps nothing of what they wanted: whoever merely knows the password gets no further by asking silently', async (t) => {
    const server = await testServer(t);
    await deployScript(server, 'trust', postLogin(KEEPS));
    const browser = new TestBrowser(server);
    await browser.signIn(await browser.go(authorizeUrl()));
    assert.equal(answerOf(await browser.go(authorizeUrl({ prompt: 'none' }))).error, 'login_required');
    assert.deepEqual((await server.store.users.profile('user_robin'))?.appMetadata, {});
    const [session] = await server.store.sessions.ofUser('user_robin');
    assert.deepEqual(session?.metadata, {});
  });

  it('keeps nothing either when it is a refresh', async (t) => {
    const server = await testServer(t);
    await deployScript(
      server,
      'trust',
      postLogin(`if (event.transaction.protocol === 'oauth2-refresh-token') { ${KEEPS} }`),
    );
    const { stop } = await signInAndStepUp(server);
    const { body } = await redeem(server, stop);
    assert.equal((await refresh(server, body.refresh_token)).body.error, 'login_required');
    assert.deepEqual((await server.store.users.profile('user_robin'))?.appMetadata, {});
  });
});
