/** Addresses and numbers become somebody's by the code that reaches them: on the account pages, and behind the guard where that is allowed. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { describe, it } from 'node:test';
import { authenticatorsOf, proven } from '../testing/account.ts';
import type { Stop } from '../testing/browser.ts';
import { TestBrowser } from '../testing/browser.ts';
import { answerOf, authorizeUrl } from '../testing/flow.ts';
import { mailedBy, startMailServer } from '../testing/mail-server.ts';
import { phonedBy, startPhoneService } from '../testing/phone-service.ts';
import { ROBIN, SAM } from '../testing/test-config.ts';
import type { ConfigChange, TestServer } from '../testing/test-server.ts';
import { testServer } from '../testing/test-server.ts';
import { issueEnrolmentTicket } from './enrolment-ticket.ts';

const begin = async (t: TestContext, change: ConfigChange = (config) => config) => {
  const [mailServer, service] = [await startMailServer(t), await startPhoneService(t)];
  const server = await testServer(t, (config) => change(phonedBy(service)(mailedBy(mailServer)(config))));
  return { mailServer, service, server };
};

/** On the page that asks for an address or a number. */
const asking = async (browser: TestBrowser, factor: string): Promise<Stop> =>
  browser.submit(await browser.go('/account/add'), { factor });

const added = async (server: TestServer, factor: string) =>
  (await authenticatorsOf(server, ROBIN)).filter((one) => one.factor === factor);

const another = (code: string): string => String((Number(code) + 1) % 1_000_000).padStart(6, '0');

describe('an address', () => {
  it('is added by the code that is mailed to it, and is named without giving it away', async (t) => {
    const { mailServer, server } = await begin(t);
    const browser = await proven(server);
    const question = await browser.submit(await asking(browser, 'email'), { email: ' Robin.Home@Mail.example ' });
    await server.deps.notify.idle();
    assert.deepEqual(mailServer.mails.at(-1)?.to, ['Robin.Home@mail.example']);
    assert.equal((await browser.submit(question, { code: another(mailServer.code()) })).status, 400);
    assert.deepEqual(await added(server, 'email'), []);
    await browser.submit(question, { code: mailServer.code() });
    const [email, ...more] = await added(server, 'email');
    assert.deepEqual(email?.material, { address: 'Robin.Home@mail.example' });
    assert.equal(email.name, 'E-mail R…@mail.example');
    assert.equal(more.length, 0);
  });

  it('is not added twice', async (t) => {
    const { mailServer, server } = await begin(t);
    const browser = await proven(server);
    for (let times = 0; times < 2; times += 1) {
      const question = await browser.submit(await asking(browser, 'email'), { email: 'home@mail.example' });
      await server.deps.notify.idle();
      await browser.submit(question, { code: codeTo(mailServer, 'home@mail.example') });
      await server.deps.notify.idle();
    }
    assert.equal((await added(server, 'email')).length, 1);
  });

  it('that is none is told so, and nothing is mailed', async (t) => {
    const { mailServer, server } = await begin(t);
    const browser = await proven(server);
    for (const email of ['', 'robin', 'a@b.example,c@d.example', 'a@b.example\r\nBcc: c@d.example', '"x"@b.example']) {
      const refused = await browser.submit(await asking(browser, 'email'), { email });
      assert.equal(refused.status, 400, email);
      assert.match(refused.html, /not an e-mail address/);
    }
    await server.deps.notify.idle();
    assert.deepEqual(mailServer.mails, []);
  });
});

const codeTo = (mailServer: Awaited<ReturnType<typeof startMailServer>>, address: string): string => {
  const mail = mailServer.mails.findLast(({ to, text }) => to[0] === address && /^ {4}\d{6}\r?$/m.test(text));
  return /^ {4}(\d{6})\r?$/m.exec(mail?.text ?? '')?.[1] ?? 'none';
};

describe('a number', () => {
  it('is added by the code that is sent to it', async (t) => {
    const { service, server } = await begin(t);
    const browser = await proven(server);
    const question = await browser.submit(await asking(browser, 'phone'), { phone_number: '+49 (0)1511 234-5623' });
    await server.deps.notify.idle();
    assert.equal(service.calls.at(-1)?.form.get('To'), '+4915112345623');
    await browser.submit(question, { code: service.code() });
    const [phone] = await added(server, 'phone');
    assert.deepEqual(phone?.material, { number: '+4915112345623', channel: 'sms' });
    assert.equal(phone.name, 'Phone +49…23');
  });

  it('that is none, is abroad or would have to be called is told so, and costs nothing', async (t) => {
    const { service, server } = await begin(t);
    const browser = await proven(server);
    for (const [answer, words] of [
      [{ phone_number: '0151 12345623' }, /not a phone number/],
      [{ phone_number: '+4915112345623\r\n+4915112345624' }, /not a phone number/],
      [{ phone_number: '+4915112345623', preferred_authentication_method: 'pigeon' }, /not a phone number/],
      [{ phone_number: '+18765550143' }, /do not send messages to that country/],
      [{ phone_number: '+4915112345623', preferred_authentication_method: 'voice' }, /do not call/],
    ] as const) {
      const refused = await browser.submit(await asking(browser, 'phone'), answer);
      assert.equal(refused.status, 400);
      assert.match(refused.html, words);
    }
    assert.deepEqual(service.calls, []);
  });
});

it('a page offers to call only where that is configured', async (t) => {
  for (const voice of [false, true]) {
    const { server } = await begin(t, (config) => ({ ...config, phone: { ...config.phone, voice } }));
    const page = await asking(await proven(server), 'phone');
    assert.equal(page.html.includes('value="voice"'), voice);
  }
});

describe('behind the guard', () => {
  const guarded = async (server: TestServer): Promise<{ readonly browser: TestBrowser; readonly passed: Stop }> => {
    const browser = new TestBrowser(server);
    await browser.signIn(await browser.go(authorizeUrl()), SAM);
    const guard = await browser.go(authorizeUrl({ acr_values: 'mfa' }));
    return {
      browser,
      passed: await browser.submit(guard, { ticket: await issueEnrolmentTicket(SAM.id, server.deps) }),
    };
  };

  it('T8: neither is offered unless it is configured so', async (t) => {
    const { server } = await begin(t);
    const { passed } = await guarded(server);
    assert.doesNotMatch(passed.html, /value="(?:phone|email)"/);
  });

  it('a phone is enrolled where it is, and its code counts as the proof', async (t) => {
    const { service, server } = await begin(t, (config) => ({ ...config, phone: { ...config.phone, guarded: true } }));
    const { browser, passed } = await guarded(server);
    const ask = await browser.submit(passed, { use: 'phone' });
    const question = await browser.submit(ask, { phone_number: '+4915112345623' });
    await server.deps.notify.idle();
    const done = await browser.submit(question, { code: service.code() });
    assert.ok(answerOf(await browser.submit(done, { kept: '1' })).code);
    assert.ok((await authenticatorsOf(server, SAM)).some(({ factor }) => factor === 'phone'));
  });
});
