import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { codeField, codeOf, enterBank, giveCode, salaries, signIn, wrongCodeFor } from './testing/acts.ts';
import type { Stage } from './testing/stage.ts';
import { openStage } from './testing/stage.ts';

/** Where an application's link leads, with more parameters in the authorization request. */
const authorizationRequest = async (
  page: Page,
  link: string,
  more: Readonly<Record<string, string>>,
): Promise<string> => {
  const response = await page.request.get(link, { maxRedirects: 0 });
  const url = new URL(response.headers().location ?? '');
  for (const [name, value] of Object.entries(more)) url.searchParams.set(name, value);
  return url.href;
};

describe('the pages', () => {
  let stage: Stage;
  before(async () => {
    stage = await openStage(6);
  });
  after(() => stage.close());

  it('speak German to a browser that asks for it', async () => {
    const robin = stage.person();
    const { page, leave } = await stage.visitor({ locale: 'de-DE' });
    await page.goto(`${stage.addresses.intranet}/salaries`);
    assert.equal(await page.locator('html').getAttribute('lang'), 'de');
    await page.getByLabel('Benutzername').fill(robin.username);
    await page.getByLabel('Passwort', { exact: true }).fill(robin.password);
    await page.getByRole('button', { name: 'Anmelden', exact: true }).click();
    await page.getByText('Die Anwendung bittet Sie um einen zweiten Nachweis.').waitFor();
    await page.getByLabel('Code').fill(codeOf(robin, stage.config));
    await page.getByRole('button', { name: 'Bestätigen' }).click();
    await salaries(page).waitFor();
    await leave();
  });

  it('speak the language that the application asks for, before the one of the browser', async () => {
    const { page, leave } = await stage.visitor({ locale: 'en-GB' });
    await page.goto(await authorizationRequest(page, `${stage.addresses.intranet}/sign-in`, { ui_locales: 'fr de' }));
    await page.getByRole('button', { name: 'Anmelden', exact: true }).waitFor();
    await page.goto(await authorizationRequest(page, `${stage.addresses.intranet}/sign-in`, { ui_locales: 'fr' }));
    await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
    await leave();
  });

  it('fit a phone of 360 pixels, with targets a finger can hit', async () => {
    const robin = stage.person();
    const { page, leave } = await stage.visitor({
      viewport: { width: 360, height: 740 },
      hasTouch: true,
      isMobile: true,
    });
    const fits = async (): Promise<void> => {
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 360, page.url());
      for (const button of await page.locator('button:visible, a.button:visible').all()) {
        const box = await button.boundingBox();
        assert.ok((box?.height ?? 0) >= 44, `${page.url()}: ${await button.textContent()}`);
      }
    };
    await page.goto(stage.addresses.intranet);
    await fits();
    await page.goto(`${stage.addresses.intranet}/salaries`);
    await fits();
    await signIn(page, robin);
    await codeField(page).waitFor();
    await fits();
    await giveCode(page, wrongCodeFor(robin, stage.config));
    await page.getByText('That code is not right').waitFor();
    await fits();
    await giveCode(page, codeOf(robin, stage.config));
    await salaries(page).waitFor();
    await fits();
    await page.goto(stage.addresses.bank);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('button', { name: 'Send money' }).click();
    await page.getByText('€25.00 sent to Maria Keller.').waitFor();
    await fits();
    await leave();
  });

  it('are dark where the browser is', async () => {
    const { page, leave } = await stage.visitor({ colorScheme: 'dark' });
    /** WCAG's contrast needs sRGB, which a canvas gives of any colour. */
    const isDark = (): Promise<boolean> =>
      page.evaluate(() => {
        const brightness = (colour: string): number => {
          const context = document.createElement('canvas').getContext('2d');
          if (!context) return 0;
          context.fillStyle = colour;
          context.fillRect(0, 0, 1, 1);
          const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
          return red + green + blue;
        };
        const { backgroundColor, color } = getComputedStyle(document.body);
        return brightness(backgroundColor) < 150 && brightness(color) > 600;
      });
    for (const address of [stage.addresses.intranet, stage.addresses.bank, `${stage.addresses.intranet}/salaries`]) {
      await page.goto(address);
      assert.ok(await isDark(), page.url());
    }
    await leave();
  });

  it('can be used with the keyboard alone, and show where it is', async () => {
    const robin = stage.person();
    const { page, leave } = await stage.visitor();
    const focusIsVisible = async (): Promise<void> => {
      const style = await page.evaluate(() => getComputedStyle(document.activeElement ?? document.body).outlineStyle);
      assert.equal(style, 'solid', page.url());
    };
    const press = async (...keys: readonly string[]): Promise<void> => {
      for (const key of keys) await page.keyboard.press(key);
    };
    await page.goto(stage.addresses.intranet);
    await press('Tab', 'Tab');
    await focusIsVisible();
    await press('Enter');
    await page.getByLabel('Username').waitFor();
    await focusIsVisible();
    await page.keyboard.type(robin.username);
    await press('Tab');
    await page.keyboard.type(robin.password);
    await press('Enter');
    await page.getByRole('heading', { name: 'Customers' }).waitFor();
    await press('Tab', 'Tab', 'Tab');
    await focusIsVisible();
    await press('Enter');
    await codeField(page).waitFor();
    await focusIsVisible();
    await page.keyboard.type(codeOf(robin, stage.config));
    await press('Enter');
    await salaries(page).waitFor();
    await leave();
  });

  it('of the bank can be used with the keyboard alone', async () => {
    const robin = stage.person();
    const { page, leave } = await stage.visitor();
    await enterBank(page, stage.addresses.bank, robin);
    await page.getByLabel('Amount in euro').focus();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('7,5');
    await page.keyboard.press('Enter');
    await codeField(page).waitFor();
    await page.keyboard.type(codeOf(robin, stage.config));
    await page.keyboard.press('Enter');
    await page.getByText('€7.50 sent to Maria Keller.').waitFor();
    assert.ok(await page.locator('#sent').evaluate((element) => element === document.activeElement));
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText('401 Unauthorized', { exact: true }).waitFor();
    await leave();
  });

  it('say what is wrong with a transfer before anybody is asked for a proof', async () => {
    const robin = stage.person();
    const { page, leave } = await stage.visitor();
    await enterBank(page, stage.addresses.bank, robin);
    const send = page.getByRole('button', { name: 'Send money' });
    const iban = page.getByLabel('IBAN');
    await page.getByLabel('Amount in euro').fill('a lot');
    await send.click();
    await page.getByText('Type an amount such as 25.00.').waitFor();
    await page.getByLabel('Amount in euro').fill('25');
    await iban.fill('DE02 1203 0000 0000 2020 52');
    await send.click();
    await page.getByText('This is not an IBAN.').waitFor();
    assert.ok(await iban.evaluate((element) => element === document.activeElement));
    await iban.fill('DE02 1203 0000 0000 2020 51');
    await page.getByLabel('Amount in euro').fill('9000');
    await send.click();
    await giveCode(page, codeOf(robin, stage.config));
    await page.getByText('There is not enough money').waitFor();
    await leave();
  });
});
