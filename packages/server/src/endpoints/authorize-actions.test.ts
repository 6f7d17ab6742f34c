/** Actions take part in authorization: they demand, narrow, deny and add claims, and nothing is issued without them. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deployScript, postLogin } from '../testing/actions.ts';
import { TestBrowser } from '../testing/browser.ts';
import { refresh } from '../testing/endpoints.ts';
import { answerOf, authorizeUrl, claimsOf, redeem, signInAndStepUp } from '../testing/flow.ts';
import { testServer } from '../testing/test-server.ts';

describe('Actions in the login', () => {
  it('claims are in the tokens, and in those that descend from them', async (t) => {
    const server = await testServer(t);
    await deployScript(
      server,
      'claims',
      postLogin(`
        api.idToken.setCustomClaim('https://fabrikam.example/tier', event.client.client_id);
        api.accessToken.setCustomClaim('https://fabrikam.example/roles', ['a', event.transaction.protocol]);
      `),
    );
    const { stop } = await signInAndStepUp(server);
    const { body } = await redeem(server, stop);
    assert.equal(claimsOf(body.id_token)['https://fabrikam.example/tier'], 'web');
    assert.deepEqual(claimsOf(body.access_token)['https://fabrikam.example/roles'], ['a', 'oidc-basic-profile']);
    const second = await refresh(server, body.refresh_token);
    assert.deepEqual(claimsOf(second.body.access_token)['https://fabrikam.example/roles'], [
      'a',
      'oauth2-refresh-token',
    ]);
  });

  it('access.deny refuses, with the reason of the author', async (t) => {
    const server = await testServer(t);
    await deployScript(server, 'closed', postLogin(`api.access.deny('Closed on Sundays.');`));
    const { stop } = await signInAndStepUp(server);
    assert.deepEqual(
      { error: answerOf(stop).error, said: answerOf(stop).error_description },
      { error: 'access_denied', said: 'Closed on Sundays.' },
    );
  });

  it('T16: what throws refuses, and says nothing of itself to the application', async (t) => {
    const server = await testServer(t);
    await deployScript(server, 'broken', postLogin(`throw new Error('the secret is hunter2');`));
    const { stop } = await signInAndStepUp(server);
    assert.equal(answerOf(stop).error, 'server_error');
    assert.doesNotMatch(stop.url, /hunter2/);
    assert.equal(answerOf(stop).code, undefined);
  });

  it('multifactor.enable asks for a second factor, once', async (t) => {
    const server = await testServer(t);
    await deployScript(server, 'mfa', postLogin(`api.multifactor.enable('any');`));
    const browser = new TestBrowser(server);
    const page = await browser.signIn(await browser.go(authorizeUrl()));
    assert.match(page.url, /^\/challenge/);
    const granted = await browser.giveCode(page);
    const { body } = await redeem(server, granted);
    assert.equal(claimsOf(body.id_token).acr, 'mfa');
  });

  it('code goes on after a challenge', async (t) => {
    const server = await testServer(t);
    await deployScript(
      server,
      'inside',
      postLogin(`
        const before = event.authentication.methods.map(({ name }) => name);
        await api.stepUp.require({ acr: 'mfa', reason: 'Salaries are shown.' });
        api.idToken.setCustomClaim('https://fabrikam.example/before', before);
      `),
    );
    const browser = new TestBrowser(server);
    const page = await browser.signIn(await browser.go(authorizeUrl()));
    assert.match(page.url, /^\/challenge/);
    const { body } = await redeem(server, await browser.giveCode(page));
    assert.deepEqual(claimsOf(body.id_token)['https://fabrikam.example/before'], ['pwd']);
    assert.equal(claimsOf(body.id_token).acr, 'mfa');
  });
});
