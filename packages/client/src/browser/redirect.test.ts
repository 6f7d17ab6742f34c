import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { StepUpError } from '../error.ts';
import { pendingCallOf } from '../pending-call.ts';
import { createStepUpFetch } from '../step-up-fetch.ts';
import { challenge, startApi } from '../testing/api.ts';
import { appUrl, audience, createSetting } from '../testing/client.ts';
import { code } from '../testing/errors.ts';

const stepUp = { acrValues: ['mfa'], maxAgeSeconds: 300 };
const transfer = () =>
  pendingCallOf(new Request(`${audience}/transfers`, { method: 'POST', body: '{"amount":10}' }), stepUp);

describe('a login by redirect', () => {
  it('asks for the everyday scopes and comes back with a token, the page and a clean URL', async () => {
    const { load, comeBack, server } = createSetting();
    const first = load();
    await first.client.loginWithRedirect({ appState: { page: '/balance' } });
    const sent = new URL(first.page.left[0] ?? '');
    assert.equal(sent.origin + sent.pathname, 'https://login.example/authorize');
    assert.equal(sent.searchParams.get('scope'), 'openid read:accounts offline_access');
    assert.equal(sent.searchParams.get('audience'), audience);
    assert.equal(sent.searchParams.get('acr_values'), null);

    const { client, page } = comeBack(first.page);
    assert.equal(client.isRedirectCallback(), true);
    assert.deepEqual(await client.handleRedirectCallback(), { kind: 'login', appState: { page: '/balance' } });
    assert.equal(page.location.href, `${appUrl}callback`);
    assert.match(await client.getToken(), /^access-/);
    assert.equal(server.tokenRequests.length, 1);
  });

  it('is finished once: the same URL again finds nothing', async () => {
    const { load, comeBack, server } = createSetting();
    const first = load();
    await first.client.loginWithRedirect();
    const { client, page } = comeBack(first.page);
    const url = page.location.href;
    await client.handleRedirectCallback();
    const again = load(url);
    assert.equal(again.client.isRedirectCallback(), false);
    await assert.rejects(again.client.handleRedirectCallback(), code('state_mismatch'));
    assert.equal(server.tokenRequests.length, 1);
  });

  it('is not finished by a link from elsewhere, and not spoiled by one either', async () => {
    const { load, comeBack, server } = createSetting();
    const first = load();
    await first.client.loginWithRedirect();
    const forged = load(`${appUrl}callback?code=evil&state=evil&iss=${encodeURIComponent(server.issuer)}`);
    await assert.rejects(forged.client.handleRedirectCallback(), code('state_mismatch'));
    assert.equal(server.tokenRequests.length, 0);
    assert.equal((await comeBack(first.page).client.handleRedirectCallback()).kind, 'login');
  });

  it('is not finished with the response of another issuer', async () => {
    for (const iss of ['https://evil.example/', '']) {
      const { load, server } = createSetting();
      const { page, client } = load();
      await client.loginWithRedirect();
      const response = server.authorize(page.left[0] ?? '');
      response.set('iss', iss);
      const back = load(`${appUrl}callback?${response.toString()}`);
      await assert.rejects(back.client.handleRedirectCallback(), code('issuer_mismatch'));
      assert.equal(server.tokenRequests.length, 0, 'the code is not given to anybody');
    }
  });

  it('is not finished after a quarter of an hour', async () => {
    const { load, comeBack, clock } = createSetting();
    const first = load();
    await first.client.loginWithRedirect();
    clock.now += 901;
    await assert.rejects(comeBack(first.page).client.handleRedirectCallback(), code('state_mismatch'));
  });

  it('keeps nothing when the ID token is wrong or missing', async () => {
    for (const outcome of [{ claims: { nonce: 'x' } }, { claims: { aud: 'other' } }, { withoutIdToken: true }]) {
      const { load, comeBack } = createSetting();
      const first = load();
      await first.client.loginWithRedirect();
      const { client } = comeBack(first.page, outcome);
      await assert.rejects(client.handleRedirectCallback(), code('id_token_invalid'));
      await assert.rejects(client.getToken(), code('login_required'));
    }
  });

  it('is refused with a redirect URI on another origin', () => {
    const { load } = createSetting();
    assert.throws(() => load(appUrl, { redirectUri: 'https://other.example/callback' }), TypeError);
  });
});

