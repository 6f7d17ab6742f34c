/** By keyboard alone, with axe looking on: codes by mail and phone, remembered devices, approvals, forgotten passwords and lost devices. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, describe, it } from 'node:test';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { portOf } from './authorization-server.ts';
import { launchChromium } from './chromium.ts';
import { authorizationUrl } from './flow.ts';
import { enter, press, tabTo, type } from './keyboard.ts';
import type { RecoveringServer } from './recovery/recovering-server.ts';
import { startRecoveringServer } from './recovery/recovering-server.ts';
import { faultsOn } from './webauthn/axe.ts';

const NEW_PASSWORD = 'seven lanterns over the harbour';
const DAY = 86_400;
const NUMBER = '+4915112345623';

const LOOKS = [
  { colorScheme: 'light', locale: 'en-GB', viewport: { width: 1000, height: 800 } },
  { colorScheme: 'dark', locale: 'de-DE', viewport: { width: 360, height: 740 } },
] as const satisfies readonly BrowserContextOptions[];

/** The application, on this machine. */
const application = createServer((_request, response) => response.end('<!doctype html><title>back</title>'));
let callback = '';
let server: RecoveringServer;
let browser: Browser;
before(async () => {
  application.listen(0, '127.0.0.1');
  await once(application, 'listening');
  callback = `http://127.0.0.1:${portOf(application)}/callback`;
  server = await startRecoveringServer({
    people: ['ada', 'alan', 'ben', 'bob', 'cleo', 'carl', 'dora', 'dirk', 'eve', 'emil'],
    change: (config) => ({
      ...config,
      mail: { verifiedAddress: true },
      phone: { regions: ['+49'], voice: true },
      push: { services: [] },
      rememberDevice: { acr: 'mfa' },
      everySignIn: { acr: 'mfa', unlessRemembered: true },
    }),
  });
  browser = await launchChromium();
});
after(async () => {
  application.close();
  await browser.close();
  await server.close();
});

const path = (page: Page): string => new URL(page.url()).pathname;

/** Nothing is wrong with the page, and none of it is outside of the window. */
const isFine = async (page: Page): Promise<void> => {
  assert.deepEqual(await faultsOn(page), [], page.url());
  const isWider = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
  assert.equal(isWider, false, `${page.url()} is wider than the window`);
};

const open = (page: Page, changes: Readonly<Record<string, string>> = {}) =>
  page.goto(authorizationUrl(server, { client_id: 'native', redirect_uri: callback, ...changes }).href);

const isBack = (page: Page): boolean => page.url().startsWith(callback) && new URL(page.url()).searchParams.has('code');

const signIn = async (page: Page, username: string, password = server.person(username).password): Promise<void> => {
  await type(page, '#username', username);
  await type(page, '#password', password);
  await enter(page);
};

/** Takes a way that is offered, by the words on it. */
const take = async (page: Page, words: RegExp): Promise<void> => {
  const value = await page.locator('button.way', { hasText: words }).first().getAttribute('value');
  await press(page, `button.way[value="${value}"]`);
};

/** The code of the newest message in the mailbox, read in another tab. */
const codeInMailbox = async (context: BrowserContext): Promise<string> => {
  const tab = await context.newPage();
  await tab.goto(server.at('dev/mailbox'));
  await isFine(tab);
  const text = (await tab.locator('article').first().textContent()) ?? '';
  await tab.close();
  return /(?<!\d)\d(?:(?:, )?\d){5}(?!\d)/.exec(text)?.[0].replaceAll(', ', '') ?? '';
};

/** Gives the code of the app, where one is asked for on the way to a page of the account. */
const reach = async (page: Page, place: string, username: string): Promise<void> => {
  await page.goto(server.at(place));
  if (path(page) === '/login') await signIn(page, username);
  if (path(page) === '/challenge') {
    if ((await page.locator('#code').count()) === 0) await take(page, /app/i);
    server.advance(31);
    await type(page, '#code', server.person(username).code());
    await enter(page);
  }
  assert.equal(path(page), `/${place}`);
};

