/** Approval between two browsers: one connects itself and keeps its key, the other steps up. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Deps } from '@stile/server';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { issueEnrolmentTicket } from '../../packages/server/src/factors/enrolment-ticket.ts';
import { startAuthorizationServer } from '../authorization-server.ts';
import { giveCode, giveUsernameAndPassword, launchChromium } from '../chromium.ts';
import { CALLBACK } from '../fabrikam.ts';
import { authorizationUrl } from '../flow.ts';
import { invite } from './devices.ts';

/** Has a password and nothing else. */
const FINN = { id: 'user_finn', username: 'finn', password: 'purple otters juggle lemons' } as const;

let captured: Deps | undefined;
const server = await startAuthorizationServer({
  people: ['ada', 'ben', 'cleo', 'dan', 'eve'],
  change: (config) => ({ ...config, push: { services: [] }, users: [...(config.users ?? []), FINN] }),
  replace: (deps) => {
    captured = deps;
    return deps;
  },
});
after(() => server.close());

let browser: Browser;
before(async () => {
  browser = await launchChromium();
});
after(() => browser.close());

const TRANSFER = { scope: 'openid transfer:funds' } as const;

const newContext = (options: Parameters<Browser['newContext']>[0] = {}): Promise<BrowserContext> =>
  browser.newContext(options);

/** The code that the application is given; nobody is there to take it. */
const codeGiven = async (page: Page): Promise<string | null> => {
  const request = await page.waitForRequest((one) => one.url().startsWith(CALLBACK));
  return new URL(request.url()).searchParams.get('code');
};

/** Another browser of somebody's, connected at the page of approvals. */
const phoneOf = async (username: string): Promise<{ readonly page: Page; readonly authenticator: string }> => {
  const deps = captured;
  assert.ok(deps);
  const { id } = server.person(username);
  const invitation = await invite(deps, id);
  const { address } = invitation;
  const page = await (await newContext()).newPage();
  await page.goto(address);
  await page.fill('#name', 'Second browser');
  await page.click('[data-join] button');
  await page.waitForSelector('[data-outcome]:not([hidden])');
  assert.match((await page.textContent('[data-outcome]')) ?? '', /Ready/);
  assert.equal(new URL(page.url()).hash, '');
  return { page, authenticator: await invitation.connect() };
};

/** Somebody who is signed in and asked for a second proof, with the question open. */
const asking = async (username: string, options: Parameters<Browser['newContext']>[0] = {}): Promise<Page> => {
  const page = await (await newContext(options)).newPage();
  await page.goto(authorizationUrl(server, TRANSFER).href);
  await giveUsernameAndPassword(page, server.person(username));
  await page.click('button[name=open]');
  await page.waitForSelector('.match dd');
  return page;
};

const numberOn = async (page: Page): Promise<string> => (await page.textContent('.match dd'))?.trim() ?? '';

describe('approval between two browsers', () => {
  it('the one shows what is asked, its owner types the number, and the other goes home by itself', async () => {
    const phone = await phoneOf('ada');
    const page = await asking('ada');
    await phone.page.waitForSelector('[data-part=question]:not([hidden])');
    const said = (await phone.page.textContent('[data-part=question]')) ?? '';
    for (const fact of ['Fabrikam Intranet', 'Transfer money', 'ada', 'Chrome', '127.0.0.*']) {
      if (fact === '127.0.0.*') assert.match(said, /127\.0\.0\.\*|0:0:0:\*/);
      else assert.ok(said.includes(fact), fact);
    }
    await phone.page.fill('#number', await numberOn(page));
    const given = codeGiven(page);
    await phone.page.press('#number', 'Enter');
    assert.ok(await given);
    assert.match((await phone.page.textContent('[data-outcome]')) ?? '', /Approved/);
  });

  it('the key stays in its browser: it is kept there, signs, and cannot be taken out', async () => {
    const { page } = await phoneOf('ben');
    const taken = await page.evaluate(async () => {
      const done = <T>(request: IDBRequest<T>) =>
        new Promise<T>((resolve, reject) => {
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(new Error('unreadable'));
        });
      const database = await done(indexedDB.open('stile-approvals', 1));
      const [device] = await done(database.transaction('devices').objectStore('devices').getAll());
      const exported = await crypto.subtle.exportKey('jwk', device.privateKey).then(
        () => 'taken',
        () => 'kept',
      );
      return [device.privateKey.extractable, exported];
    });
    assert.deepEqual(taken, [false, 'kept']);
  });

  it('a denial is shown where it was asked, with the other ways, and the phone is asked no more for now', async () => {
    const phone = await phoneOf('cleo');
    const page = await asking('cleo');
    await phone.page.waitForSelector('[data-part=question]:not([hidden])');
    await phone.page.click('button[value=deny]');
    await page.waitForSelector('[role=alert]');
    assert.match((await page.textContent('[role=alert]')) ?? '', /declined on your device/);
    assert.match((await page.textContent('main')) ?? '', /authenticator app/);
    await page.click('button[name=open]');
    await page.waitForSelector('text=we do not ask it for');
  });

  it('without scripts the page that asks looks again by itself, and a press leads on', async () => {
    const phone = await phoneOf('ada');
    const deps = captured;
    assert.ok(deps);
    const page = await (await newContext({ javaScriptEnabled: false })).newPage();
    await page.goto(authorizationUrl(server, TRANSFER).href);
    await giveUsernameAndPassword(page, server.person('ada'));
    // Two devices are connected by now: which one, is asked first.
    const choice = page.locator(`button[value="${phone.authenticator}"]`);
    if ((await choice.count()) > 0) await choice.click();
    else await page.click('button[name=open]');
    const number = await numberOn(page);
    await phone.page.waitForSelector('[data-part=question]:not([hidden])');
    await phone.page.fill('#number', number);
    await phone.page.click('button[value=approve]');
    await phone.page.waitForSelector('text=Approved');
    await page.waitForSelector('text=Approved. Go on here.');
    const given = codeGiven(page);
    await page.click('button.main');
    assert.ok(await given);
  });
});

