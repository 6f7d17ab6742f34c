import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseJsonObject } from '@stile/core';
import { StepUpError } from '../error.ts';
import { pendingCallOf } from '../pending-call.ts';
import type { Setting } from '../testing/client.ts';
import { appUrl, audience, createSetting } from '../testing/client.ts';
import { code } from '../testing/errors.ts';
import { openTab } from '../testing/page.ts';
import type { KeyValueStorage } from '../token-store.ts';
import { memoryStorage } from '../token-store.ts';

const stepUp = { acrValues: ['mfa'], maxAgeSeconds: 300 };
const transfer = () =>
  pendingCallOf(new Request(`${audience}/transfers`, { method: 'POST', body: '{"amount":10}' }), stepUp);

/** Bob signs in, in another tab of the browser that shares the everyday tokens. */
async function signInElsewhere({ server }: Setting, shared: KeyValueStorage): Promise<void> {
  const other = createSetting({ server, tab: openTab((input, init) => server.fetch(input, init)) });
  const options = { tokenStorage: shared };
  const { page, client } = other.load(appUrl, options);
  await client.loginWithRedirect();
  await other.comeBack(page, { sub: 'bob' }, options).client.handleRedirectCallback();
}

/** Makes the everyday session another's, at once. */
function rename(shared: KeyValueStorage, subject: string | undefined): void {
  const key = `stile:spa:everyday:${audience}`;
  shared.setItem(key, JSON.stringify({ ...parseJsonObject(shared.getItem(key) ?? ''), subject }));
}

describe('a step-up by redirect, while its user is away', () => {
  const replaced: readonly [string, (setting: Setting, shared: KeyValueStorage) => unknown][] = [
    ['before the page comes back', (setting, shared) => signInElsewhere(setting, shared)],
    [
      'while the code is being redeemed',
      (setting, shared) => {
        setting.server.beforeAnswer = async () => {
          setting.server.beforeAnswer = () => undefined;
          await signInElsewhere(setting, shared);
        };
      },
    ],
    ['as a session that names nobody', (_, shared) => rename(shared, undefined)],
  ];
  for (const [when, replace] of replaced) {
    it(`T10: releases neither call nor token when somebody else has signed in in another tab, ${when}`, async () => {
      const shared = memoryStorage();
      const setting = createSetting();
      const { page, client } = await setting.loggedIn({ tokenStorage: shared });
      await client.stepUpWithRedirect(stepUp, { resume: await transfer(), appState: '/pay' });
      const back = setting.comeBack(page, { acr: 'mfa' }, { tokenStorage: shared });
      await replace(setting, shared);
      await assert.rejects(back.client.handleRedirectCallback(), (error) => {
        code('different_user')(error);
        assert.ok(error instanceof StepUpError);
        assert.equal(error.appState, '/pay');
        return true;
      });
      assert.equal(back.client.pendingCall(), undefined);
      assert.equal(back.client.tokens.takeElevated({ audience }), undefined);
      await assert.rejects(back.client.handleRedirectCallback(), code('state_mismatch'));
      const session = back.client.tokens.everyday(audience);
      assert.ok(session !== undefined && session.subject !== 'alice', 'the other login stands');
    });
  }

  it('T10: is pinned to whom the call is of, not to who signs in while it begins', async () => {
    const shared = memoryStorage();
    const setting = createSetting();
    await setting.loggedIn({ tokenStorage: shared });
    const { page, client } = setting.load(appUrl, { tokenStorage: shared });
    const begun = client.stepUpWithRedirect(stepUp, { resume: await transfer() });
    rename(shared, 'bob');
    await begun;
    const back = setting.comeBack(page, { acr: 'mfa', sub: 'bob' }, { tokenStorage: shared });
    await assert.rejects(back.client.handleRedirectCallback(), code('different_user'));
    assert.equal(back.client.pendingCall(), undefined);
  });

  it('T21: releases neither call nor token when the user has logged out in another tab', async () => {
    const shared = memoryStorage();
    const setting = createSetting();
    const { page, client } = await setting.loggedIn({ tokenStorage: shared });
    await client.stepUpWithRedirect(stepUp, { resume: await transfer() });
    const back = setting.comeBack(page, { acr: 'mfa' }, { tokenStorage: shared });
    shared.removeItem(`stile:spa:everyday:${audience}`);
    await assert.rejects(back.client.handleRedirectCallback(), code('login_required'));
    assert.equal(back.client.pendingCall(), undefined);
    assert.equal(back.client.tokens.takeElevated({ audience }), undefined);
  });

  it('T10: begun without a login ends without one, but not with the login of somebody else', async () => {
    for (const signedIn of [undefined, 'alice', 'bob']) {
      const { load, comeBack } = createSetting();
      const { page, client } = load();
      await client.stepUpWithRedirect(stepUp, { resume: await transfer() });
      const back = comeBack(page, { acr: 'mfa' });
      const session = { accessToken: 'a', expiresAt: 2_000_000, scope: [] };
      if (signedIn !== undefined) back.client.tokens.saveEveryday(audience, { ...session, subject: signedIn });
      const finished = back.client.handleRedirectCallback();
      await (signedIn === 'bob' ? assert.rejects(finished, code('different_user')) : finished);
      assert.equal(back.client.pendingCall() !== undefined, signedIn !== 'bob');
    }
  });

  it('brings back the call though the everyday token was in the memory of the page that was left', async () => {
    const setting = createSetting({ tokensInMemory: true });
    const { page, client } = await setting.loggedIn();
    await client.stepUpWithRedirect(stepUp, { resume: await transfer() });
    const back = setting.comeBack(page, { acr: 'mfa' });
    await back.client.handleRedirectCallback();
    assert.equal(back.client.tokens.everyday(audience), undefined);
    assert.equal(back.client.pendingCall()?.token.acr, 'mfa');
  });
});
