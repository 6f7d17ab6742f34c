/** Actions take part in authorization: they demand, narrow, deny and add claims, and nothing is issued without them. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { describe, it } from 'node:test';
import { deployScript, postLogin } from '../testing/actions.ts';
import type { Stop } from '../testing/browser.ts';
import { currentCode, formPost, TestBrowser } from '../testing/browser.ts';
import { refresh } from '../testing/endpoints.ts';
import { answerOf, authorizeUrl, claimsOf, redeem, signInAndStepUp } from '../testing/flow.ts';
import { SAM } from '../testing/test-config.ts';
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

  it('an Action sees what the application asked for, also after the pages, and what it says to Actions alone', async (t) => {
    const server = await testServer(t);
    await deployScript(
      server,
      'query',
      postLogin(`
        const { query } = event.request;
        api.idToken.setCustomClaim('https://fabrikam.example/asked', [query['ext-branch'], query.client_id, query.code_challenge]);
      `),
    );
    const { stop } = await signInAndStepUp(server, { 'ext-branch': 'north' });
    const { body } = await redeem(server, stop);
    const asked = claimsOf(body.id_token)['https://fabrikam.example/asked'];
    assert.deepEqual(Array.isArray(asked) && asked.slice(0, 2), ['north', 'web']);
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
    assert.match(page.html, /Salaries are shown\./, 'T26: the author says why');
    const { body } = await redeem(server, await browser.giveCode(page));
    assert.deepEqual(claimsOf(body.id_token)['https://fabrikam.example/before'], ['pwd']);
    assert.equal(claimsOf(body.id_token).acr, 'mfa');
  });
});

/** What comes of something that nobody waits for. */
const eventually = async <T>(look: () => Promise<T | undefined>): Promise<T> => {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setImmediate(resolve));
  }
};

const AWAY = `
exports.onExecutePostLogin = async (event, api) => {
  if (!api.redirect.canRedirect()) return api.access.deny('No page can be shown.');
  api.redirect.sendUserTo('https://terms.example/accept', { query: { from: 'login' } });
};
exports.onContinuePostLogin = async (event, api) => {
  if (event.request.query.agreed !== 'yes') return api.access.deny('The terms were not accepted.');
  api.idToken.setCustomClaim('https://fabrikam.example/terms', 'accepted');
};
`;

describe('an Action that sends people to another site', () => {
  const sentAway = async (t: TestContext) => {
    const server = await testServer(t);
    await deployScript(server, 'terms', AWAY);
    const browser = new TestBrowser(server);
    const stop = await browser.signIn(await browser.go(authorizeUrl()));
    const there = new URL(stop.url);
    assert.equal(there.origin + there.pathname, 'https://terms.example/accept');
    assert.equal(there.searchParams.get('from'), 'login');
    return { server, browser, state: there.searchParams.get('state') ?? '' };
  };

  it('goes on when they come back, with what they bring', async (t) => {
    const { server, browser, state } = await sentAway(t);
    const back = await browser.go(`/continue?state=${state}&agreed=yes`);
    const { body } = await redeem(server, back);
    assert.equal(claimsOf(body.id_token)['https://fabrikam.example/terms'], 'accepted');
    assert.equal((await browser.go(`/continue?state=${state}&agreed=yes`)).status, 400, 'once');
  });

  it('goes on as well when the other site posts what they bring', async (t) => {
    const { server, browser, state } = await sentAway(t);
    // Browsers keep cookies back from a form of another site, and bring them to where it leads.
    const posted = await server.send('/continue', formPost({ state, agreed: 'yes' }));
    assert.equal(posted.status, 303);
    const { body } = await redeem(server, await browser.go(posted.headers.get('location') ?? ''));
    assert.equal(claimsOf(body.id_token)['https://fabrikam.example/terms'], 'accepted');
  });

  it('refuses when they bring something else', async (t) => {
    const { browser, state } = await sentAway(t);
    assert.equal(answerOf(await browser.go(`/continue?state=${state}&agreed=no`)).error, 'access_denied');
  });

  it('sends them again who come home by another way, and lets nobody by who was never sent', async (t) => {
    const { server, browser, state } = await sentAway(t);
    assert.match((await browser.go(`/authorize?interaction=${state}`)).url, /^https:\/\/terms\.example\/accept/);
    const other = new TestBrowser(server);
    assert.equal((await other.go(`/continue?state=${state}&agreed=yes`)).status, 400, 'another browser');
    const fresh = new TestBrowser(server);
    const login = await fresh.go(authorizeUrl());
    const begun = new URLSearchParams(login.url.split('?')[1]).get('interaction');
    assert.match((await fresh.go(`/continue?state=${begun}&agreed=yes`)).url, /^\/login/);
  });

  it('sends away whoever says that they come back from there before they were sent', async (t) => {
    const server = await testServer(t);
    await deployScript(server, 'first', postLogin(`api.authentication.challengeWith({ type: 'otp' });`));
    await deployScript(server, 'terms', AWAY);
    const browser = new TestBrowser(server);
    const page = await browser.signIn(await browser.go(authorizeUrl()));
    const id = new URLSearchParams(page.url.split('?')[1]).get('interaction');
    const early = await browser.go(`/continue?state=${id}&agreed=yes`);
    assert.match(early.url, /^\/challenge/);
    assert.match((await browser.giveCode(early)).url, /^https:\/\/terms\.example\/accept/);
  });

  it('refuses at once where no page can be shown', async (t) => {
    const { browser } = await sentAway(t);
    assert.equal(answerOf(await browser.go(authorizeUrl({ prompt: 'none' }))).error, 'access_denied');
  });
});

