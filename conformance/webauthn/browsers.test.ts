/** Passkeys in a real browser, with authenticators inside it: offered, created, used to confirm and to sign in, and refused. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, describe, it } from 'node:test';
import type { Browser, BrowserContextOptions, CDPSession, Page } from 'playwright-core';
import { portOf, startAuthorizationServer } from '../authorization-server.ts';
import { giveCode, giveUsernameAndPassword, launchChromium } from '../chromium.ts';
import { authorizationUrl } from '../flow.ts';
import { faultsOn } from './axe.ts';
import { VirtualAuthenticator, webauthnOf } from './virtual-authenticator.ts';

const PEOPLE = ['ada', 'ben', 'cleo', 'dora', 'emil', 'flo', 'gwen', 'hana', 'ida', 'jo'];
const server = await startAuthorizationServer({ people: PEOPLE });
after(() => server.close());

/** The application, on this machine. */
const application = createServer((_request, response) => response.end('<!doctype html><title>back</title>')).listen(
  0,
  '127.0.0.1',
);
await once(application, 'listening');
after(() => application.close());
const callback = `http://127.0.0.1:${portOf(application)}/callback`;

let browser: Browser;
before(async () => {
  browser = await launchChromium();
});
after(() => browser.close());

const DEVICE = { transport: 'internal', hasUserVerification: true } as const;
type Kind = Parameters<typeof VirtualAuthenticator.plugIn>[1];
type Kept = Awaited<ReturnType<VirtualAuthenticator['kept']>>;

const PLAIN_KEY = { transport: 'usb', hasUserVerification: false } as const;

interface Desk {
  readonly page: Page;
  readonly cdp: CDPSession;
  readonly authenticator: VirtualAuthenticator;
}

const desk = async (kind: Kind = DEVICE, look: BrowserContextOptions = {}): Promise<Desk> => {
  const page = await (await browser.newContext(look)).newPage();
  const cdp = await webauthnOf(page);
  return { page, cdp, authenticator: await VirtualAuthenticator.plugIn(cdp, kind) };
};

const open = (page: Page, changes: Readonly<Record<string, string>> = {}) =>
  page.goto(authorizationUrl(server, { client_id: 'native', redirect_uri: callback, ...changes }).href);

const path = (page: Page): string => new URL(page.url()).pathname;

/** Waits until the way leads back to the application. */
const isBack = async (page: Page): Promise<boolean> => {
  await page.waitForURL(`${callback}**`, { timeout: 5000 });
  return new URL(page.url()).searchParams.has('code');
};

/** Signs in and confirms by a code; ends at the offer of a passkey. */
const toTheOffer = async (page: Page, username: string): Promise<void> => {
  await open(page, { acr_values: 'mfa' });
  await giveUsernameAndPassword(page, server.person(username));
  await page.waitForURL('**/challenge?**');
  await page.waitForSelector('input[name=passkeys]', { state: 'attached', timeout: 1000 }).catch(async () => {
    // A plugged-in key is no part of the device, so nothing is offered by itself.
    await page.evaluate(() => {
      const field = Object.assign(document.createElement('input'), { type: 'hidden', name: 'passkeys', value: '1' });
      document.querySelector('#answer')?.append(field);
    });
  });
  await giveCode(page, server.person(username));
  await page.waitForURL('**/offer-passkey?**');
};

const createPasskey = async (page: Page, username: string): Promise<void> => {
  await toTheOffer(page, username);
  await page.click('button.main');
  assert.ok(await isBack(page));
};

const problemOn = async (page: Page): Promise<string> => {
  await page.waitForSelector('[role=alert]:visible');
  return (await page.textContent('[role=alert]:visible')) ?? '';
};

const PRESS = '[data-passkey-button]';

