/**
 * The pages that Actions lead people to, in Chromium, by keyboard alone and with axe looking on: challenges of one factor and of several,
 * enrolments of one and of several, demands with a reason, refusals, and the way back from another site that went wrong.
 */
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import type { ConfigInput } from '@stile/server';
import { createLog, runCommand } from '@stile/server';
import { Secret, TOTP } from 'otpauth';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { listenAnywhere } from '../api.ts';
import { launchChromium } from '../chromium.ts';
import { authorizationUrl } from '../flow.ts';
import { enter, press, tabTo, type } from '../keyboard.ts';
import { faultsOn } from '../webauthn/axe.ts';
import type { ActionsServer, Script } from './actions-server.ts';
import { onPostLogin, startActionsServer } from './actions-server.ts';

const LOOKS = [
  { colorScheme: 'light', locale: 'en-GB', viewport: { width: 1000, height: 800 } },
  { colorScheme: 'dark', locale: 'de-DE', viewport: { width: 360, height: 740 } },
] as const satisfies readonly BrowserContextOptions[];

const REASON = 'You are about to see what everybody earns. Ask <b>payroll</b> about it.';
const REFUSAL = 'Closed for stocktaking until Monday.';

/** Each is for those whose name begins so: one for each look. */
const SCRIPTS: Readonly<Record<string, string>> = {
  one: "if (!event.authentication.methods.some(({ name }) => name === 'mfa')) api.authentication.challengeWith({ type: 'otp' });",
  any: 'api.authentication.challengeWithAny(event.user.enrolledFactors.map(({ type }) => ({ type })));',
  step: `await api.stepUp.require({ acr: 'mfa', reason: '${REASON}' });`,
  app: "if (event.user.multifactor.length === 0) api.authentication.enrollWith({ type: 'otp' });",
  some: "if (event.user.multifactor.length === 0) api.authentication.enrollWithAny([{ type: 'webauthn-platform' }, { type: 'otp' }, { type: 'phone' }]);",
  need: `await api.stepUp.require({ acr: 'mfa', reason: '${REASON}' });`,
  keep: "api.multifactor.enable('any', { allowRememberBrowser: true });",
  deny: `api.access.deny('${REFUSAL}');`,
};

const forEach: readonly Script[] = Object.entries(SCRIPTS).map(([name, body]) =>
  onPostLogin(name, `if (!event.user.username.startsWith('${name}-')) return;\n${body}`),
);

const application = await listenAnywhere();
application.serve((_request, response) => response.end('<!doctype html><title>back</title>'));
const callback = `${application.origin.replace('localhost', '127.0.0.1')}/callback`;

const away: Script = {
  name: 'away',
  code: `
    exports.onExecutePostLogin = async (event, api) => {
      if (event.user.username.startsWith('away-')) api.redirect.sendUserTo('${application.origin}/verify');
    };
    exports.onContinuePostLogin = async (event, api) => { api.redirect.validateToken({ secret: 'shared between both' }); };`,
};

type User = NonNullable<ConfigInput['users']>[number];

/** Without an app, and without a mailbox that would do. */
const withPasswordAlone = ({ id, username, password }: User): User => ({ id, username, password });

let server: ActionsServer;
let browser: Browser;
before(async () => {
  server = await startActionsServer({
    people: [...Object.keys(SCRIPTS), 'away'].flatMap((name) => LOOKS.map((_, index) => `${name}-${index}`)),
    change: (config) => ({
      ...config,
      mail: { verifiedAddress: true },
      phone: { regions: ['+49'] },
      rememberDevice: { acr: 'mfa' },
      clients: config.clients?.map((one) => (one.id === 'payroll' ? { ...one, redirectUris: [callback] } : one)),
      users: config.users?.map((user) => (/^(?:app|some|need)-/.test(user.username) ? withPasswordAlone(user) : user)),
    }),
    actions: [...forEach, away],
  });
  browser = await launchChromium();
});
after(async () => {
  await browser.close();
  await server.close();
  await application.close();
});

const ticketFor = async (username: string): Promise<string> => {
  const printed: string[] = [];
  const { config } = server.deps;
  await runCommand(['ticket', username], {
    config,
    log: createLog('silent'),
    print: (line) => void printed.push(line),
  });
  return /: (\S+)$/.exec(printed[0] ?? '')?.[1] ?? assert.fail('There is a ticket.');
};

const path = (page: Page): string => new URL(page.url()).pathname;

/** Nothing is wrong with the page, none of it is outside of the window, and it is in the language of the browser. */
const isFine = async (page: Page, language: string): Promise<void> => {
  assert.deepEqual(await faultsOn(page), [], page.url());
  const isWider = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
  assert.equal(isWider, false, `${page.url()} is wider than the window`);
  assert.equal(await page.getAttribute('html', 'lang'), language);
};