describe('a step-up by redirect', () => {
  it('T18: brings back the call as it was, with its token, once', async () => {
    const { loggedIn, comeBack } = createSetting();
    const { page, client } = await loggedIn();
    const call = await transfer();
    await client.stepUpWithRedirect(stepUp, { resume: call, appState: '/pay' });
    const sent = new URL(page.left.at(-1) ?? '').searchParams;
    assert.deepEqual(
      [sent.get('acr_values'), sent.get('max_age'), sent.get('scope')],
      ['mfa', '300', 'openid read:accounts'],
    );

    const back = comeBack(page, { acr: 'mfa' });
    assert.equal(back.client.pendingCall(), undefined, 'not before the step-up has succeeded');
    assert.deepEqual(await back.client.handleRedirectCallback(), { kind: 'step-up', appState: '/pay' });
    const pending = back.client.pendingCall();
    assert.deepEqual(pending?.call, call);
    assert.equal(pending?.token.acr, 'mfa');
    assert.equal(back.client.pendingCall(), undefined);
  });

  it('T19: does not bring the call back on a page that is loaded again or in a duplicated tab', async () => {
    const setting = createSetting();
    const { page, client } = await setting.loggedIn();
    await client.stepUpWithRedirect(stepUp, { resume: await transfer() });
    // A duplicated tab has a copy of the session storage; the code serves only one of the two.
    const copies = [setting.comeBack(page, { acr: 'mfa' })];
    const url = copies[0]?.page.location.href ?? '';
    await copies[0]?.client.handleRedirectCallback();
    copies.push(setting.load(url));
    await assert.rejects(copies[1]?.client.handleRedirectCallback() ?? Promise.resolve(), code('state_mismatch'));
    assert.equal(copies[1]?.client.pendingCall(), undefined);
  });

  it('keeps the everyday token and the elevated one apart', async () => {
    const { loggedIn, comeBack, tab } = createSetting();
    const { page, client } = await loggedIn();
    const everyday = await client.getToken();
    await client.stepUpWithRedirect(stepUp);
    const back = comeBack(page, { acr: 'mfa' });
    await back.client.handleRedirectCallback();
    assert.equal(await back.client.getToken(), everyday);
    const token = back.client.tokens.takeElevated({ ...stepUp, audience });
    assert.ok(token && token.accessToken !== everyday);
    assert.ok(
      !JSON.stringify(tab.sessionStorage.getItem(`stile:spa:everyday:${audience}`)).includes(token.accessToken),
    );
  });

  it('T21: does not offer a single-use token that is spoken for, and keeps one that is not', async () => {
    const demand = { scope: ['transfer:funds'] };
    for (const resume of [await transfer(), undefined]) {
      const { loggedIn, comeBack } = createSetting();
      const { page, client } = await loggedIn();
      await client.stepUpWithRedirect(demand, { resume });
      const back = comeBack(page, { acr: 'mfa' });
      await back.client.handleRedirectCallback();
      const held = back.client.tokens.takeElevated({ ...demand, audience });
      assert.equal(held?.singleUse, resume === undefined ? true : undefined);
      assert.equal(back.client.pendingCall()?.token.singleUse, resume === undefined ? undefined : true);
      assert.equal(back.client.tokens.takeElevated({ ...demand, audience }), undefined);
    }
  });

  const failures = [
    ['T10: another user', { acr: 'mfa', sub: 'mallory' }, 'different_user'],
    ['T25: a lower level', { acr: '1fa' }, 'acr_not_met'],
    ['T25: no level', {}, 'acr_not_met'],
    ['an old proof', { acr: 'mfa', authTime: 999_000 }, 'authentication_too_old'],
    ['no auth_time', { acr: 'mfa', claims: { auth_time: undefined } }, 'authentication_too_old'],
  ] as const;
  for (const [name, outcome, expected] of failures) {
    it(`releases neither call nor token: ${name}`, async () => {
      const { loggedIn, comeBack } = createSetting();
      const { page, client } = await loggedIn();
      await client.stepUpWithRedirect(stepUp, { resume: await transfer() });
      const back = comeBack(page, outcome);
      await assert.rejects(back.client.handleRedirectCallback(), code(expected));
      assert.equal(back.client.pendingCall(), undefined);
      assert.equal(back.client.tokens.takeElevated({ audience }), undefined);
      assert.ok(await back.client.getToken(), 'the login stands');
    });
  }

  it('T3: that the server refuses says why and where the user was', async () => {
    const { loggedIn, load, server } = createSetting();
    const { page, client } = await loggedIn();
    await client.stepUpWithRedirect(stepUp, { resume: await transfer(), appState: '/pay' });
    const state = new URL(page.left.at(-1) ?? '').searchParams.get('state') ?? '';
    const response = new URLSearchParams({ error: 'unmet_authentication_requirements', state, iss: server.issuer });
    const back = load(`${appUrl}callback?${response.toString()}`);
    await assert.rejects(back.client.handleRedirectCallback(), (error) => {
      code('authorization_refused')(error);
      assert.ok(error instanceof StepUpError);
      assert.deepEqual([error.oauthError, error.appState], ['unmet_authentication_requirements', '/pay']);
      return true;
    });
    assert.equal(back.client.pendingCall(), undefined);
    assert.equal(back.page.location.href, `${appUrl}callback`);
  });

  it('is not begun for what the application has not declared', async () => {
    const { loggedIn } = createSetting();
    const { page, client } = await loggedIn();
    await assert.rejects(client.stepUpWithRedirect({ scope: ['admin'] }), code('challenge_refused'));
    assert.equal(page.left.length, 0);
  });

  it('does not go round without end, though every redirect begins a new page', async () => {
    const { loggedIn, comeBack } = createSetting();
    let here = await loggedIn();
    for (let round = 0; round < 3; round += 1) {
      await here.client.stepUpWithRedirect(stepUp);
      here = comeBack(here.page, { acr: 'mfa' });
      await here.client.handleRedirectCallback();
    }
    await assert.rejects(here.client.stepUpWithRedirect(stepUp), code('too_many_step_ups'));
    assert.equal(here.page.left.length, 0);
  });

  it('T18: T19: repeats a challenged call of the API exactly once, over the redirect', async () => {
    const { loggedIn, comeBack } = createSetting();
    const api = await startApi((call) =>
      call.authorization === `Bearer ${everyday}` ? challenge('acr_values="mfa"') : { status: 201, body: 'done' },
    );
    const options = { audience: api.url };
    const here = await loggedIn(options);
    const everyday = await here.client.getToken();
    const fetchOf = ({ client }: typeof here) =>
      createStepUpFetch({
        resource: api.url,
        tokens: client.tokens,
        everydayToken: () => client.getToken(),
        allowed: { scope: [], acrValues: ['mfa'] },
        elevate: (demand, call) => client.stepUpWithRedirect(demand, { resume: call }),
      });
    await assert.rejects(fetchOf(here)('transfers', { method: 'POST', body: '{"amount":10}' }), code('redirecting'));
    const back = comeBack(here.page, { acr: 'mfa' }, options);
    await back.client.handleRedirectCallback();
    const pending = back.client.pendingCall();
    assert.ok(pending);
    const response = await fetchOf(back).resume(pending.call, pending.token);
    assert.equal(await response.text(), 'done');
    assert.deepEqual(
      api.calls.map(({ method, path, body }) => [method, path, body]),
      Array.from({ length: 2 }, () => ['POST', '/accounts/transfers', '{"amount":10}']),
    );
    await api.close();
  });
});
