/** Robin at the account pages: the way there, with whatever is asked for on it. */
import assert from 'node:assert/strict';
import type { Stop } from './browser.ts';
import { currentCode, TestBrowser } from './browser.ts';
import type { TestServer } from './test-server.ts';

export const ROBINS_TOTP = 'auth_user_robin_totp';

/** Follows the way to an account page as Robin does, who gives whatever is asked for; ends at the page. */
export const reach = async (browser: TestBrowser, path: string): Promise<Stop> => {
  let stop = await browser.go(path);
  for (let steps = 0; steps < 6 && !stop.url.startsWith('/account'); steps += 1) {
    if (stop.url.startsWith('/login')) stop = await browser.signIn(stop);
    else if (stop.url.startsWith('/challenge')) stop = await browser.giveCode(stop);
    else if (stop.url.startsWith('https://login.fabrikam.example/')) stop = await browser.go(pathOf(stop.url));
    else break;
  }
  return stop;
};

export const pathOf = (url: string): string => {
  const { pathname, search } = new URL(url);
  return `${pathname}${search}`;
};

/** Robin, who has just given a second proof on the way to the account pages. */
export const proven = async (server: TestServer): Promise<TestBrowser> => {
  const browser = new TestBrowser(server);
  const page = await reach(browser, `/account/authenticator?id=${ROBINS_TOTP}`);
  assert.equal(page.status, 200, page.url);
  return browser;
};

export const authenticatorsOf = (server: TestServer, { id }: { readonly id: string }) =>
  server.store.authenticators.ofUser(id);

/** Adds an authenticator app by the pages, and says what they showed. */
export const connect = async (server: TestServer, browser: TestBrowser, name = ''): Promise<Stop> => {
  const choices = await reach(browser, '/account/add');
  const question = await browser.submit(choices, { factor: 'totp' });
  const secret = /class="key"[^>]*>([\s\S]*?)<\/p>/.exec(question.html)?.[1]?.replace(/<[^>]*>|\s/g, '') ?? '';
  return browser.submit(question, { code: currentCode(server, secret), name });
};