describe('a passkey in the browser', () => {
  it('is offered after a code, created with one press, and then is the sign-in itself: one tap', async () => {
    const { page, authenticator } = await desk();
    await createPasskey(page, 'ada');
    const [kept, ...others] = await authenticator.kept();
    assert.ok(kept?.isResidentCredential && kept.rpId === 'localhost');
    assert.equal(others.length, 0);
    await page.context().clearCookies();
    await authenticator.isTouched(false);
    await open(page, { acr_values: 'phr' });
    await page.waitForSelector(`${PRESS}:visible`);
    assert.equal(await page.getAttribute('#username', 'autocomplete'), 'username webauthn');
    await authenticator.isTouched(true);
    await page.click(PRESS);
    assert.ok(await isBack(page));
  });

  it('is offered beside the username without any press', async () => {
    const { page, authenticator } = await desk();
    await createPasskey(page, 'ben');
    await page.context().clearCookies();
    await authenticator.isTouched(true);
    await open(page);
    // Chromium takes the only choice of an authenticator that is touched by itself.
    assert.ok(await isBack(page));
  });

  it('confirms a step-up, and nothing is sent when its user is not verified', async () => {
    const { page, authenticator } = await desk();
    await createPasskey(page, 'cleo');
    await page.context().clearCookies();
    await authenticator.isTouched(false);
    await open(page, { scope: 'openid transfer:funds' });
    await giveUsernameAndPassword(page, server.person('cleo'));
    await page.waitForURL('**/challenge?**');
    assert.match((await page.textContent('main')) ?? '', /My passkey/);
    await authenticator.isTouched(true);
    await authenticator.verifies(false);
    await page.click('button.main');
    assert.match(await problemOn(page), /Nothing was confirmed/);
    assert.equal(path(page), '/challenge');
    await authenticator.verifies(true);
    await page.click('button.main');
    assert.ok(await isBack(page));
  });

  it('“not now” is remembered for this person in this browser', async () => {
    const { page } = await desk();
    await toTheOffer(page, 'dora');
    await page.click('button[name=later]');
    assert.ok(await isBack(page));
    server.advance(400);
    await open(page, { scope: 'openid transfer:funds' });
    await page.waitForURL('**/challenge?**');
    await giveCode(page, server.person('dora'));
    assert.ok(await isBack(page));
  });

  it('a copy is found out by its counting, at the step-up and at the sign-in', async () => {
    const { page, authenticator } = await desk();
    await createPasskey(page, 'emil');
    const [stolen] = await authenticator.kept();
    assert.ok(stolen);
    await page.context().clearCookies();
    await open(page, { acr_values: 'phr' });
    if (path(page) === '/login') await page.click(PRESS, { timeout: 2000 }).catch(() => undefined);
    assert.ok(await isBack(page));
    // The copy knows nothing of what the key signed meanwhile.
    await authenticator.put({ ...stolen, signCount: 0 });
    server.advance(400);
    await open(page, { scope: 'openid transfer:funds' });
    await page.waitForURL('**/challenge?**');
    await page.click('button.main');
    assert.match(await problemOn(page), /may be a copy/);
  });

  it('a plain key confirms beside a password, and does not sign in', async () => {
    const { page } = await desk(PLAIN_KEY);
    await createPasskey(page, 'flo');
    await page.context().clearCookies();
    await open(page, { acr_values: 'phr' });
    await giveUsernameAndPassword(page, server.person('flo'));
    await page.waitForURL('**/challenge?**');
    assert.match((await page.textContent('main')) ?? '', /My security key/);
    await page.click('button.main');
    assert.ok(await isBack(page));
    await page.context().clearCookies();
    await open(page);
    await page.click(PRESS);
    assert.match(await problemOn(page), /Nothing was confirmed/);
  });

  it('an answer that another site got for the question of this one is worth nothing', async () => {
    const phish = createServer((_request, response) => response.end('<!doctype html><title>win</title>')).listen(0);
    await once(phish, 'listening');
    after(() => phish.close());
    const { page, authenticator } = await desk();
    await createPasskey(page, 'gwen');
    await page.context().clearCookies();
    await authenticator.isTouched(false);
    await open(page);
    const options = (await page.getAttribute('input[name=credential]', 'data-options')) ?? '';
    const login = page.url();
    // Another port of the same host: the browser lets it ask, for ports are no part of a relying party.
    await page.goto(`http://localhost:${portOf(phish)}/`);
    await authenticator.isTouched(true);
    const credential = await page.evaluate(async (json) => {
      const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(JSON.parse(json));
      return JSON.stringify(await navigator.credentials.get({ publicKey }));
    }, options);
    assert.match(credential, /signature/);
    await authenticator.isTouched(false);
    await page.goto(login);
    await page.evaluate((sent) => {
      const field = document.querySelector<HTMLInputElement>('input[name=credential]');
      if (!field?.form) throw new Error('no form');
      field.value = sent;
      field.form.submit();
    }, credential);
    assert.match(await problemOn(page), /could not be used to sign in/);
  });

  for (const [person, BLUE] of [
    ['hana', { transport: 'usb', hasUserVerification: true }],
    ['jo', PLAIN_KEY],
  ] as const) {
    it(`of several the browser takes the one that is at hand, on one page and by one press; ${BLUE.hasUserVerification ? 'one device is not enrolled twice' : 'also beside a plain key'}`, async () => {
      const { page, cdp, authenticator } = await desk();
      await createPasskey(page, person);
      const add = async (): Promise<void> => {
        await page.goto(server.at('account/add'));
        // The strongest that she can show is asked for first.
        if (path(page) === '/challenge') await page.click('button.main');
        await page.click('button[value=webauthn]');
        await page.waitForURL('**/account/enrol');
      };
      await add();
      await page.click('button.main');
      assert.match(await problemOn(page), /among your passkeys already/);
      const kept = await authenticator.kept();
      await authenticator.unplug();
      const key = await VirtualAuthenticator.plugIn(cdp, BLUE);
      await page.fill('#name', 'Blue key');
      await page.click('button.main');
      await page.waitForURL('**/account?done=added');
      const drawer = new Map<string, { readonly kind: Kind; readonly credentials: Kept }>([
        ['My passkey', { kind: DEVICE, credentials: kept }],
        ['Blue key', { kind: BLUE, credentials: await key.kept() }],
      ]);
      await key.unplug();
      /** Each is of a device that is there; the last of them is touched. */
      const rounds = [['My passkey'], ['Blue key'], ['My passkey', 'Blue key'], ['Blue key', 'My passkey']];
      let prompts = 0;
      await page.exposeFunction('asked', () => {
        prompts += 1;
      });
      await page.addInitScript(`
      const get = navigator.credentials.get.bind(navigator.credentials);
      navigator.credentials.get = (options) => {
        asked();
        return get(options);
      };
    `);
      for (const names of rounds) {
        server.advance(60);
        const plugged = new Map<string, VirtualAuthenticator>();
        for (const name of names) {
          const { kind, credentials } = drawer.get(name) ?? assert.fail();
          const one = await VirtualAuthenticator.plugIn(cdp, kind);
          await one.isTouched(false);
          for (const credential of credentials) await one.put(credential);
          plugged.set(name, one);
        }
        const touched = names.at(-1) ?? '';
        await page.context().clearCookies();
        await open(page, { acr_values: 'phr' });
        await giveUsernameAndPassword(page, server.person(person));
        await page.waitForURL('**/challenge?**');
        assert.match((await page.textContent('main')) ?? '', /Use “My passkey” or “Blue key”/);
        prompts = 0;
        await plugged.get(touched)?.isTouched(true);
        await page.click('button.main');
        assert.ok(await isBack(page), touched);
        assert.equal(prompts, 1);
        await page.goto(server.at('account/activity'));
        assert.match((await page.textContent('.owned li')) ?? '', new RegExp(touched));
        for (const [name, one] of plugged) {
          drawer.set(name, { kind: (drawer.get(name) ?? assert.fail()).kind, credentials: await one.kept() });
          await one.unplug();
        }
      }
    });
  }

  it('by keyboard alone, and axe finds nothing, in light and dark, English and German, wide and at 360 pixels', async () => {
    for (const look of [
      { colorScheme: 'light', locale: 'en-GB', viewport: { width: 1000, height: 800 } },
      { colorScheme: 'dark', locale: 'de-DE', viewport: { width: 360, height: 740 } },
    ] as const) {
      const { page, authenticator } = await desk(DEVICE, look);
      await toTheOffer(page, 'ida');
      assert.deepEqual(await faultsOn(page), []);
      await authenticator.verifies(false);
      await page.click('button.main');
      await problemOn(page);
      assert.deepEqual(await faultsOn(page), [], 'with an error');
      await authenticator.isTouched(false);
      await page.context().clearCookies();
      await open(page);
      await page.waitForSelector(`${PRESS}:visible`);
      assert.deepEqual(await faultsOn(page), []);
      for (let presses = 0; presses < 12; presses += 1) {
        if (await page.evaluate(() => document.activeElement?.matches('[data-passkey-button]') ?? false)) break;
        await page.keyboard.press('Tab');
      }
      await authenticator.isTouched(true);
      await page.keyboard.press('Enter');
      await problemOn(page);
      assert.deepEqual(await faultsOn(page), []);
      server.advance(60);
    }
  });
});