/** Somebody on the page of their account where a device is connected. */
const connecting = async (username: string): Promise<Page> => {
  const page = await (await newContext()).newPage();
  await page.goto(server.at('account/add'));
  await giveUsernameAndPassword(page, server.person(username));
  await giveCode(page, server.person(username));
  await page.click('button[value=push]');
  await page.waitForSelector('[data-waits]');
  return page;
};

describe('connecting a device on the pages of the account', () => {
  it('this browser becomes the device, and approves what another asks', async () => {
    const phone = await connecting('dan');
    await phone.click('[data-here] button');
    await phone.waitForURL('**/account?done=added');
    assert.match((await phone.textContent('main')) ?? '', /Chrome, Linux/);
    await phone.goto(server.at('approve'));
    const page = await asking('dan');
    await phone.waitForSelector('[data-part=question]:not([hidden])');
    await phone.fill('#number', await numberOn(page));
    const given = codeGiven(page);
    await phone.click('button[value=approve]');
    assert.ok(await given);
  });

  it('another device opens the address, its owner sees its name and connects it', async () => {
    const page = await connecting('eve');
    await page.click('summary');
    const address = (await page.textContent('.address'))?.trim() ?? '';
    const phone = await (await newContext()).newPage();
    await phone.goto(address);
    await phone.fill('#name', 'Eve’s phone');
    await phone.click('[data-join] button');
    await page.waitForSelector('[data-found]:not([hidden])');
    assert.match((await page.textContent('[data-found]')) ?? '', /“Eve’s phone” is ready/);
    await page.click('button.main');
    await page.waitForURL('**/account?done=added');
    assert.match((await page.textContent('main')) ?? '', /Eve’s phone/);
    await asking('eve');
    await phone.waitForSelector('[data-part=question]:not([hidden])');
  });
});

describe('connecting a device behind the guard', () => {
  it('somebody without a second proof connects this browser with a ticket, and that is the proof', async () => {
    assert.ok(captured);
    const page = await (await newContext()).newPage();
    await page.goto(authorizationUrl(server, TRANSFER).href);
    await giveUsernameAndPassword(page, { ...server.person('ada'), ...FINN });
    await page.fill('#ticket', await issueEnrolmentTicket(FINN.id, captured));
    await page.click('button.main');
    await page.click('button[value=push]');
    await page.click('[data-here] button');
    await page.waitForSelector('#codes');
    const given = codeGiven(page);
    await page.click('button[name=kept]');
    assert.ok(await given);
  });
});

describe('being called', () => {
  it('a message wakes the device, which says that there is a question, and nothing of it', async () => {
    const context = await newContext();
    await context.grantPermissions(['notifications'], { origin: server.issuer });
    const page = await context.newPage();
    const registered = Promise.withResolvers<string>();
    const worker = await context.newCDPSession(page);
    worker.on('ServiceWorker.workerVersionUpdated', ({ versions }) => {
      const active = versions.find(({ status }) => status === 'activated');
      if (active) registered.resolve(active.registrationId);
    });
    await worker.send('ServiceWorker.enable');
    assert.ok(captured);
    const { address } = await invite(captured, server.person('ada').id);
    await page.goto(address);
    await page.click('[data-join] button');
    const registrationId = await registered.promise;
    const origin = new URL(server.issuer).origin;
    await worker.send('ServiceWorker.deliverPushMessage', { origin, registrationId, data: '{"kind":"question"}' });
    const said = await page.waitForFunction(async () => {
      const registration = await navigator.serviceWorker.getRegistration('/approve');
      const [notification] = (await registration?.getNotifications()) ?? [];
      return notification && `${notification.title} ${notification.body}`;
    });
    assert.match(String(await said.jsonValue()), /^Is this you\? Somebody asks for your approval\./);
  });
});
