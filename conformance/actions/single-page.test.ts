/** Auth0's `auth0-spa-js` in Chromium, at a server whose Actions decide: step-up by scope as Auth0 documents it, claims, refusals, refresh. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { giveCode, giveUsernameAndPassword, launchChromium } from '../chromium.ts';
import { claimsOf } from '../flow.ts';
import type { Person } from '../people.ts';
import { onPostLogin, startActionsServer } from './actions-server.ts';
import {
  byPopup,
  byRedirect,
  closeApplication,
  idTokenClaims,
  openApplication,
  refusalShown,
  silently,
  team,
} from './single-page.ts';

const BRANCH = 'https://fabrikam.example/branch';

const server = await startActionsServer({
  people: ['ada', 'ben', 'cleo', 'dan', 'eve', 'finn', 'gwen'],
  clients: [team],
  actions: [
    onPostLogin(
      'closed',
      `if (event.request.query['ext-stocktaking']) api.access.deny('Closed for stocktaking until Monday.');`,
    ),
    onPostLogin(
      'step-up',
      `const costly = ['read:salaries'];
       const asked = event.transaction.requested_scopes;
       if (costly.some((scope) => asked.includes(scope))) api.multifactor.enable('any', { allowRememberBrowser: false });`,
    ),
    onPostLogin(
      'branch',
      `api.idToken.setCustomClaim('${BRANCH}', 'north');
       api.accessToken.setCustomClaim('${BRANCH}', event.transaction.protocol);`,
    ),
  ],
});
const browser = await launchChromium();
after(async () => {
  await browser.close();
  await closeApplication();
  await server.close();
});

const signedIn = async (person: Person, more: Parameters<typeof openApplication>[2] = {}): Promise<Page> => {
  const page = await openApplication(browser, server, more);
  await byRedirect(page, () => giveUsernameAndPassword(page, person));
  return page;
};

const SALARY = { scope: 'openid profile read:salaries' };

describe('auth0-spa-js, where an Action guards a scope', () => {
  it('signs in without a second proof for what is not guarded, with the claims of an Action', async () => {
    const page = await signedIn(server.person('ada'));
    const claims = await idTokenClaims(page);
    assert.deepEqual([claims?.acr, claims?.amr, claims?.[BRANCH]], ['1fa', ['pwd'], 'north']);
  });

  it('T4: is told in the words it looks for that a second proof is needed, and gets the token by a window', async () => {
    const ben = server.person('ben');
    const page = await signedIn(ben);
    assert.equal(await silently(page, SALARY), 'login_required: Multifactor authentication required');
    const claims = claimsOf(await byPopup(page, (popup) => giveCode(popup, ben), SALARY));
    assert.match(String(claims.scope), /read:salaries/);
    assert.deepEqual([claims.acr, claims.amr], ['mfa', ['mfa', 'otp', 'pwd']]);
    // The session stands, for what is not guarded.
    assert.equal(claimsOf(await silently(page)).sub, 'user_ben');
  });

  it('gets it by a redirect as well, and is asked for what is missing alone', async () => {
    const cleo = server.person('cleo');
    const page = await signedIn(cleo);
    await byRedirect(page, () => giveCode(page, cleo), SALARY);
    const claims = await idTokenClaims(page);
    assert.deepEqual([claims?.acr, claims?.amr, claims?.[BRANCH]], ['mfa', ['mfa', 'otp', 'pwd'], 'north']);
  });

  it('opens the window by itself with interactiveErrorHandler', async () => {
    const dan = server.person('dan');
    const page = await signedIn(dan, { interactiveErrorHandler: 'popup' });
    const opened = page.waitForEvent('popup');
    const outcome = silently(page, SALARY);
    await giveCode(await opened, dan);
    assert.equal(claimsOf(await outcome).acr, 'mfa');
  });

  it('shows the refusal of an Action as access_denied, in the words of its author, after a redirect, by a frame and in a window', async () => {
    const closed = { 'ext-stocktaking': '1' };
    const said = 'access_denied: Closed for stocktaking until Monday.';
    const eve = server.person('eve');
    const page = await openApplication(browser, server);
    await byRedirect(page, () => giveUsernameAndPassword(page, eve), closed);
    assert.equal(await refusalShown(page), said);
    assert.equal(await silently(page, closed), said);
    assert.equal(await byPopup(page, () => Promise.resolve(), closed), said);
    assert.equal(claimsOf(await silently(page)).sub, 'user_eve', 'what is not refused is given');
  });
});

describe('auth0-spa-js with refresh tokens, where Actions take part', () => {
  it('T27: goes on after its person proved nothing more, and each refresh runs the Actions', async () => {
    const page = await signedIn(server.person('finn'), { useRefreshTokens: true });
    const first = claimsOf(await silently(page));
    const second = claimsOf(await silently(page));
    assert.deepEqual([first[BRANCH], second[BRANCH]], ['oauth2-refresh-token', 'oauth2-refresh-token']);
    assert.notEqual(first.jti, second.jti);
  });

  it('T27: keeps what was proven for a guarded scope', async () => {
    const gwen = server.person('gwen');
    const page = await openApplication(browser, server, { useRefreshTokens: true });
    await byRedirect(
      page,
      async () => {
        await giveUsernameAndPassword(page, gwen);
        await giveCode(page, gwen);
      },
      SALARY,
    );
    const claims = claimsOf(await silently(page, SALARY));
    assert.match(String(claims.scope), /read:salaries/);
    assert.deepEqual([claims.acr, claims[BRANCH]], ['mfa', 'oauth2-refresh-token']);
  });
});
