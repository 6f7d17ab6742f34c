/** Approval on another device: by the very device, with the number of the page, once; and nobody is asked until they give in. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { describe, it } from 'node:test';
import type { Stop } from '../testing/browser.ts';
import { TestBrowser } from '../testing/browser.ts';
import { answerOf, authorizeUrl, claimsOf, redeem, signInAndStepUp } from '../testing/flow.ts';
import { connectPhone, numberOn } from '../testing/phone.ts';
import { ROBIN, SAM } from '../testing/test-config.ts';
import type { ConfigChange, TestServer } from '../testing/test-server.ts';
import { testServer } from '../testing/test-server.ts';
import { factorNamed } from './factors.ts';

const TRANSFER = { scope: 'openid transfer:funds' };
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

/** Robin at the page that asks for a second proof. */
const challenged = async (server: TestServer, browser = new TestBrowser(server)): Promise<Stop> => {
  await signInAndStepUp(server, {}, browser);
  return browser.go(authorizeUrl(TRANSFER));
};

const begin = async (t: TestContext, change?: ConfigChange) => {
  const server = await testServer(t, change);
  const phone = await connectPhone(server);
  const browser = new TestBrowser(server, '203.0.113.9');
  const ask = async (page: Stop): Promise<Stop> => browser.submit(page, { authenticator: phone.id, open: '1' });
  return { server, phone, browser, ask };
};

/** Asked, up to the page that shows the number. */
const asked = async (t: TestContext, change?: ConfigChange) => {
  const all = await begin(t, change);
  const page = await all.ask(await challenged(all.server, all.browser));
  return { ...all, page, number: numberOn(page.html) };
};

const goOn = (browser: TestBrowser, page: Stop): Promise<Stop> => browser.submit(page, {});

const typesOf = async ({ store }: TestServer): Promise<readonly string[]> =>
  (await store.audit.ofUser(ROBIN.id, 50)).map(({ type }) => type);

describe('approving', () => {
  it('gives the level to the session that asked, as a proof of possession', async (t) => {
    const { server, phone, browser, page, number } = await asked(t);
    assert.match(number, /^[1-9]\d$/);
    const question = await phone.question();
    assert.deepEqual((await phone.answer(question, 'approve', number)).body, { decision: 'approve' });
    const stop = await goOn(browser, page);
    const { body } = await redeem(server, stop);
    const { acr, amr } = claimsOf(body.access_token);
    assert.deepEqual([acr, amr], ['mfa', ['mfa', 'pwd', 'swk']]);
  });

  it('T26: the device is shown what is approved, for whom, from where and when, and not the number', async (t) => {
    const { server, phone, browser, ask } = await begin(t);
    const first = await challenged(server, browser);
    const send = browser.send.bind(browser);
    browser.send = (path, init) => {
      const headers = new Headers(init?.headers);
      headers.set('user-agent', FIREFOX);
      return send(path, { ...init, headers });
    };
    const page = await ask(first);
    const { shown } = await phone.question();
    const { ceremony, ...facts } = shown;
    assert.match(String(ceremony), /^cer_/);
    assert.deepEqual(facts, {
      application: 'Fabrikam Intranet',
      what: 'Transfer money',
      browser: 'Firefox, Linux',
      place: '203.0.113.*',
      asked_at: server.deps.now(),
      answer_by: server.deps.now() + 90,
    });
    assert.doesNotMatch(JSON.stringify(facts), new RegExp(`\\b${numberOn(page.html)}\\b`));
  });

  it('T26: the page says what it waits for, and offers the other ways', async (t) => {
    const { page } = await asked(t);
    assert.match(page.html, /Robin’s phone/);
    assert.match(page.html, /http-equiv="refresh"/);
    assert.match(page.html, /authenticator app/);
  });

  it('nothing is asked before somebody presses the button', async (t) => {
    const { server, phone, browser } = await begin(t);
    const page = await challenged(server, browser);
    assert.match(page.html, /name="open"/);
    assert.deepEqual((await phone.poll()).body.questions, []);
  });

  it('a press before there is an answer is told so, and proves nothing', async (t) => {
    const { browser, page } = await asked(t);
    const again = await goOn(browser, page);
    assert.equal(again.status, 400);
    assert.match(again.html, /no answer from your device yet/);
  });

  it('an answer of the last second still leads on', async (t) => {
    const { server, phone, browser, page, number } = await asked(t);
    const question = await phone.question();
    server.advance(89);
    assert.equal((await phone.answer(question, 'approve', number)).status, 200);
    server.advance(30);
    assert.ok(answerOf(await goOn(browser, page)).code);
  });

  it('an answer that comes later is none', async (t) => {
    const { server, phone, browser, page, number } = await asked(t);
    const question = await phone.question();
    server.advance(90);
    assert.deepEqual((await phone.poll()).body.questions, []);
    assert.equal((await phone.answer(question, 'approve', number)).status, 410);
    assert.match((await goOn(browser, page)).html, /no answer from your device yet/);
    server.advance(60);
    assert.match((await goOn(browser, page)).html, /Nobody answered in time/);
  });
});