describe('what an Action cannot do', () => {
  it('give a client a scope that it may not have', async (t) => {
    const server = await testServer(t);
    await deployScript(server, 'generous', postLogin(`api.accessToken.addScope('admin:everything');`));
    const { stop } = await signInAndStepUp(server);
    assert.equal(answerOf(stop).error, 'server_error');
    assert.equal(answerOf(stop).code, undefined);
  });

  it('give a scope without the proof that it demands', async (t) => {
    const server = await testServer(t);
    await deployScript(server, 'generous', postLogin(`api.accessToken.addScope('close:account');`));
    const browser = new TestBrowser(server);
    const page = await browser.signIn(await browser.go(authorizeUrl()));
    assert.match(page.url, /^\/challenge/);
    const { body } = await redeem(server, await browser.giveCode(page));
    assert.match(String(body.scope), /close:account/);
  });

  it('lower what is demanded', async (t) => {
    const server = await testServer(t);
    await deployScript(server, 'lax', postLogin(`api.multifactor.enable('none');`));
    const browser = new TestBrowser(server);
    const page = await browser.signIn(await browser.go(authorizeUrl({ scope: 'openid close:account' })));
    assert.match(page.url, /^\/challenge/);
  });

  it('say who somebody is, or what they proved', async (t) => {
    const server = await testServer(t);
    await deployScript(server, 'liar', postLogin(`api.accessToken.setCustomClaim('acr', 'phrh');`));
    const { stop } = await signInAndStepUp(server);
    if (answerOf(stop).code !== undefined) {
      const { body } = await redeem(server, stop);
      assert.equal(claimsOf(body.access_token).acr, '1fa');
    }
  });
});

describe('T22: Actions that keep everybody out', () => {
  it('are switched off, and everybody gets in again', async (t) => {
    const server = await testServer(t);
    await deployScript(server, 'broken', postLogin(`throw new Error('broken');`));
    await server.store.actions.setOff('post-login', server.deps.now(), []);
    const { stop } = await signInAndStepUp(server);
    assert.ok(answerOf(stop).code);
  });
});

describe('Actions that only run along', () => {
  it('change nothing, and their verdict is on record', async (t) => {
    const server = await testServer(t);
    await deployScript(server, 'strict', postLogin(`api.access.deny('Nobody gets in.');`), 'shadow');
    const { stop } = await signInAndStepUp(server);
    assert.ok(answerOf(stop).code);
    const verdict = await eventually(async () =>
      (await server.store.audit.recent(20)).find(({ type }) => type === 'actions.shadow'),
    );
    assert.equal(verdict.details.state, 'denied');
  });
});

describe('a refresh', () => {
  it('is refused when an Action denies it, and narrowed when one takes a scope away', async (t) => {
    const server = await testServer(t);
    await deployScript(
      server,
      'evening',
      postLogin(`
        if (event.transaction.protocol !== 'oauth2-refresh-token') return;
        if (event.request.body.scope) api.access.deny('Not in the evening.');
        api.accessToken.removeScope('read:accounts');
      `),
    );
    const { stop } = await signInAndStepUp(server);
    const { body } = await redeem(server, stop);
    const narrowed = await refresh(server, body.refresh_token);
    assert.doesNotMatch(String(narrowed.body.scope), /read:accounts/);
    const denied = await refresh(server, narrowed.body.refresh_token, { scope: 'openid' });
    assert.deepEqual(
      [denied.status, denied.body.error, denied.body.error_description],
      [400, 'access_denied', 'Not in the evening.'],
    );
  });

  it('T27: does not break because an Action always wants a second factor: the one of the authorization is good', async (t) => {
    const server = await testServer(t);
    await deployScript(server, 'mfa', postLogin(`api.multifactor.enable('any');`));
    const { stop } = await signInAndStepUp(server);
    const { body } = await redeem(server, stop);
    server.advance(3600);
    const refreshed = await refresh(server, body.refresh_token);
    assert.equal(refreshed.status, 200);
    assert.equal(claimsOf(refreshed.body.access_token).acr, 'mfa');
  });

  it('that would have to ask somebody asks nobody, and is refused', async (t) => {
    const server = await testServer(t);
    await deployScript(
      server,
      'mfa',
      postLogin(`if (event.transaction.protocol === 'oauth2-refresh-token') api.multifactor.enable('any');`),
    );
    const { stop } = await signInAndStepUp(server);
    const { body } = await redeem(server, stop);
    assert.equal((await refresh(server, body.refresh_token)).body.error, 'login_required');
  });
});