for (const [index, look] of LOOKS.entries()) {
  describe(`by keyboard alone, ${look.colorScheme}, ${look.locale}, ${look.viewport.width} pixels`, () => {
    const language = look.locale.slice(0, 2);
    let page: Page;
    beforeEach(async () => {
      page = await (await browser.newContext(look)).newPage();
    });
    afterEach(() => page.context().close());

    const open = () => page.goto(authorizationUrl(server, { client_id: 'native', redirect_uri: callback }).href);

    /** Signs in; whatever page comes then is fine. */
    const arrive = async (name: string): Promise<string> => {
      const username = `${name}-${index}`;
      await open();
      await type(page, '#username', username);
      await type(page, '#password', server.person(username).password);
      await enter(page);
      if (page.url().startsWith(server.issuer)) await isFine(page, language);
      return username;
    };

    const giveCode = async (code: string): Promise<void> => {
      await type(page, '#code', code);
      await enter(page);
    };

    const answer = (): Readonly<Record<string, string>> => {
      assert.ok(page.url().startsWith(callback), page.url());
      return Object.fromEntries(new URL(page.url()).searchParams);
    };

    /** The code in the mailbox that is for one person. */
    const codeMailedTo = async (username: string): Promise<string> => {
      const tab = await page.context().newPage();
      const mail = tab.locator('article', { hasText: `${username}@` });
      do await tab.goto(server.at('dev/mailbox'));
      while ((await mail.count()) === 0);
      const text = (await mail.first().textContent()) ?? '';
      await tab.close();
      return /(?<!\d)\d{6}(?!\d)/.exec(text)?.[0] ?? '';
    };

    const wordsOf = async (): Promise<string> => ((await page.textContent('main')) ?? '').replaceAll(/\s+/g, ' ');

    it('a challenge of one factor asks for that, with a wrong code first', async () => {
      const username = await arrive('one');
      assert.equal(path(page), '/challenge');
      assert.equal(await page.locator('button.way').count(), 0, 'no other will do');
      await giveCode('000000');
      await page.waitForSelector('[aria-invalid]');
      await isFine(page, language);
      await giveCode(server.person(username).code());
      assert.ok(answer().code);
    });

    it('T26: a challenge of any that somebody has offers each of them, and the one that is chosen will do', async () => {
      await arrive('any');
      assert.equal(path(page), '/challenge');
      const offered = await page.locator('button.way').allInnerTexts();
      assert.deepEqual(offered.length, 1, offered.join());
      await press(page, 'button.way');
      await isFine(page, language);
      await giveCode(await codeMailedTo(`any-${index}`));
      assert.ok(answer().code);
    });

    it('T26: a demand says why in the words of its author, as text, and whoever cancels goes back with an error', async () => {
      const username = await arrive('step');
      assert.equal(path(page), '/challenge');
      assert.ok((await wordsOf()).includes(REASON), await wordsOf());
      await press(page, 'button[name=cancel]');
      assert.equal(answer().error, 'access_denied');
      await page.goBack();
      await isFine(page, language);
      assert.equal(await page.locator('#code').count(), 0, 'the page is over');
      await open();
      assert.ok((await wordsOf()).includes(REASON), 'another request is another question');
      await giveCode(server.person(username).code());
      assert.ok(answer().code);
    });

    it('an enrolment of one factor asks for the set-up code, connects the app, and shows recovery codes', async () => {
      const username = await arrive('app');
      assert.equal(path(page), '/enrol');
      await type(page, '#ticket', 'AAAA');
      await enter(page);
      await isFine(page, language);
      await type(page, '#ticket', await ticketFor(username));
      await enter(page);
      await isFine(page, language);
      await connectApp();
    });

    it('an enrolment of any of several lets people choose, and change their mind', async () => {
      const username = await arrive('some');
      await type(page, '#ticket', await ticketFor(username));
      await enter(page);
      await isFine(page, language);
      // A phone is not enrolled by whoever has a password and a set-up code.
      assert.equal(await page.locator('button.way').count(), 2);
      await press(page, 'button.way[value=webauthn]');
      await isFine(page, language);
      await press(page, 'button.way[value=totp]');
      await isFine(page, language);
      await connectApp();
    });

    const connectApp = async (): Promise<void> => {
      const secret = new URL((await page.getAttribute('a[href^="otpauth:"]', 'href')) ?? '').searchParams.get('secret');
      const app = new TOTP({ secret: Secret.fromBase32(secret ?? '') });
      await giveCode(app.generate({ timestamp: server.now() * 1000 }));
      await isFine(page, language);
      await press(page, 'button[name=kept]');
      assert.ok(answer().code);
    };

    it('T26: an enrolment that a demand leads to says why as well, on each of its pages', async () => {
      const username = await arrive('need');
      assert.equal(path(page), '/enrol');
      assert.ok((await wordsOf()).includes(REASON), await wordsOf());
      await type(page, '#ticket', await ticketFor(username));
      await enter(page);
      await isFine(page, language);
      assert.ok((await wordsOf()).includes(REASON), await wordsOf());
      await press(page, 'button.way');
      await isFine(page, language);
      assert.ok((await wordsOf()).includes(REASON), await wordsOf());
      await press(page, 'button[name=cancel]');
      assert.equal(answer().error, 'access_denied');
    });

    it('a refusal goes back to the application in the words of its author, and no page is in between', async () => {
      await arrive('deny');
      const { error, error_description: said } = answer();
      assert.deepEqual([error, said], ['access_denied', REFUSAL]);
    });

    it('a browser can be remembered where the Action allows it, and is not asked again', async () => {
      const username = await arrive('keep');
      await type(page, '#code', server.person(username).code());
      await tabTo(page, '[name=remember]');
      await page.keyboard.press('Space');
      await press(page, 'button.main');
      assert.ok(answer().code);
      await page.goto(server.at('v2/logout'));
      if ((await page.locator('button.main').count()) > 0) await press(page, 'button.main');
      await arrive('keep');
      assert.ok(answer().code);
    });

    it('a way back of nobody in this browser is a page that says so, and one that is not signed goes back with an error', async () => {
      await page.goto(server.at('continue?state=int_invented'));
      await isFine(page, language);
      await arrive('away');
      await page.waitForURL(`${application.origin}/verify?**`);
      const state = new URL(page.url()).searchParams.get('state') ?? '';
      await page.goto(server.at(`continue?state=${state}&session_token=none`));
      assert.equal(answer().error, 'server_error');
    });
  });
}