describe('denying', () => {
  it('ends the question: an approval that comes after it is too late', async (t) => {
    const { phone, browser, page, number } = await asked(t);
    const question = await phone.question();
    assert.deepEqual((await phone.answer(question, 'deny')).body, { decision: 'deny' });
    assert.equal((await phone.answer(question, 'approve', number)).status, 410);
    const after = await goOn(browser, page);
    assert.equal(after.status, 400);
    assert.match(after.html, /declined on your device/);
  });

  it('approving with another number is a denial: there is one guess, and it is final', async (t) => {
    const { phone, browser, page, number } = await asked(t);
    const question = await phone.question();
    const wrong = String(((Number(number) - 10 + 1) % 90) + 10);
    assert.deepEqual((await phone.answer(question, 'approve', wrong)).body, { decision: 'mismatch' });
    assert.equal((await phone.answer(question, 'approve', number)).status, 410);
    assert.match((await goOn(browser, page)).html, /Another number was typed/);
  });

  it('a report ends the session that asked, and is remembered', async (t) => {
    const { server, phone, browser, page } = await asked(t);
    assert.equal((await phone.answer(await phone.question(), 'report')).status, 200);
    const types = await typesOf(server);
    assert.ok(types.includes('push.reported') && types.includes('session.ended'));
    assert.match((await goOn(browser, page)).url, /^\/login/);
  });

  it('a report is told to its owner by mail, with where the question came from', async (t) => {
    const { server, phone } = await asked(t, (config) => ({ ...config, issuer: 'http://localhost:9000/' }));
    await phone.answer(await phone.question(), 'report');
    const [mail, ...more] = server.deps.notify.mailbox?.messages() ?? [];
    assert.deepEqual([mail?.to, more], ['robin@fabrikam.example', []]);
    assert.match(mail?.text ?? '', /203\.0\.113/);
  });

  it('a report leaves the session alone where that is configured', async (t) => {
    const { phone, browser, page } = await asked(t, (config) => ({ ...config, push: { endReportedSession: false } }));
    await phone.answer(await phone.question(), 'report');
    assert.match((await goOn(browser, page)).html, /declined on your device/);
  });
});

describe('nobody is asked until they give in', () => {
  it('one question at a time: another session cannot ask while one is open', async (t) => {
    const { server, phone, page, number } = await asked(t);
    const question = await phone.question();
    const thief = new TestBrowser(server, '198.51.100.66');
    const refused = await thief.submit(await challenged(server, thief), { authenticator: phone.id, open: '1' });
    assert.equal(refused.status, 400);
    assert.match(refused.html, /asked something already/);
    assert.equal((await phone.question()).ceremony, question.ceremony);
    assert.equal(numberOn(page.html), number);
  });

  it('the session that asked may ask anew, and the former question is over', async (t) => {
    const { phone, ask, page, number } = await asked(t);
    const former = await phone.question();
    const anew = await ask(page);
    const latter = await phone.question();
    assert.notEqual(latter.ceremony, former.ceremony);
    assert.equal((await phone.answer(former, 'approve', number)).status, 410);
    assert.equal((await phone.answer(latter, 'approve', numberOn(anew.html))).status, 200);
  });

  it('after denials in a row the pause grows, other ways stay open, and an approval forgets them', async (t) => {
    const { server, phone, browser, ask, page } = await asked(t);
    await phone.answer(await phone.question(), 'deny');
    const paused = await ask(page);
    assert.equal(paused.status, 429);
    assert.equal(paused.response.headers.get('retry-after'), '60');
    assert.match(paused.html, /authenticator app/);
    server.advance(60);
    await ask(page);
    await phone.answer(await phone.question(), 'deny');
    assert.equal((await ask(page)).response.headers.get('retry-after'), '300');
    server.advance(300);
    const last = await ask(page);
    await phone.answer(await phone.question(), 'approve', numberOn(last.html));
    const [authenticator] = (await server.store.authenticators.ofUser(ROBIN.id)).filter(({ id }) => id === phone.id);
    assert.deepEqual(authenticator?.material.denials, { count: 0, lastAt: 0 });
    assert.ok(answerOf(await goOn(browser, last)).code);
  });

  it('the pause is the person’s: their other device is not asked either', async (t) => {
    const { server, browser, phone, page } = await asked(t);
    const tablet = await connectPhone(server, { id: 'auth_tablet' });
    await phone.answer(await phone.question(), 'report');
    const fresh = await challenged(server, browser);
    const refused = await browser.submit(fresh, { authenticator: tablet.id, open: '1' });
    assert.equal(refused.status, 429);
    assert.equal(page.status, 200);
  });

  it('so many questions are free, and then it takes time, whoever asks', async (t) => {
    const { server, phone, browser, ask } = await begin(t, (config) => ({
      ...config,
      limits: { pushAsked: { burst: 2, every: 300 } },
    }));
    const page = await challenged(server, browser);
    for (let i = 0; i < 2; i += 1) assert.equal((await ask(page)).status, 200);
    const refused = await ask(page);
    assert.equal(refused.status, 429);
    assert.match(refused.html, /asked too often/);
    server.advance(300);
    assert.equal((await ask(page)).status, 200);
    assert.ok((await phone.question()).ceremony);
  });
});

