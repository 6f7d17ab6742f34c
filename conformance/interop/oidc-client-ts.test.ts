/**
 * A single-page application with `oidc-client-ts`, in a real browser: login by redirect, silently by a hidden frame and by
 * refresh token, step-up by redirect and in a window, logout by end_session.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, describe, it } from 'node:test';
import type { SigninRedirectArgs, UserManager, UserManagerSettings } from 'oidc-client-ts';
import type { Page } from 'playwright-core';
import { listenAnywhere } from '../api.ts';
import { startAuthorizationServer } from '../authorization-server.ts';
import { giveCode, giveUsernameAndPassword, launchChromium } from '../chromium.ts';
import { ACCOUNTS } from '../fabrikam.ts';
import { claimsOf } from '../flow.ts';
import type { Person } from '../people.ts';

declare global {
  interface Window {
    /** What the page makes its manager with. */
    settings: UserManagerSettings;
    manager: UserManager;
    /** Why the answer of a redirect was not taken. */
    refusal: string | undefined;
  }
}

const app = await listenAnywhere();
const { origin } = app;

const server = await startAuthorizationServer({
  people: ['ada', 'ben', 'cleo', 'dan', 'eve', 'finn', 'gwen'],
  clients: [
    {
      id: 'bank',
      name: 'Fabrikam Bank',
      authentication: ['none'],
      redirectUris: [`${origin}/callback`],
      postLogoutRedirectUris: [`${origin}/signed-out`],
      webOrigins: [origin],
      firstParty: true,
      apis: { [ACCOUNTS]: ['read:accounts', 'transfer:funds'] },
    },
  ],
});

const library = readFileSync(
  createRequire(import.meta.url)
    .resolve('oidc-client-ts')
    .replace('/umd/oidc-client-ts.js', '/browser/oidc-client-ts.js'),
);
/** One address takes every kind of answer, as `signinCallback` is made for. */
const html = `<!doctype html><title>Bank</title><script src="/oidc-client-ts.js"></script><script type="module">
window.manager = new oidc.UserManager(window.settings);
const taken = { '/callback': () => manager.signinCallback(), '/signed-out': () => manager.signoutCallback() };
await taken[location.pathname]?.().catch((error) => { window.refusal = String(error.error ?? error.message); });
document.body.append('ready');
</script>`;
app.serve((request, response) => {
  if (request.url === '/oidc-client-ts.js') response.setHeader('content-type', 'text/javascript').end(library);
  else response.setHeader('content-type', 'text/html').end(html);
});
const browser = await launchChromium();
after(async () => {
  await browser.close();
  await app.close();
  await server.close();
});

/** Somebody who opens the application in a browser of their own. */
const open = async (
  more: Partial<UserManagerSettings> = {},
): Promise<{ readonly page: Page; readonly asked: URL[] }> => {
  const context = await browser.newContext();
  const settings: UserManagerSettings = {
    authority: server.issuer,
    client_id: 'bank',
    redirect_uri: `${origin}/callback`,
    popup_redirect_uri: `${origin}/callback`,
    silent_redirect_uri: `${origin}/callback`,
    post_logout_redirect_uri: `${origin}/signed-out`,
    scope: 'openid profile read:accounts',
    resource: ACCOUNTS,
    // As it is, it takes acr, amr and auth_time out of the profile.
    filterProtocolClaims: ['nonce', 'at_hash'],
    automaticSilentRenew: false,
    ...more,
  };
  await context.addInitScript((given) => {
    window.settings = given;
  }, settings);
  const asked: URL[] = [];
  context.on('request', (request) => {
    if (request.url().startsWith(server.issuer)) asked.push(new URL(request.url()));
  });
  const page = await context.newPage();
  await page.goto(`${origin}/`);
  await page.waitForSelector('text=ready');
  return { page, asked };
};

/** Leaves for the authorization server, answers what it shows, and waits until the application has taken the answer. */
const byRedirect = async (page: Page, answer: () => Promise<void>, more: SigninRedirectArgs = {}): Promise<void> => {
  const left = page.waitForURL(`${server.issuer}**`);
  await page.evaluate((given) => void window.manager.signinRedirect(given), more);
  await left;
  await answer();
  await page.waitForURL(`${origin}/callback?**`);
  await page.waitForSelector('text=ready');
};

const signIn = (page: Page, person: Person): Promise<void> =>
  byRedirect(page, () => giveUsernameAndPassword(page, person));

const user = (page: Page) =>
  page.evaluate(async () => {
    const found = await window.manager.getUser();
    if (found === null) return null;
    const { profile, access_token, refresh_token, scope } = found;
    return { profile, access_token, refresh_token, scope };
  });

/** Begins something that answers in words: `done`, or the error. */
const said = (page: Page, how: 'signinSilent' | 'signinPopup', more: Readonly<Record<string, string>> = {}) =>
  page.evaluate(
    async ([name, given]) => {
      try {
        await window.manager[name](given);
        return 'done';
      } catch (error) {
        return error instanceof Error && 'error' in error ? `${String(error.error)}: ${error.message}` : String(error);
      }
    },
    [how, more] as const,
  );

const pathsOf = (asked: readonly URL[]): readonly string[] => asked.map(({ pathname }) => pathname);

