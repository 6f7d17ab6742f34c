/** Actions that were not there when a request or a grant began are passed by no more than those that were. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deployScript, postLogin } from '../testing/actions.ts';
import { TestBrowser } from '../testing/browser.ts';
import { refresh } from '../testing/endpoints.ts';
import { answerOf, authorizeUrl, redeem, signInAndStepUp } from '../testing/flow.ts';
import { testServer } from '../testing/test-server.ts';

describe('a run that began when nothing was live', () => {
  it('is no yes of the Action that is live by the time it ends', async (t) => {
    const server = await testServer(t);
    const bound = server.deps.actions.bound.bind(server.deps.actions);
    await deployScript(server, 'beside', postLogin(''), 'shadow');
    const browser = new TestBrowser(server);
    const page = await browser.signIn(await browser.go(authorizeUrl({ scope: 'openid close:account' })));
    assert.match(page.url, /^\/challenge/);
    await deployScript(server, 'closed', postLogin(`api.access.deny('Closed.');`));
    // What is bound is read once a second.
    while ((await bound()).length < 2) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(answerOf(await browser.giveCode(page)).error, 'access_denied');
  });
});

describe('a refresh', () => {
  it('is not answered by a proof of long before the authorization because an Action looked that far back then', async (t) => {
    const server = await testServer(t);
    await deployScript(
      server,
      'far-sighted',
      postLogin(`
        if (event.transaction.protocol !== 'oauth2-refresh-token') await api.stepUp.require({ maxAge: '12h' });
        else api.authentication.challengeWith({ type: 'otp' });
      `),
    );
    const { browser } = await signInAndStepUp(server, { scope: 'openid close:account' });
    server.advance(600);
    const { body } = await redeem(server, await browser.go(authorizeUrl()));
    assert.equal((await refresh(server, body.refresh_token)).body.error, 'login_required');
  });
});
