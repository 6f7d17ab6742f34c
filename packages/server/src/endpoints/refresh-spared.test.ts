/** What Actions say that a remembered browser may be spared, at a refresh: there is no browser there (T20, T27). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deployScript, postLogin } from '../testing/actions.ts';
import { currentCode, TestBrowser } from '../testing/browser.ts';
import { refresh } from '../testing/endpoints.ts';
import { answerOf, authorizeUrl, claimsOf, redeem, signInAndStepUp } from '../testing/flow.ts';
import { testServer } from '../testing/test-server.ts';

const SPAREABLE = `api.multifactor.enable('any', { allowRememberBrowser: true });`;

describe('T20: a demand that a remembered browser may be spared', () => {
  it('is made at a refresh of what nobody was spared: an Action that was not asked before is not passed by', async (t) => {
    const server = await testServer(t);
    const isRefresh = `event.transaction.protocol === 'oauth2-refresh-token'`;
    await deployScript(server, 'mfa', postLogin(`if (${isRefresh}) ${SPAREABLE}`));
    const { stop } = await signInAndStepUp(server);
    const { body } = await redeem(server, stop);
    const refused = await refresh(server, body.refresh_token);
    assert.deepEqual([refused.status, refused.body.error], [400, 'login_required']);
  });

  it('is met at the refreshes of what was proven', async (t) => {
    const server = await testServer(t);
    await deployScript(server, 'mfa', postLogin(SPAREABLE));
    const { stop } = await signInAndStepUp(server);
    const { body } = await redeem(server, stop);
    assert.equal((await refresh(server, body.refresh_token)).status, 200);
  });

  it('T27: is spared at the refreshes as it was at the authorization, which a refresh is never stricter than', async (t) => {
    const server = await testServer(t, (config) => ({
      ...config,
      rememberDevice: { acr: 'mfa' },
      sessions: { idle: '2h' },
    }));
    await deployScript(server, 'mfa', postLogin(SPAREABLE));
    const browser = new TestBrowser(server);
    const page = await browser.signIn(await browser.go(authorizeUrl()));
    await browser.submit(page, { code: currentCode(server), remember: 'on' });
    server.advance(3 * 3600);
    const spared = await browser.signIn(await browser.go(authorizeUrl()));
    assert.ok(answerOf(spared).code);
    const { body } = await redeem(server, spared);
    const refreshed = await refresh(server, body.refresh_token);
    assert.equal(refreshed.status, 200);
    assert.equal(claimsOf(refreshed.body.access_token).acr, '1fa');
  });
});