describe('oidc-client-ts', () => {
  it('sign in: by redirect, with a profile of the ID token and of userinfo', async () => {
    const { page, asked } = await open({ loadUserInfo: true });
    await signIn(page, server.person('ada'));
    const found = await user(page);
    assert.deepEqual([found?.profile.sub, found?.profile.name], ['user_ada', 'ada of Fabrikam']);
    assert.deepEqual([found?.profile.acr, found?.profile.amr], ['1fa', ['pwd']]);
    assert.deepEqual([claimsOf(found?.access_token).aud].flat().includes(ACCOUNTS), true);
    assert.ok(pathsOf(asked).includes('/userinfo'));
  });

  it('sign in: silently, by a hidden frame', async () => {
    const { page, asked } = await open();
    await signIn(page, server.person('ada'));
    await page.evaluate(() => window.manager.removeUser());
    assert.equal(await said(page, 'signinSilent'), 'done');
    assert.equal((await user(page))?.profile.sub, 'user_ada');
    assert.ok(asked.some(({ searchParams }) => searchParams.get('prompt') === 'none'));
  });

  it('step up: by redirect, and asks only for what is missing', async () => {
    const { page } = await open();
    const ben = server.person('ben');
    await signIn(page, ben);
    const before = (await user(page))?.profile.auth_time ?? 0;
    await byRedirect(page, () => giveCode(page, ben), { acr_values: 'mfa', max_age: 300 });
    const { acr, amr, auth_time = 0 } = (await user(page))?.profile ?? {};
    assert.deepEqual([acr, amr], ['mfa', ['mfa', 'otp', 'pwd']]);
    assert.ok(auth_time >= before);
  });

  it('step up: in a window, for a scope that demands it', async () => {
    const { page } = await open();
    const cleo = server.person('cleo');
    await signIn(page, cleo);
    const opened = page.waitForEvent('popup');
    const outcome = said(page, 'signinPopup', { scope: 'openid transfer:funds' });
    await giveCode(await opened, cleo);
    assert.equal(await outcome, 'done');
    const found = await user(page);
    assert.deepEqual([found?.scope, found?.profile.acr], ['openid transfer:funds', 'mfa']);
  });

  it('refresh: by refresh token, which changes each time, and nobody is asked', async () => {
    const { page, asked } = await open({ scope: 'openid profile read:accounts offline_access' });
    await signIn(page, server.person('dan'));
    const first = await user(page);
    assert.equal(await said(page, 'signinSilent'), 'done');
    const second = await user(page);
    assert.equal(second?.scope, first?.scope);
    assert.notEqual(second?.access_token, first?.access_token);
    assert.ok(second?.refresh_token !== undefined && second.refresh_token !== first?.refresh_token);
    assert.equal(second.profile.auth_time, first?.profile.auth_time);
    assert.ok(!asked.some(({ searchParams }) => searchParams.get('prompt') === 'none'));
  });

  it('sign out: by end_session, which returns with state, after the tokens were revoked', async () => {
    const { page, asked } = await open({
      scope: 'openid read:accounts offline_access',
      revokeTokensOnSignout: true,
    });
    await signIn(page, server.person('eve'));
    const returned = page.waitForURL(`${origin}/signed-out?**`);
    await page.evaluate(() => void window.manager.signoutRedirect({ state: 'bye' }));
    await returned;
    await page.waitForSelector('text=ready');
    assert.equal(await page.evaluate(() => window.refusal), undefined);
    assert.ok(pathsOf(asked).includes('/oauth/revoke'));
    assert.ok(pathsOf(asked).includes('/oidc/logout'));
    assert.equal(await user(page), null);
    assert.match(await said(page, 'signinSilent'), /^login_required: /);
  });

  it('failure: T4: is told login_required by the hidden frame when a proof is missing, and the session stands', async () => {
    const { page } = await open();
    await signIn(page, server.person('finn'));
    assert.match(await said(page, 'signinSilent', { acr_values: 'mfa' }), /^login_required: /);
    assert.equal(await said(page, 'signinSilent'), 'done');
  });

  it('failure: T3: is told unmet_authentication_requirements when nobody could meet them', async () => {
    const { page } = await open();
    await signIn(page, server.person('finn'));
    const answered = page.waitForURL(`${origin}/callback?error=**`);
    await page.evaluate(() => void window.manager.signinRedirect({ acr_values: 'phrh' }));
    await answered;
    await page.waitForSelector('text=ready');
    assert.equal(await page.evaluate(() => window.refusal), 'unmet_authentication_requirements');
    assert.equal((await user(page))?.profile.acr, '1fa');
  });

  it('failure: is told access_denied when the person cancels the step-up, and keeps what it had', async () => {
    const { page } = await open();
    await signIn(page, server.person('gwen'));
    const opened = page.waitForEvent('popup');
    const outcome = said(page, 'signinPopup', { acr_values: 'mfa' });
    await (await opened).click('button[name=cancel]');
    assert.match(await outcome, /^access_denied: /);
    assert.equal((await user(page))?.profile.acr, '1fa');
  });

  it('failure: a refresh token that was used before is refused, and so is the one that came after it', async () => {
    const { page } = await open({ scope: 'openid offline_access' });
    await signIn(page, server.person('dan'));
    const first = await user(page);
    assert.equal(await said(page, 'signinSilent'), 'done');
    assert.equal(await said(page, 'signinSilent'), 'done');
    const replay = (refreshToken: string | undefined) =>
      fetch(server.at('oauth/token'), {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'refresh_token',
          client_id: 'bank',
          refresh_token: refreshToken ?? '',
        }),
      });
    assert.equal((await replay(first?.refresh_token)).status, 400);
    assert.match(await said(page, 'signinSilent'), /^invalid_grant: /);
  });

  it('failure: an answer to a request that this browser never made is not taken', async () => {
    const { page } = await open();
    const iss = encodeURIComponent(server.issuer);
    await page.goto(`${origin}/callback?code=stolen&state=unknown&iss=${iss}`);
    await page.waitForSelector('text=ready');
    assert.match((await page.evaluate(() => window.refusal)) ?? '', /No matching state/);
    assert.equal(await user(page), null);
  });
});
