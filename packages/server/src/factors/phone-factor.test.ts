/** Codes by phone, through a provider over HTTP: to countries that are named, within budgets, once; restricted. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { describe, it } from 'node:test';
import type { Stop } from '../testing/browser.ts';
import { TestBrowser } from '../testing/browser.ts';
import { answerOf, authorizeUrl, claimsOf, redeem, signInAndStepUp } from '../testing/flow.ts';
import { ACCOUNT_SID, AUTH_TOKEN, phonedBy, startPhoneService } from '../testing/phone-service.ts';
import { ROBIN } from '../testing/test-config.ts';
import type { TestServer } from '../testing/test-server.ts';
import { testServer } from '../testing/test-server.ts';
import { phoneFactor } from './phone-factor.ts';

const TRANSFER = { scope: 'openid transfer:funds' };
const NUMBER = '+4915112345623';

const givePhone = async ({ store, deps }: TestServer, id: string, number: string, channel = 'sms') => {
  await store.authenticators.enrol({
    userId: ROBIN.id,
    guard: null,
    authenticators: [
      {
        id,
        userId: ROBIN.id,
        factor: 'phone',
        name: 'Phone +49…23',
        material: { number, channel },
        lookup: null,
        createdAt: deps.now(),
        lastUsedAt: null,
        preferredAt: null,
      },
    ],
    consume: [],
    audit: [],
  });
  return id;
};

const begin = async (t: TestContext, channel = 'sms', more: Readonly<Record<string, unknown>> = {}) => {
  const service = await startPhoneService(t);
  const server = await testServer(t, phonedBy(service, more));
  const id = await givePhone(server, 'auth_phone', NUMBER, channel);
  const browser = new TestBrowser(server);
  await signInAndStepUp(server, {}, browser);
  const page = await browser.go(authorizeUrl(TRANSFER));
  const ask = async (from: Stop, authenticator = id): Promise<Stop> => {
    const asked = await browser.submit(from, { authenticator, open: '1' });
    await server.deps.notify.idle();
    return asked;
  };
  return { service, server, browser, page, ask };
};

describe('a code by text message', () => {
  it('goes out in the form of Twilio, and gives the level with the password', async (t) => {
    const { service, server, browser, page, ask } = await begin(t);
    const asked = await ask(page);
    const [call, ...others] = service.calls;
    assert.equal(others.length, 0);
    assert.equal(call?.path, `/2010-04-01/Accounts/${ACCOUNT_SID}/Messages.json`);
    assert.equal(call.headers.authorization, `Basic ${Buffer.from(`${ACCOUNT_SID}:${AUTH_TOKEN}`).toString('base64')}`);
    assert.deepEqual([call.form.get('To'), call.form.get('From')], [NUMBER, '+4930555000']);
    assert.ok((call.form.get('Body') ?? '').length <= 160);
    assert.match(asked.html, /\+49…23/);
    assert.doesNotMatch(asked.html, /15112345623/);
    const { body } = await redeem(server, await browser.submit(asked, { code: service.code() }));
    const { acr, amr } = claimsOf(body.access_token);
    assert.deepEqual([acr, amr], ['mfa', ['mfa', 'pwd', 'sms']]);
  });

  it('ends in the line by which phones fill it in on no other page', async (t) => {
    const { service, page, ask } = await begin(t);
    await ask(page);
    const lines = (service.calls[0]?.form.get('Body') ?? '').split('\n');
    assert.equal(lines.at(-1), `@login.fabrikam.example #${service.code()}`);
  });

  it('is accepted for ten minutes, once, and after five wrong tries no more', async (t) => {
    const { service, server, browser, page, ask } = await begin(t);
    const asked = await ask(page);
    server.advance(600);
    assert.equal((await browser.submit(asked, { code: service.code() })).status, 400, 'too old');
    const next = await ask(asked);
    const wrong = String((Number(service.code()) + 1) % 1_000_000).padStart(6, '0');
    for (let tries = 0; tries < 5; tries += 1) await browser.submit(next, { code: wrong });
    assert.equal((await browser.submit(next, { code: service.code() })).status, 400, 'tried too often');
    const last = await ask(next);
    assert.ok(answerOf(await browser.submit(last, { code: service.code() })).code);
  });

  it('T12: proves possession, as a mail does, and resists nobody who asks for it', () => {
    const traits = phoneFactor.proves({ material: { number: NUMBER, channel: 'sms' } });
    assert.deepEqual(traits?.kinds, ['possession']);
    assert.deepEqual([traits?.phishingResistant, traits?.first], [false, false]);
    for (const material of [{}, { number: 'x' }, { number: NUMBER, channel: 'pigeon' }, { number: 4915112345623 }]) {
      assert.equal(phoneFactor.proves({ material }), undefined);
    }
  });
});

describe('a code by call', () => {
  it('is said twice, digit by digit', async (t) => {
    const { service, server, browser, page, ask } = await begin(t, 'voice', { voice: true });
    const asked = await ask(page);
    const call = service.calls[0];
    assert.equal(call?.path, `/2010-04-01/Accounts/${ACCOUNT_SID}/Calls.json`);
    const said = [...(call.form.get('Twiml') ?? '').matchAll(/<Say[^>]*>([^<]*)<\/Say>/g)].map(
      ([, text]) => text ?? '',
    );
    assert.equal(said.length, 2);
    const code = /(\d(?:, \d){5})/.exec(said[0] ?? '')?.[1]?.replaceAll(', ', '') ?? '';
    const { body } = await redeem(server, await browser.submit(asked, { code }));
    assert.deepEqual(claimsOf(body.access_token).amr, ['mfa', 'pwd', 'tel']);
  });
});

describe('what messages may cost', () => {
  it('nothing goes to a country that is not named, nor to one that hides behind a shared code', async (t) => {
    const { service, server, page, ask } = await begin(t);
    for (const [index, number] of ['+4366012345678', '+18765550143', '+77012345678'].entries()) {
      const id = await givePhone(server, `auth_far_${index}`, number);
      const refused = await ask(page, id);
      assert.equal(refused.status, 400);
      assert.match(refused.html, /do not send messages to that country/);
    }
    assert.deepEqual(service.calls, []);
  });

  it('five to one number, whoever asks', async (t) => {
    const { service, page, ask } = await begin(t);
    const statuses: number[] = [];
    for (let presses = 0; presses < 7; presses += 1) statuses.push((await ask(page)).status);
    assert.deepEqual([statuses, service.calls.length], [[200, 200, 200, 200, 200, 429, 429], 5]);
  });

  it('ten to a range of numbers in a row, though each is another', async (t) => {
    const { service, server, page, ask } = await begin(t, 'sms', {
      budgets: { prefix: { burst: 3 }, network: { burst: 100 } },
    });
    for (let n = 0; n < 5; n += 1) await ask(page, await givePhone(server, `auth_row_${n}`, `+49151999990${10 + n}`));
    assert.equal(service.calls.length, 3);
    await ask(page, await givePhone(server, 'auth_elsewhere', '+4917012345678'));
    assert.equal(service.calls.length, 4, 'what is elsewhere is not touched by it');
  });

  it('so many for one network, and for everybody', async (t) => {
    const { service, server, page, ask } = await begin(t, 'sms', { budgets: { network: { burst: 2 } } });
    for (let n = 0; n < 4; n += 1) await ask(page, await givePhone(server, `auth_far_${n}`, `+49151${n}2345678`));
    assert.equal(service.calls.length, 2);
    const all = await begin(t, 'sms', { budgets: { everybody: { burst: 1 } } });
    await all.ask(all.page);
    await all.ask(all.page);
    assert.equal(all.service.calls.length, 1);
  });

  it('ten to one person, and then one an hour', async (t) => {
    const { service, server, page, ask } = await begin(t, 'sms', {
      budgets: { network: { burst: 1000 }, number: { burst: 1000 }, prefix: { burst: 1000 } },
    });
    for (let presses = 0; presses < 12; presses += 1) await ask(page);
    assert.equal(service.calls.length, 10);
    server.advance(1799);
    assert.equal((await ask(page)).status, 429);
  });

  it('a provider that fails is not asked twice, for it may have sent', async (t) => {
    const { service, server, page, ask } = await begin(t);
    service.answer(500);
    assert.equal((await ask(page)).status, 200, 'the person is not kept waiting for it');
    assert.equal(service.calls.length, 1);
    assert.match(server.logged.join(''), /a message could not be sent/);
  });
});

describe('silence', () => {
  it('no log and no audit record holds a code or a number', async (t) => {
    const { service, server, browser, page, ask } = await begin(t);
    const asked = await ask(page);
    await browser.submit(asked, { code: service.code() });
    service.answer(400);
    await ask(await browser.go(authorizeUrl({ ...TRANSFER, state: 'again' })));
    const written = JSON.stringify([await server.store.audit.ofUser(ROBIN.id, 50), server.logged]);
    assert.match(written, /\+49…23/);
    assert.doesNotMatch(written, new RegExp(`15112345623|\\b${service.code()}\\b|${AUTH_TOKEN}`));
  });
});

describe('a webhook', () => {
  it('is sent what there is to send, signed with the moment', async (t) => {
    const { createHmac } = await import('node:crypto');
    const service = await startPhoneService(t);
    const secret = 'secret-of-the-webhook-for-tests-0123456789';
    const provider = { kind: 'webhook', address: `http://127.0.0.1:${service.port}/hook`, secret };
    const server = await testServer(t, phonedBy(service, { provider }));
    server.deps.notify.phone(NUMBER, 'sms', { kind: 'code', code: '482913' }, { locale: 'de' });
    await server.deps.notify.idle();
    const [call] = service.calls;
    const [, moment, signature] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(call?.headers.signature ?? '') ?? [];
    assert.equal(Number(moment), server.deps.now());
    assert.equal(signature, createHmac('sha256', secret).update(`${moment}.${call?.body}`).digest('hex'));
    const sent: unknown = JSON.parse(call?.body ?? '');
    assert.deepEqual(sent, {
      channel: 'sms',
      to: NUMBER,
      text: '482913 ist Ihr Code für Fabrikam. Geben Sie ihn niemandem.\n\n@login.fabrikam.example #482913',
      locale: 'de',
    });
  });
});