for (const [index, look] of LOOKS.entries()) {
  describe(`by keyboard alone, ${look.colorScheme}, ${look.locale}, ${look.viewport.width} pixels`, () => {
    const who = (...names: readonly string[]): string => names[index] ?? '';

    it('a code by mail, from the mailbox, and a device to remember', async () => {
      const context = await browser.newContext(look);
      const page = await context.newPage();
      await open(page);
      await signIn(page, who('ada', 'alan'));
      await isFine(page);
      await take(page, /mail/i);
      await isFine(page);
      const wrong = ((Number(await codeInMailbox(context)) + 1) % 1_000_000).toString().padStart(6, '0');
      await type(page, '#code', wrong);
      await enter(page);
      await page.waitForSelector('[aria-invalid]');
      await isFine(page);
      await type(page, '#code', await codeInMailbox(context));
      await tabTo(page, '[name=remember]');
      await page.keyboard.press('Space');
      await press(page, 'button.main');
      assert.ok(isBack(page), page.url());
      await page.goto(server.at('v2/logout'));
      if ((await page.locator('button.main').count()) > 0) await press(page, 'button.main');
      await isFine(page);
      await open(page);
      await signIn(page, who('ada', 'alan'));
      assert.ok(isBack(page), 'the device is remembered');
      await context.close();
    });

    it('a phone is added, which is called, and proves its owner', async () => {
      const context = await browser.newContext(look);
      const page = await context.newPage();
      const username = who('ben', 'bob');
      await reach(page, 'account/add', username);
      await press(page, 'button[value=phone]');
      await isFine(page);
      await type(page, '[name=phone_number]', '0151');
      await enter(page);
      await isFine(page);
      await type(page, '[name=phone_number]', NUMBER);
      await tabTo(page, '[name=preferred_authentication_method]');
      await page.keyboard.press('ArrowDown');
      await enter(page);
      await isFine(page);
      await type(page, '#code', await codeInMailbox(context));
      await enter(page);
      assert.match(page.url(), /done=added$/);
      await context.clearCookies();
      await open(page);
      await signIn(page, username);
      await take(page, /phone|telefon/i);
      await isFine(page);
      await type(page, '#code', await codeInMailbox(context));
      await enter(page);
      assert.ok(isBack(page), page.url());
      await context.close();
    });

    it('a device is connected, asked, and approves by the number', async () => {
      const [here, there] = [await browser.newContext(look), await browser.newContext(look)];
      const [page, device] = [await here.newPage(), await there.newPage()];
      const username = who('cleo', 'carl');
      await reach(page, 'account/add', username);
      await press(page, 'button[value=push]');
      await isFine(page);
      await device.goto((await page.locator('p.address').textContent()) ?? '');
      await device.waitForSelector('[data-join]:visible');
      await isFine(device);
      await type(device, '#name', 'Second browser');
      await device.keyboard.press('Enter');
      await device.waitForSelector('[data-outcome]:not([hidden])');
      await isFine(device);
      await press(page, 'button.main');
      assert.match(page.url(), /done=added$/);
      await here.clearCookies();
      await open(page);
      await signIn(page, username);
      await isFine(page);
      await press(page, 'button[name=open]');
      await page.waitForSelector('.match dd');
      await isFine(page);
      await device.waitForSelector('[data-part=question]:not([hidden])');
      await isFine(device);
      await type(device, '#number', (await page.textContent('.match dd'))?.trim() ?? '');
      await tabTo(device, 'button[value=approve]');
      await Promise.all([page.waitForURL(`${callback}**`), device.keyboard.press('Enter')]);
      assert.ok(isBack(page), page.url());
      await isFine(device);
      await Promise.all([here.close(), there.close()]);
    });

    it('a forgotten password is replaced by the link of a mail', async () => {
      const context = await browser.newContext(look);
      const page = await context.newPage();
      const username = who('dora', 'dirk');
      await open(page);
      await press(page, 'a[href^="/recover"]');
      await isFine(page);
      await type(page, '#username', username);
      const sent = server.mails.length;
      await enter(page);
      await isFine(page);
      await page.goto((await server.mailTo(username, sent)).link);
      await isFine(page);
      await type(page, '#password', 'short');
      await enter(page);
      await isFine(page);
      await type(page, '#password', NEW_PASSWORD);
      await enter(page);
      await isFine(page);
      await press(page, 'a.button.main');
      await signIn(page, username, NEW_PASSWORD);
      assert.equal(path(page), '/challenge');
      await context.close();
    });

    it('a lost device: a ticket, a wait, its stop by whoever reads the mail', async () => {
      const context = await browser.newContext(look);
      const page = await context.newPage();
      const username = who('eve', 'emil');
      const ticket = await server.ticketFor(username);
      await open(page);
      await signIn(page, username);
      await press(page, 'a[href^="/recover"]');
      await isFine(page);
      await type(page, '#ticket', 'AAAA');
      await enter(page);
      await isFine(page);
      await type(page, '#ticket', ticket);
      const sent = server.mails.length;
      await enter(page);
      await isFine(page);
      await page.goto((await server.mailTo(username, sent)).link);
      await isFine(page);
      await press(page, 'button.main');
      await isFine(page);
      server.advance(DAY);
      await open(page);
      if (path(page) === '/login') await signIn(page, username);
      await press(page, 'a[href^="/recover"]');
      await type(page, '#ticket', ticket);
      await enter(page);
      assert.equal(await page.locator('[aria-invalid]').count(), 1, 'it is worth nothing');
      await context.close();
    });
  });
}
