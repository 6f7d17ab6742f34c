/**
 * A single-page application with Auth0's `auth0-spa-js`, in a real browser: login by redirect, tokens by a hidden frame
 * and by refresh token, step-up in a window, logout.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, describe, it } from 'node:test';
import type { Auth0Client, Auth0ClientOptions } from '@auth0/auth0-spa-js';
import type { Page } from 'playwright-core';
import { listenAnywhere } from '../api.ts';
import { startAuthorizationServer } from '../authorization-server.ts';
import { giveCode, giveUsernameAndPassword, launchChromium } from '../chromium.ts';
import { ACCOUNTS, PAPE } from '../fabrikam.ts';
import { claimsOf } from '../flow.ts';
import type { Person } from '../people.ts';

declare global {
  interface Window {
    /** What the page makes its client with. */
    options: Auth0ClientOptions;
    auth0: Auth0Client;
    /** Settled when the page has taken the answer of a redirect. */
    ready: Promise<unknown>;
  }
}

const app = await listenAnywhere();
const { origin } = app;

const server = await startAuthorizationServer({
  people: ['ada', 'ben', 'cleo', 'dan', 'eve', 'finn', 'gwen', 'hugo', 'iris'],
  clients: [
    {
      id: 'bank',
      name: 'Fabrikam Bank',
      authentication: ['none'],
      redirectUris: [`${origin}/`],
      postLogoutRedirectUris: [`${origin}/`],
      webOrigins: [origin],
      firstParty: true,
      apis: { [ACCOUNTS]: ['read:accounts', 'transfer:funds', 'close:account'] },
    },
  ],
});

