/** A single-page application with Auth0's `auth0-spa-js`, in a real browser, at an address that is known before there is a server. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Auth0Client, Auth0ClientOptions } from '@auth0/auth0-spa-js';
import type { ConfigInput } from '@stile/server';
import type { Browser, Page } from 'playwright-core';
import { listenAnywhere } from '../api.ts';
import type { AuthorizationServer } from '../authorization-server.ts';
import { SALARIES } from './actions-server.ts';

declare global {
  interface Window {
    /** What the page makes its client with. */
    options: Auth0ClientOptions;
    auth0: Auth0Client;
    /** Settled when the page has taken the answer of a redirect. */
    ready: Promise<unknown>;
  }
}

const sdk = readFileSync(
  createRequire(import.meta.url).resolve('@auth0/auth0-spa-js/dist/auth0-spa-js.production.esm.js'),
);

const html = `<!doctype html><title>Team</title><script type="module">
import { Auth0Client } from '/auth0-spa-js.js';
window.auth0 = new Auth0Client(window.options);
const answer = new URLSearchParams(location.search);
window.ready = answer.has('state') ? window.auth0.handleRedirectCallback() : Promise.resolve();
window.ready.finally(() => document.body.append('ready'));
</script>`;

const app = await listenAnywhere();
app.serve((request, response) => {
  if (request.url === '/auth0-spa-js.js') response.setHeader('content-type', 'text/javascript').end(sdk);
  else response.setHeader('content-type', 'text/html').end(html);
});

/** The address of the application. */
export const HOME = `${app.origin}/`;

export const closeApplication = (): Promise<void> => app.close();

/** How the application is registered. */
export const team: NonNullable<ConfigInput['clients']>[number] = {
  id: 'team',
  name: 'Fabrikam Team',
  authentication: ['none'],
  redirectUris: [HOME],
  postLogoutRedirectUris: [HOME],
  webOrigins: [app.origin],
  firstParty: true,
  apis: { [SALARIES]: ['read:directory', 'read:salaries'] },
};

/** Somebody opens the application in a browser of their own. */
export const openApplication = async (
  browser: Browser,
  server: AuthorizationServer,
  more: Partial<Auth0ClientOptions> = {},
): Promise<Page> => {
  const context = await browser.newContext();
  const options: Auth0ClientOptions = {
    domain: server.issuer.slice(0, -1),
    clientId: team.id,
    authorizationParams: { redirect_uri: HOME, audience: SALARIES, scope: 'openid profile read:directory' },
    ...more,
  };
  await context.addInitScript((given) => {
    window.options = given;
  }, options);
  const page = await context.newPage();
  await page.goto(HOME);
  await page.waitForSelector('text=ready');
  return page;
};

/** Leaves for the server, answers what it shows, and waits until the application has taken the answer. */
export const byRedirect = async (
  page: Page,
  answer: () => Promise<void>,
  authorizationParams: Readonly<Record<string, string>> = {},
): Promise<void> => {
  const left = page.waitForURL((url) => url.origin !== app.origin);
  await page.evaluate(
    (given) => void window.auth0.loginWithRedirect({ authorizationParams: given }),
    authorizationParams,
  );
  await left;
  await answer();
  await page.waitForURL(`${app.origin}/**`);
  await page.waitForSelector('text=ready');
};

type Parameters = Readonly<Record<string, string>>;

/** The token that comes without anybody being asked, or the error that comes instead, as the SDK names and words it. */
export const silently = (page: Page, parameters: Parameters = {}): Promise<string> =>
  page.evaluate(async (authorizationParams) => {
    try {
      return await window.auth0.getTokenSilently({ cacheMode: 'off', authorizationParams });
    } catch (error) {
      return error instanceof Error && 'error' in error ? `${String(error.error)}: ${error.message}` : String(error);
    }
  }, parameters);

/** The token that comes from a window, in which somebody answers what is asked. */
export const byPopup = async (
  page: Page,
  answer: (popup: Page) => Promise<void>,
  parameters: Parameters,
): Promise<string> => {
  const opened = page.waitForEvent('popup');
  const outcome = page.evaluate(async (authorizationParams) => {
    try {
      return await window.auth0.getTokenWithPopup({ cacheMode: 'off', authorizationParams });
    } catch (error) {
      return error instanceof Error && 'error' in error ? `${String(error.error)}: ${error.message}` : String(error);
    }
  }, parameters);
  await answer(await opened);
  return String(await outcome);
};

/** What the page says of the answer of a redirect that it was loaded with. */
export const refusalShown = (page: Page): Promise<string> =>
  page.evaluate(() =>
    window.ready.then(
      () => 'taken',
      (error: unknown) =>
        error instanceof Error && 'error' in error ? `${String(error.error)}: ${error.message}` : String(error),
    ),
  );

/** What the ID token says. */
export const idTokenClaims = (page: Page) => page.evaluate(() => window.auth0.getIdTokenClaims());
