/** The account pages in a real browser: by keyboard alone, looked through by axe, and with a passkey. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { Secret, TOTP } from 'otpauth';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { startAuthorizationServer } from '../authorization-server.ts';
import { launchChromium } from '../chromium.ts';
import { tabTo } from '../keyboard.ts';
import { faultsOn } from '../webauthn/axe.ts';
import { VirtualAuthenticator, webauthnOf } from '../webauthn/virtual-authenticator.ts';

const server = await startAuthorizationServer({ people: ['ada', 'ben', 'cleo', 'dora'] });
after(() => server.close());

let browser: Browser;
before(async () => {
  browser = await launchChromium();
});
after(() => browser.close());

const newPage = async (options: BrowserContextOptions = {}): Promise<Page> =>
  (await browser.newContext(options)).newPage();

const path = (page: Page): string => new URL(page.url()).pathname;

/** Presses Enter, which leads to another page. */
const enter = async (page: Page): Promise<void> => {
  const from = page.url();
  await page.keyboard.press('Enter');
  await page.waitForURL((url) => url.href !== from);
};

const press = async (page: Page, selector: string): Promise<void> => {
  await tabTo(page, selector);
  await enter(page);
};

/** Goes to an account page, giving by keyboard whatever is asked for on the way. */
const reach = async (page: Page, place: string, username: string): Promise<void> => {
  const person = server.person(username);
  await page.goto(server.at(place));
  for (let steps = 0; steps < 6 && !path(page).startsWith('/account'); steps += 1) {
    if (path(page) === '/login') {
      await tabTo(page, '#username');
      await page.keyboard.type(person.username);
      await tabTo(page, '#password');
      await page.keyboard.type(person.password);
      await enter(page);
    } else if (path(page) === '/challenge') {
      server.advance(31);
      await tabTo(page, '#code');
      await page.keyboard.type(person.code());
      await enter(page);
    } else {
      // What is offered besides can be left for later.
      await press(page, 'button[name=later]');
    }
  }
  assert.ok(path(page).startsWith('/account'), page.url());
};

const PLACES = ['', '/activity', '/not-me', '/add', '/password'] as const;

describe('the account pages in a real browser', () => {
  it('an app is added, named, removed by keyboard alone', async () => {
    const page = await newPage();
    await reach(page, '/account', 'ada');
    await press(page, 'a[href="/account/add"]');
    if (path(page) !== '/account/add') await reach(page, '/account/add', 'ada');
    await press(page, 'button[value=totp]');
    const secret = (await page.locator('.key').textContent()) ?? '';
    const totp = new TOTP({ secret: Secret.fromBase32(secret.replace(/\s/g, '')), period: 30, digits: 6 });
    await tabTo(page, '#code');
    await page.keyboard.type(totp.generate({ timestamp: server.now() * 1000 }));
    await tabTo(page, '#name');
    await page.keyboard.type('Old phone');
    await enter(page);
    assert.match(page.url(), /done=added$/);
    assert.ok(await page.getByText('Old phone').first().isVisible());
    await press(page, 'a[aria-label="Change “Old phone”"]');
    await press(page, 'a[href^="/account/remove"]');
    await press(page, 'button[name=remove]');
    assert.match(page.url(), /done=removed$/);
    assert.equal(await page.getByText('Old phone').count(), 0);
  });

  it('recovery codes are shown, copied or saved, and kept by a press', async () => {
    const page = await newPage({ acceptDownloads: true });
    await reach(page, '/account/add', 'ben');
    await press(page, 'button[value=recovery-code]');
    const shown = await page.locator('.codes li').allTextContents();
    assert.equal(shown.length, 10);
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('[data-downloads]')]);
    assert.equal(download.suggestedFilename(), 'recovery-codes.txt');
    assert.equal(readFileSync(await download.path(), 'utf8'), `${shown.join('\r\n')}\r\n`);
    await press(page, 'button.main');
    assert.match(page.url(), /done=codes$/);
  });

  it('a passkey is added on the account page, and asked for from then on', async () => {
    const page = await newPage();
    const cdp = await webauthnOf(page);
    await VirtualAuthenticator.plugIn(cdp, { transport: 'internal', hasUserVerification: true });
    await reach(page, '/account/add', 'cleo');
    await press(page, 'button[value=webauthn]');
    await page.fill('#name', 'My laptop');
    await Promise.all([page.waitForURL('**/account?done=added'), page.click('button.main')]);
    assert.ok(await page.getByText('My laptop').first().isVisible());
  });

  it('axe finds nothing on any page, in light and dark, English and German, wide and at 360 pixels', async () => {
    const looks = [
      { colorScheme: 'light', locale: 'en-GB', viewport: { width: 1000, height: 800 } },
      { colorScheme: 'dark', locale: 'de-DE', viewport: { width: 360, height: 740 } },
    ] as const;
    for (const look of looks) {
      const page = await newPage(look);
      await reach(page, '/account/add', 'dora');
      for (const place of PLACES) {
        await page.goto(server.at(`/account${place}`));
        assert.deepEqual(await faultsOn(page), [], `${look.colorScheme} ${place}`);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
        assert.equal(overflow, false, `${look.locale} ${place} is wider than the window`);
      }
      await page.goto(server.at('/account/authenticator?id=auth_user_dora_totp'));
      assert.deepEqual(await faultsOn(page), []);
      await page.goto(server.at('/account/remove?id=auth_user_dora_totp'));
      assert.deepEqual(await faultsOn(page), []);
    }
  });
});