describe('once, and for one purpose', () => {
  it('law 5: an approval that was used is not used again', async (t) => {
    const { server, phone, browser, page, number } = await asked(t);
    await phone.answer(await phone.question(), 'approve', number);
    assert.ok(answerOf(await goOn(browser, page)).code);
    server.advance(60);
    const later = await browser.go(authorizeUrl({ ...TRANSFER, max_age: '30', state: 'again' }));
    assert.match(later.url, /^\/challenge/);
    assert.equal(
      (await goOn(browser, { ...later, html: later.html.replace('auth_user_robin_totp', phone.id) })).status,
      400,
    );
  });

  it('T13: what was asked for another purpose, of another device or another person proves nothing', async (t) => {
    const { server, phone, browser, page, number } = await asked(t);
    const question = await phone.question();
    await phone.answer(question, 'approve', number);
    const ceremony = await server.store.ceremonies.find(question.ceremony, server.deps.now());
    const [authenticator] = (await server.store.authenticators.ofUser(ROBIN.id)).filter(({ id }) => id === phone.id);
    const user = await server.store.users.find(ROBIN.id);
    assert.ok(ceremony && authenticator && user);
    const request = new Request('https://login.fabrikam.example/challenge');
    const { translate } = await import('../pages/messages.ts');
    const who = {
      user,
      authenticator,
      request,
      caller: { address: '192.0.2.1', requestId: 'req' },
      t: translate('en'),
    };
    const factor = factorNamed('push');
    const check = (other: Partial<typeof ceremony>) =>
      factor?.check(
        { ...who, application: 'Bank' },
        () => undefined,
        { ...ceremony, ...other },
        server.deps.now(),
        server.deps,
      );
    assert.equal((await check({}))?.valid, true);
    for (const other of [
      { purpose: 'enrol' },
      { purpose: 'recover' },
      { factor: 'phone' },
      { authenticatorId: 'auth_tablet' },
      { userId: SAM.id },
      { id: `cer_${'x'.repeat(24)}` },
      { data: { ...ceremony.data, number: '00' } },
      { data: { ...ceremony.data, answerBy: Number(ceremony.data.answerBy) + 1 } },
    ] as const) {
      assert.equal((await check(other))?.valid, false, JSON.stringify(other));
    }
    assert.ok(answerOf(await goOn(browser, page)).code);
  });

  it('the device of one person does not answer for another, nor the other device of the same', async (t) => {
    const { server, phone, number } = await asked(t);
    const question = await phone.question();
    const tablet = await connectPhone(server, { id: 'auth_tablet' });
    const sams = await connectPhone(server, { id: 'auth_sams', user: SAM.id });
    for (const other of [tablet, sams]) {
      assert.deepEqual((await other.poll()).body.questions, []);
      assert.equal((await other.answer(question, 'approve', number)).status, 410);
    }
    assert.equal((await phone.answer(question, 'approve', number)).status, 200);
  });

  it('T10: an approval answers in the session that asked, and in no other of the same person', async (t) => {
    const { server, phone, number } = await asked(t);
    await phone.answer(await phone.question(), 'approve', number);
    const other = new TestBrowser(server, '198.51.100.66');
    const page = await challenged(server, other);
    const tried = await other.submit(page, { authenticator: phone.id });
    assert.match(tried.html, /Nobody answered in time/);
  });

  it('no number, key or signature is logged or audited', async (t) => {
    const { server, phone, browser, page, number } = await asked(t);
    const question = await phone.question();
    const message = phone.device.answer(question, 'approve', number);
    await phone.post('/push/answer', message);
    await goOn(browser, page);
    const records = JSON.stringify(await server.store.audit.recent(100));
    const said = `${server.logged.join('\n')}\n${records}`;
    for (const secret of [message, message.split('.')[2] ?? '', phone.device.thumbprint, `"number"`]) {
      assert.ok(!said.includes(secret));
    }
  });
});
