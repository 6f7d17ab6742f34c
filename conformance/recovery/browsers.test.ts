/** Enrolment behind a guard, forgotten passwords and lost devices in a real browser: without scripts, by keyboard, looked through by axe. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Secret, TOTP } from 'otpauth';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { launchChromium } from '../chromium.ts';
import { authorizationUrl } from '../flow.ts';
import { faultsOn } from '../webauthn/axe.ts';
import type { RecoveringServer } from './recovering-server.ts';
import { startRecoveringServer } from './recovering-server.ts';

const TRANSFER = { scope: 'openid transfer:funds' };
const NEW_PASSWORD = 'seven lanterns over the harbour';
const DAY = 86_400;

let server: RecoveringServer;
let browser: Browser;
before(async () => {
  server = await startRecoveringServer({ people: ['ada', 'ben', 'cleo', 'dora'], withoutSecondProof: ['ada'] });
  browser = await launchChromium();
});
after(async () => {
  await browser.close();
  await server.close();
});

const withoutScripts = { javaScriptEnabled: false } as const;

const newPage = async (options: BrowserContextOptions = {}): Promise<Page> => {
  return (await browser.newContext({ locale: 'en-GB', ...options })).newPage();
};

const begin = async (page: Page, username: string, password = server.person(username).password): Promise<void> => {
  await page.goto(authorizationUrl(server, TRANSFER).href);
  if (!page.url().includes('/login')) return;
  await page.fill('#username', username);
  await page.fill('#password', password);
  await page.click('button.main');
};

/** Does the last thing there is to do here, which sends the browser back to the application with a code. The application is not there. */
const comesBack = async (page: Page, act: () => Promise<unknown>): Promise<void> => {
  await Promise.all([page.waitForRequest((request) => /[?&]code=/.test(request.url())), act()]);
};

const codeNow = (secret: string): string =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: server.now() * 1000 });

/** Chooses the app, and connects it. */
const connectApp = async (page: Page): Promise<void> => {
  await page.click('button[value=totp]');
  const secret = /secret=([A-Z2-7]+)/.exec(await page.content())?.[1] ?? '';
  await page.fill('#code', codeNow(secret));
  await page.click('button.main');
  await comesBack(page, () => page.click('button[name=kept]'));
};

describe('in a real browser', () => {
  it('T7: somebody without a second proof enrols behind a code from their mail, by keyboard alone', async () => {
    const page = await newPage();
    await begin(page, 'ada');
    assert.deepEqual(await faultsOn(page), []);
    const sent = server.mails.length;
    await page.focus('button[name=send]');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#mailed');
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'mailed');
    assert.deepEqual(await faultsOn(page), []);
    await page.keyboard.type((await server.mailTo('ada', sent)).code);
    await page.keyboard.press('Enter');
    await page.waitForSelector('button[value=totp]');
    assert.deepEqual(await faultsOn(page), []);
    await connectApp(page);
  });

  it('T9: without scripts, a forgotten password is replaced by the link of a mail, and the second proof is asked for as ever', async () => {
    const page = await newPage(withoutScripts);
    await page.goto(authorizationUrl(server, TRANSFER).href);
    await page.click('text=Forgot your password?');
    await page.fill('#username', 'ben');
    const sent = server.mails.length;
    await page.click('button.main');
    assert.match(String(await page.textContent('main')), /If “ben” belongs to an account/);
    await page.goto((await server.mailTo('ben', sent)).link);
    await page.fill('#password', NEW_PASSWORD);
    await page.click('button.main');
    await page.click('a.button.main');
    await page.fill('#username', 'ben');
    await page.fill('#password', NEW_PASSWORD);
    await page.click('button.main');
    assert.match(page.url(), /\/challenge\?/);
    await page.fill('#code', server.person('ben').code());
    await comesBack(page, () => page.click('button.main'));
  });

  it('without scripts, somebody who lost their device waits a day, and enrols something new', async () => {
    const page = await newPage(withoutScripts);
    const ticket = await server.ticketFor('cleo');
    await begin(page, 'cleo');
    await page.click('text=Lost what it takes?');
    await page.fill('#ticket', ticket);
    await page.click('button.main');
    assert.match(String(await page.textContent('main')), /Your recovery has begun/);
    server.advance(DAY);
    await begin(page, 'cleo');
    await page.click('text=Lost what it takes?');
    await page.fill('#ticket', ticket);
    await page.click('button.main');
    await connectApp(page);
  });

  it('whoever reads the mail stops a recovery from a browser that has never been here', async () => {
    const thief = await newPage();
    const ticket = await server.ticketFor('dora');
    await begin(thief, 'dora');
    await thief.click('text=Lost what it takes?');
    assert.deepEqual(await faultsOn(thief), []);
    await thief.fill('#ticket', ticket);
    const sent = server.mails.length;
    await thief.click('button.main');
    assert.deepEqual(await faultsOn(thief), []);
    const owner = await newPage(withoutScripts);
    await owner.goto((await server.mailTo('dora', sent)).link);
    await owner.click('button.main');
    assert.match(String(await owner.textContent('main')), /The recovery is stopped/);
    server.advance(DAY);
    await begin(thief, 'dora');
    await thief.click('text=Lost what it takes?');
    await thief.fill('#ticket', ticket);
    await thief.click('button.main');
    assert.match(String(await thief.textContent('main')), /That recovery ticket is not right/);
  });
});