describe('what Actions keep', () => {
  it('of a person and a session is there the next time, and the session ends when they say so', async (t) => {
    const server = await testServer(t);
    await deployScript(
      server,
      'memory',
      postLogin(`
        const times = Number(event.user.app_metadata.times ?? 0) + 1;
        api.user.setAppMetadata('times', times);
        api.session.setMetadata('kiosk', 'lobby');
        api.session.setCookieMode('non-persistent');
        api.session.setExpiresAt(Date.now() + 3_600_000);
        api.idToken.setCustomClaim('https://fabrikam.example/seen', [times, event.session.metadata?.kiosk ?? 'new']);
      `),
    );
    const { browser, stop } = await signInAndStepUp(server);
    const seen = async (at: Stop): Promise<unknown> =>
      claimsOf((await redeem(server, at)).body.id_token)['https://fabrikam.example/seen'];
    assert.deepEqual(await seen(stop), [1, 'new']);
    assert.doesNotMatch(stop.response.headers.getSetCookie().join(), /Max-Age/);
    const [session] = await server.store.sessions.ofUser('user_robin');
    assert.deepEqual([session?.metadata, session?.cookieMode], [{ kiosk: 'lobby' }, 'non-persistent']);
    assert.deepEqual(await seen(await browser.go(authorizeUrl())), [2, 'lobby']);
    server.advance(3601);
    assert.match((await browser.go(authorizeUrl())).url, /^\/login/);
  });

  it('session.revoke ends the session', async (t) => {
    const server = await testServer(t);
    await deployScript(server, 'out', postLogin(`api.session.revoke('Stolen.');`));
    const { stop } = await signInAndStepUp(server);
    assert.equal(answerOf(stop).code, undefined);
    assert.deepEqual(await server.store.sessions.ofUser('user_robin'), []);
  });
});

describe('T20: multifactor.enable with leave to remember the browser', () => {
  const remembering = async (t: TestContext, allow: boolean) => {
    const server = await testServer(t, (config) => ({
      ...config,
      rememberDevice: { acr: 'mfa' },
      sessions: { idle: '2h' },
    }));
    await deployScript(server, 'mfa', postLogin(`api.multifactor.enable('any', { allowRememberBrowser: ${allow} });`));
    const browser = new TestBrowser(server);
    const page = await browser.signIn(await browser.go(authorizeUrl()));
    await browser.submit(page, { code: currentCode(server), remember: 'on' });
    server.advance(3 * 3600);
    return { page, next: await browser.signIn(await browser.go(authorizeUrl())) };
  };

  it('spares a remembered browser the question, and says that nothing was proven', async (t) => {
    const { page, next } = await remembering(t, true);
    assert.match(page.html, /name="remember"/);
    assert.ok(answerOf(next).code);
  });

  it('without it asks every time, and offers no such thing', async (t) => {
    const { page, next } = await remembering(t, false);
    assert.doesNotMatch(page.html, /name="remember"/);
    assert.match(next.url, /^\/challenge/);
  });
});

describe('T8: an Action that has people enrol', () => {
  const ENROL = postLogin(`api.authentication.enrollWith({ type: 'webauthn-platform' });`);

  it('has them prove first what they have, and asks nobody for a ticket who has', async (t) => {
    const server = await testServer(t);
    await deployScript(server, 'campaign', ENROL);
    const browser = new TestBrowser(server);
    const challenge = await browser.signIn(await browser.go(authorizeUrl()));
    assert.match(challenge.url, /^\/challenge/);
    const enrol = await browser.giveCode(challenge);
    assert.match(enrol.url, /^\/enrol/);
    assert.doesNotMatch(enrol.html, /name="ticket"/);
  });

  it('leads who has nothing but a password before the guard', async (t) => {
    const server = await testServer(t);
    await deployScript(server, 'campaign', ENROL);
    const browser = new TestBrowser(server);
    const guard = await browser.signIn(await browser.go(authorizeUrl()), SAM);
    assert.match(guard.url, /^\/enrol/);
    assert.match(guard.html, /name="ticket"/);
  });

  it('lets them in once they have enrolled, and never again asks', async (t) => {
    const server = await testServer(t, (config) => ({ ...config }));
    await deployScript(server, 'campaign', postLogin(`api.authentication.enrollWith({ type: 'otp' });`));
    const { stop } = await signInAndStepUp(server);
    assert.ok(answerOf(stop).code, 'Robin has an app already');
  });
});