const sdk = readFileSync(
  createRequire(import.meta.url).resolve('@auth0/auth0-spa-js/dist/auth0-spa-js.production.esm.js'),
);
const html = `<!doctype html><title>Bank</title><script type="module">
import { Auth0Client } from '/auth0-spa-js.js';
window.auth0 = new Auth0Client(window.options);
const answered = new URLSearchParams(location.search).has('state');
window.ready = answered ? window.auth0.handleRedirectCallback() : Promise.resolve();
window.ready.finally(() => document.body.append('ready'));
</script>`;
app.serve((request, response) => {
  if (request.url === '/auth0-spa-js.js') response.setHeader('content-type', 'text/javascript').end(sdk);
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
  more: Partial<Auth0ClientOptions> = {},
): Promise<{ readonly page: Page; readonly asked: URL[] }> => {
  const context = await browser.newContext();
  const options: Auth0ClientOptions = {
    domain: server.issuer.slice(0, -1),
    clientId: 'bank',
    authorizationParams: { redirect_uri: `${origin}/`, audience: ACCOUNTS, scope: 'openid profile read:accounts' },
    ...more,
  };
  await context.addInitScript((given) => {
    window.options = given;
  }, options);
  const asked: URL[] = [];
  context.on('request', (request) => {
    if (request.url().startsWith(server.issuer)) asked.push(new URL(request.url()));
  });
  const page = await context.newPage();
  await load(page, `${origin}/`);
  return { page, asked };
};

const load = async (page: Page, url: string): Promise<void> => {
  await page.goto(url);
  await page.waitForSelector('text=ready');
};

/** Leaves for the authorization server, answers what it shows, and waits until the application has taken the answer. */
const byRedirect = async (
  page: Page,
  answer: () => Promise<void>,
  authorizationParams: Readonly<Record<string, string>> = {},
): Promise<void> => {
  const left = page.waitForURL(`${server.issuer}**`);
  await page.evaluate(
    (given) => void window.auth0.loginWithRedirect({ authorizationParams: given }),
    authorizationParams,
  );
  await left;
  await answer();
  await page.waitForURL(`${origin}/**`);
  await page.waitForSelector('text=ready');
  await page.evaluate(() => window.ready);
};

const signIn = (page: Page, person: Person): Promise<void> =>
  byRedirect(page, () => giveUsernameAndPassword(page, person));

/** What the page says of the answer of a redirect that it was loaded with. */
const refusalOf = (page: Page): Promise<string> =>
  page.evaluate(() =>
    window.ready.then(
      () => 'taken',
      (error: unknown) => (error instanceof Error && 'error' in error ? String(error.error) : String(error)),
    ),
  );

/** The token that the application gets without anybody being asked, or the error it gets instead. */
const silently = (page: Page, scope?: string): Promise<string> =>
  page.evaluate(async (wanted) => {
    const authorizationParams = wanted === undefined ? {} : { scope: wanted };
    try {
      return await window.auth0.getTokenSilently({ cacheMode: 'off', authorizationParams });
    } catch (error) {
      return error instanceof Error && 'error' in error ? `${String(error.error)}: ${error.message}` : String(error);
    }
  }, scope);

const idTokenClaims = (page: Page) => page.evaluate(() => window.auth0.getIdTokenClaims());

/** Begins something that opens a window, and answers the challenge that is shown there. */
const inWindow = async <T>(page: Page, person: Person, begin: () => Promise<T>): Promise<T> => {
  const opened = page.waitForEvent('popup');
  const outcome = begin();
  await giveCode(await opened, person);
  return outcome;
};

describe('@auth0/auth0-spa-js', () => {
  it('sign in: by redirect, and the ID token says how', async () => {
    const { page } = await open();
    await signIn(page, server.person('ada'));
    assert.equal(await page.evaluate(async () => (await window.auth0.getUser())?.name), 'ada of Fabrikam');
    const claims = await idTokenClaims(page);
    assert.deepEqual([claims?.acr, claims?.amr], ['1fa', ['pwd']]);
  });

  it('sign in: by a hidden frame when the page is loaded again', async () => {
    const { page, asked } = await open();
    await signIn(page, server.person('ada'));
    await load(page, `${origin}/`);
    const claims = claimsOf(await silently(page));
    assert.deepEqual([claims.sub, claims.scope], ['user_ada', 'openid profile read:accounts']);
    const [silent] = asked.filter(({ searchParams }) => searchParams.get('prompt') === 'none');
    assert.equal(silent?.searchParams.get('response_mode'), 'web_message');
  });

  it('failure: is told login_required by the hidden frame when nobody is signed in', async () => {
    const { page } = await open();
    assert.equal(await silently(page), 'login_required: Login required');
  });

  it('refresh: by refresh token, one after the other, without a frame', async () => {
    const { page, asked } = await open({ useRefreshTokens: true });
    await signIn(page, server.person('ben'));
    const tokens = [await silently(page), await silently(page)];
    const claims = tokens.map((token) => claimsOf(token));
    assert.deepEqual(
      claims.map(({ scope }) => scope),
      Array.from({ length: 2 }, () => 'openid profile read:accounts offline_access'),
    );
    assert.notEqual(claims[0]?.jti, claims[1]?.jti);
    assert.ok(!asked.some(({ searchParams }) => searchParams.get('prompt') === 'none'));
  });

  it('step up: in a window, by web_message, when a silent request finds that a second proof is needed (interactiveErrorHandler)', async () => {
    const { page, asked } = await open({ interactiveErrorHandler: 'popup' });
    const cleo = server.person('cleo');
    await signIn(page, cleo);
    const token = await inWindow(page, cleo, () => silently(page, 'transfer:funds'));
    const byMessage = asked.filter(({ searchParams }) => searchParams.get('response_mode') === 'web_message');
    assert.deepEqual(
      byMessage.map(({ searchParams }) => searchParams.get('prompt')),
      ['none', null],
    );
    const claims = claimsOf(token);
    assert.equal(claims.scope, 'openid profile read:accounts transfer:funds');
    assert.deepEqual([claims.acr, claims.amr], ['mfa', ['mfa', 'otp', 'pwd']]);
    const { acr, amr } = (await idTokenClaims(page)) ?? {};
    assert.deepEqual([acr, amr], ['mfa', ['mfa', 'otp', 'pwd']]);
    // A token that is good for one use comes out of the client's memory again; only past it there is another.
    const remembered = () => window.auth0.getTokenSilently({ authorizationParams: { scope: 'transfer:funds' } });
    assert.equal(await page.evaluate(remembered), token);
    const next = claimsOf(await silently(page, 'transfer:funds'));
    assert.deepEqual([next.scope, next.jti !== claims.jti], [claims.scope, true]);
  });

  it('step up: by redirect with acr_values, and asks only for what is missing', async () => {
    const { page } = await open();
    const gwen = server.person('gwen');
    await signIn(page, gwen);
    await byRedirect(page, () => giveCode(page, gwen), { acr_values: PAPE });
    const { acr, amr } = (await idTokenClaims(page)) ?? {};
    assert.deepEqual([acr, amr], [PAPE, ['mfa', 'otp', 'pwd']]);
  });

  it('step up: T4: without that handler it is told so in the words it looks for, and the session stands', async () => {
    const { page } = await open();
    const dan = server.person('dan');
    await signIn(page, dan);
    assert.equal(await silently(page, 'close:account'), 'login_required: Multifactor authentication required');
    await inWindow(page, dan, () =>
      page.evaluate(() => window.auth0.loginWithPopup({ authorizationParams: { scope: 'openid close:account' } })),
    );
    assert.equal((await idTokenClaims(page))?.acr, 'mfa');
    // Within five minutes nobody is asked again.
    assert.match(String(claimsOf(await silently(page, 'close:account')).scope), /close:account/);
  });

  it('step up: in a window as well when it uses refresh tokens', async () => {
    const { page } = await open({
      useRefreshTokens: true,
      useRefreshTokensFallback: true,
      interactiveErrorHandler: 'popup',
    });
    const eve = server.person('eve');
    await signIn(page, eve);
    const token = await inWindow(page, eve, () => silently(page, 'transfer:funds'));
    assert.equal(claimsOf(token).acr, 'mfa');
    assert.match(String(claimsOf(token).scope), /transfer:funds/);
  });

  it('failure: the person cancels the step-up in the window: access_denied, and the session stands', async () => {
    const { page } = await open({ interactiveErrorHandler: 'popup' });
    await signIn(page, server.person('hugo'));
    const opened = page.waitForEvent('popup');
    const outcome = silently(page, 'transfer:funds');
    await (await opened).click('button[name=cancel]');
    assert.match(await outcome, /^access_denied: /);
    assert.equal(claimsOf(await silently(page)).sub, 'user_hugo');
  });

  it('failure: T3: unmet_authentication_requirements, and without asking, by the frame as well', async () => {
    const { page } = await open();
    await signIn(page, server.person('hugo'));
    const said = await page.evaluate(async () => {
      try {
        return await window.auth0.getTokenSilently({ cacheMode: 'off', authorizationParams: { acr_values: 'phrh' } });
      } catch (error) {
        return error instanceof Error && 'error' in error ? String(error.error) : String(error);
      }
    });
    assert.equal(said, 'unmet_authentication_requirements');
  });

  it('failure: a refresh token that came back after it was used ends what came of it, and the page is told', async () => {
    const { page } = await open({ useRefreshTokens: true, cacheLocation: 'localstorage' });
    await signIn(page, server.person('iris'));
    const stored = await page.evaluate(() => JSON.stringify(localStorage));
    const [, first = ''] = /refresh_token[\\":]+([\w.~-]+)/.exec(stored) ?? [];
    await silently(page);
    await silently(page);
    const body = new URLSearchParams({ grant_type: 'refresh_token', client_id: 'bank', refresh_token: first });
    assert.equal((await fetch(server.at('oauth/token'), { method: 'POST', body })).status, 400);
    assert.match(await silently(page), /^invalid_grant: /);
  });

  it('failure: with refresh tokens alone, a scope that needs a proof is missing_refresh_token, and the others still come', async () => {
    const { page } = await open({ useRefreshTokens: true, interactiveErrorHandler: 'popup' });
    await signIn(page, server.person('iris'));
    assert.match(await silently(page, 'transfer:funds'), /^missing_refresh_token: /);
    assert.equal(claimsOf(await silently(page)).scope, 'openid profile read:accounts offline_access');
  });

  it('failure: an answer with another state, or to a request that this browser never made, is not taken', async () => {
    const { page } = await open();
    await load(page, `${origin}/?code=stolen&state=unknown`);
    assert.equal(await refusalOf(page), 'missing_transaction');
    const left = page.waitForURL(`${server.issuer}**`);
    await page.evaluate(() => void window.auth0.loginWithRedirect());
    await left;
    await load(page, `${origin}/?code=stolen&state=unknown`);
    assert.equal(await refusalOf(page), 'state_mismatch');
    assert.equal(await page.evaluate(() => window.auth0.isAuthenticated()), false);
  });

  it('sign out: by /v2/logout', async () => {
    const { page, asked } = await open();
    await signIn(page, server.person('finn'));
    const returned = page.waitForURL(`${origin}/`);
    await page.evaluate((returnTo) => void window.auth0.logout({ logoutParams: { returnTo } }), `${origin}/`);
    await returned;
    await page.waitForSelector('text=ready');
    assert.ok(asked.some(({ pathname }) => pathname === '/v2/logout'));
    assert.equal(await silently(page), 'login_required: Login required');
  });
});
