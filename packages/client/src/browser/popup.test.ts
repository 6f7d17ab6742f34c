import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import { StepUpError } from '../error.ts';
import { createStepUpFetch } from '../step-up-fetch.ts';
import type { Outcome } from '../testing/authorization-server.ts';
import type { Loaded, Setting } from '../testing/client.ts';
import { audience, createSetting } from '../testing/client.ts';
import { code } from '../testing/errors.ts';
import type { FakePage, FakePopup } from '../testing/page.ts';
import type { ElevatedToken } from '../token-store.ts';

const stepUp = { acrValues: ['mfa'], maxAgeSeconds: 300 };
const issuerOrigin = 'https://login.example';

beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'setInterval'] }));
afterEach(() => mock.timers.reset());

/** Waits, without a clock, until the popup has been led to the authorization server. */
async function ledAway(page: FakePage): Promise<FakePopup> {
  for (;;) {
    const popup = page.popups.at(-1);
    if (popup !== undefined && popup.visited.length > 0 && page.listeners.size > 0) return popup;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function answer(setting: Setting, popup: FakePopup, outcome: Outcome = { acr: 'mfa' }): object {
  return {
    type: 'authorization_response',
    response: Object.fromEntries(setting.server.authorize(popup.visited[0] ?? '', outcome)),
  };
}

async function begun(): Promise<
  Loaded & { setting: Setting; popup: FakePopup; result: Promise<unknown>; token: Promise<ElevatedToken> }
> {
  const setting = createSetting();
  const loaded = await setting.loggedIn();
  const token = loaded.client.stepUpWithPopup(stepUp, { timeoutSeconds: 300 });
  const result = token.catch((error: unknown) => error);
  return { ...loaded, setting, popup: await ledAway(loaded.page), result, token };
}

describe('a step-up in a popup', () => {
  it('opens it at once, leads it to the server, and returns the token that comes back', async () => {
    const setting = createSetting();
    const { client, page } = await setting.loggedIn();
    const everyday = await client.getToken();
    const token = client.stepUpWithPopup(stepUp);
    assert.equal(page.popups.length, 1, 'within the click, before anything is awaited');
    const popup = await ledAway(page);
    const sent = new URL(popup.visited[0] ?? '').searchParams;
    assert.deepEqual(
      [sent.get('response_mode'), sent.get('acr_values'), sent.get('max_age'), sent.get('prompt')],
      ['web_message', 'mfa', '300', null],
    );
    page.receive({ origin: issuerOrigin, source: popup, data: answer(setting, popup) });
    const { accessToken, acr, authTime, singleUse } = await token;
    assert.notEqual(accessToken, everyday);
    assert.deepEqual([acr, authTime, singleUse], ['mfa', 1_000_000, false]);
    assert.equal(popup.closed, true);
    assert.equal(page.listeners.size, 0);
    assert.equal(await client.getToken(), everyday);
  });

  it('passes over messages of other origins, other windows and other kinds', async () => {
    const { page, popup, setting, token } = await begun();
    const good = answer(setting, popup);
    const evil = { type: 'authorization_response', response: { error: 'access_denied', state: 'x' } };
    for (const origin of [
      'https://evil.example',
      'https://login.example.evil',
      'http://login.example',
      'https://login.example:8443',
      'null',
      '',
    ]) {
      page.receive({ origin, source: popup, data: evil });
    }
    page.receive({ origin: issuerOrigin, source: null, data: evil });
    page.receive({ origin: issuerOrigin, source: { ...popup }, data: evil });
    for (const data of [
      undefined,
      'authorization_response',
      [],
      { type: 'other', response: {} },
      { type: 'authorization_response' },
    ]) {
      page.receive({ origin: issuerOrigin, source: popup, data });
    }
    page.receive({ origin: issuerOrigin, source: popup, data: good });
    assert.ok((await token).accessToken);
  });

  it('refuses an answer with another state or issuer, and asks the token endpoint nothing', async () => {
    const changes = [
      [{ state: 'other' }, 'state_mismatch'],
      [{ iss: 'https://evil.example/' }, 'issuer_mismatch'],
      [{ iss: undefined }, 'issuer_mismatch'],
    ] as const;
    for (const [change, expected] of changes) {
      const { page, popup, setting, token } = await begun();
      const { response } = answer(setting, popup) as { response: object };
      const before = setting.server.tokenRequests.length;
      page.receive({
        origin: issuerOrigin,
        source: popup,
        data: { type: 'authorization_response', response: { ...response, ...change } },
      });
      await assert.rejects(token, code(expected));
      assert.equal(setting.server.tokenRequests.length, before);
      assert.equal(popup.closed, true);
    }
  });

  it('T3: reports the error of the server', async () => {
    const { page, popup, setting, token } = await begun();
    const state = new URL(popup.visited[0] ?? '').searchParams.get('state');
    const response = { error: 'access_denied', state, iss: setting.server.issuer };
    page.receive({ origin: issuerOrigin, source: popup, data: { type: 'authorization_response', response } });
    await assert.rejects(token, code('authorization_refused'));
  });

  it('T10: T25: refuses another user and another level', async () => {
    for (const [outcome, expected] of [
      [{ acr: 'mfa', sub: 'mallory' }, 'different_user'],
      [{ acr: '1fa' }, 'acr_not_met'],
    ] as const) {
      const { page, popup, setting, token } = await begun();
      page.receive({ origin: issuerOrigin, source: popup, data: answer(setting, popup, outcome) });
      await assert.rejects(token, code(expected));
    }
  });

  it('says when the browser blocks it, without having counted or sent anything', async () => {
    const setting = createSetting();
    const { client, page } = await setting.loggedIn();
    page.blocksPopups = true;
    for (let i = 0; i < 5; i += 1) {
      await assert.rejects(client.stepUpWithPopup(stepUp), (error) => {
        code('popup_blocked')(error);
        assert.ok(error instanceof StepUpError);
        assert.deepEqual(error.stepUp, stepUp, 'for the button that tries again');
        return true;
      });
    }
    assert.throws(() => client.openPopup(), code('popup_blocked'));
    page.blocksPopups = false;
    const popup = client.openPopup();
    const token = client.stepUpWithPopup(stepUp, { popup });
    const led = await ledAway(page);
    assert.equal(led, popup);
    page.receive({ origin: issuerOrigin, source: popup, data: answer(setting, led) });
    assert.ok((await token).accessToken);
  });

  it('says when the user closes it, after a turn in which a last message may arrive', async () => {
    const first = await begun();
    first.popup.closed = true;
    mock.timers.tick(400);
    code('popup_closed')(await first.result);
    assert.equal(first.page.listeners.size, 0);
    const second = await begun();
    second.popup.closed = true;
    mock.timers.tick(200);
    second.page.receive({ origin: issuerOrigin, source: second.popup, data: answer(second.setting, second.popup) });
    assert.ok((await second.token).accessToken);
  });

  it('ends when it takes too long, or is aborted', async () => {
    const { popup, result } = await begun();
    mock.timers.tick(300_000);
    code('popup_timed_out')(await result);
    assert.equal(popup.closed, true);
    const setting = createSetting();
    const { client, page } = await setting.loggedIn();
    const controller = new AbortController();
    const aborted = client.stepUpWithPopup(stepUp, { signal: controller.signal });
    const opened = await ledAway(page);
    controller.abort();
    await assert.rejects(aborted, { name: 'AbortError' });
    assert.equal(opened.closed, true);
  });

  it('is one at a time, and so many a minute', async () => {
    const { client, page, popup, setting, token } = await begun();
    await assert.rejects(client.stepUpWithPopup(stepUp), code('step_up_in_progress'));
    assert.equal(page.popups.length, 1);
    page.receive({ origin: issuerOrigin, source: popup, data: answer(setting, popup) });
    await token;
    for (let i = 0; i < 2; i += 1) {
      const again = client.stepUpWithPopup(stepUp);
      const next = await ledAway(page);
      page.receive({ origin: issuerOrigin, source: next, data: answer(setting, next) });
      await again;
    }
    await assert.rejects(client.stepUpWithPopup(stepUp), code('too_many_step_ups'));
    assert.equal(page.popups.at(-1)?.closed, true);
    assert.deepEqual(page.popups.at(-1)?.visited, []);
  });

  it('is not opened for what the application has not declared', async () => {
    const { client, page } = await createSetting().loggedIn();
    await assert.rejects(client.stepUpWithPopup({ scope: ['admin'] }), code('challenge_refused'));
    assert.equal(page.popups.length, 0);
  });

  it('T10: gives no token to a page on which somebody else has signed in meanwhile', async () => {
    const { client, page, popup, setting, token } = await begun();
    const { accessToken, expiresAt, scope } = client.tokens.everyday(audience) ?? assert.fail();
    client.tokens.saveEveryday(audience, { accessToken, expiresAt, scope, subject: 'bob' });
    page.receive({ origin: issuerOrigin, source: popup, data: answer(setting, popup) });
    await assert.rejects(token, code('different_user'));
    assert.equal(client.tokens.takeElevated({ audience }), undefined);
  });

  it('takes a level that the proofs earn besides', async () => {
    const { page, popup, setting, token } = await begun();
    const outcome = { acr: 'phr', claims: { acrs: ['phr', 'mfa'] } };
    page.receive({ origin: issuerOrigin, source: popup, data: answer(setting, popup, outcome) });
    assert.deepEqual((await token).acrs, ['phr', 'mfa']);
  });

  it('T21: gives no token to a page that was logged out meanwhile', async () => {
    const { client, page, popup, setting, token } = await begun();
    client.tokens.clear();
    page.receive({ origin: issuerOrigin, source: popup, data: answer(setting, popup) });
    await assert.rejects(token, code('login_required'));
  });

  it('serves a challenged call', async () => {
    const setting = createSetting();
    const { client, page } = await setting.loggedIn();
    const everyday = await client.getToken();
    const seen: (string | null)[] = [];
    const header = 'Bearer error="insufficient_user_authentication", acr_values="mfa"';
    const api = createStepUpFetch({
      resource: 'https://api.example',
      tokens: client.tokens,
      everydayToken: () => client.getToken(),
      allowed: { scope: [], acrValues: ['mfa'] },
      elevate: (demand) => client.stepUpWithPopup(demand),
      fetch: (input, init) => {
        const { headers } = new Request(input, init);
        seen.push(headers.get('authorization'));
        const isEveryday = headers.get('authorization') === `Bearer ${everyday}`;
        return Promise.resolve(
          isEveryday
            ? new Response(null, { status: 401, headers: { 'www-authenticate': header } })
            : new Response('done'),
        );
      },
    });
    const response = api('transfers', { method: 'POST', body: '{}' });
    const popup = await ledAway(page);
    page.receive({ origin: issuerOrigin, source: popup, data: answer(setting, popup) });
    assert.equal(await (await response).text(), 'done');
    assert.equal(seen.length, 2);
  });
});
