/** What devices call: only what a device signed, a moment ago, for this, once; and everybody else is told nothing. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { parseJsonObject, secondsAfter } from '@stile/core';
import { pushFactor } from '../factors/push-factor.ts';
import { translate } from '../pages/messages.ts';
import { DeviceSide } from '../push/device-side.ts';
import { registrationCode } from '../push/registration.ts';
import { TestBrowser } from '../testing/browser.ts';
import { authorizeUrl, signInAndStepUp } from '../testing/flow.ts';
import { connectPhone, numberOn, TestPhone } from '../testing/phone.ts';
import { startPushService } from '../testing/push-service.ts';
import { ROBIN, SAM } from '../testing/test-config.ts';
import type { TestServer } from '../testing/test-server.ts';
import { testServer } from '../testing/test-server.ts';

const TRANSFER = { scope: 'openid transfer:funds' };
const json = (body: string): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body,
});

/** An enrolment that waits for its device. */
const enrolling = async ({ store, deps }: TestServer, purpose: 'enrol' | 'prove' = 'enrol') => {
  const id = `cer_${Buffer.from(deps.randomBytes(18)).toString('base64url')}`;
  await store.ceremonies.begin({
    id,
    purpose,
    factor: 'push',
    userId: ROBIN.id,
    authenticatorId: null,
    boundTo: `page of ${id}`,
    data: { ceremony: id },
    answer: null,
    createdAt: deps.now(),
    expiresAt: secondsAfter(deps.now(), 900),
  });
  return { id, code: registrationCode(deps.secrets, id) };
};

/** What the page of enrolment does when its owner presses the button. */
const finish = async (server: TestServer, id: string, registration?: string) => {
  const { store, deps } = server;
  const [user, ceremony] = [await store.users.find(ROBIN.id), await store.ceremonies.find(id, deps.now())];
  if (!user || !ceremony) return undefined;
  const request = new Request('https://login.fabrikam.example/account', {
    headers: { 'user-agent': 'Firefox/140 Linux' },
  });
  const somebody = { user, request, caller: { address: '192.0.2.1', requestId: 'req' }, t: translate('en') };
  return pushFactor.enrolment.finish(somebody, ceremony, () => registration, deps.now(), deps);
};

const deviceOf = (server: TestServer): TestPhone =>
  new TestPhone(server, DeviceSide.make(server.deps.config.issuer), 'auth_new');

describe('connecting a device', () => {
  it('with the code of the page, and its owner’s word: name, key and lookup', async (t) => {
    const server = await testServer(t);
    const { id, code } = await enrolling(server);
    const phone = deviceOf(server);
    const { status, body } = await phone.post('/push/enrol', phone.device.registration(code, 'Robin’s phone'));
    assert.deepEqual([status, body], [200, { account: 'robin', callable: false }]);
    const outcome = await finish(server, id);
    assert.ok(outcome?.ok);
    const [made] = outcome.authenticators;
    assert.equal(made?.name, 'Robin’s phone');
    assert.equal(made.lookup, `push:${phone.device.thumbprint}`);
    assert.deepEqual(made.material.key, phone.device.key);
    assert.equal((await phone.poll()).status, 401);
  });

  it('this browser, by a registration in the form, called as its user agent says', async (t) => {
    const server = await testServer(t);
    const { id, code } = await enrolling(server);
    const outcome = await finish(server, id, deviceOf(server).device.registration(code, ''));
    assert.ok(outcome?.ok);
    assert.equal(outcome.authenticators[0]?.name, 'Firefox, Linux');
  });

  it('a code works once, for one device', async (t) => {
    const server = await testServer(t);
    const { id, code } = await enrolling(server);
    const [one, other] = [deviceOf(server), deviceOf(server)];
    assert.equal((await one.post('/push/enrol', one.device.registration(code, 'One'))).status, 200);
    assert.equal((await other.post('/push/enrol', other.device.registration(code, 'Other'))).status, 410);
    const outcome = await finish(server, id);
    assert.ok(outcome?.ok);
    assert.equal(outcome.authenticators[0]?.name, 'One');
  });

  it('without a device there is nothing to connect yet', async (t) => {
    const server = await testServer(t);
    const { id } = await enrolling(server);
    assert.deepEqual(await finish(server, id, ''), { ok: false, reason: 'not_yet' });
  });

  it('T13: codes that are made up, old, of another enrolment or of another purpose connect nothing', async (t) => {
    const server = await testServer(t);
    const [mine, proof] = [await enrolling(server), await enrolling(server, 'prove')];
    const phone = deviceOf(server);
    const { issuer } = server.deps.config;
    const wrong = [
      phone.device.registration(`${mine.id}.${'a'.repeat(27)}`, 'Phone'),
      phone.device.registration(mine.id, 'Phone'),
      phone.device.registration(proof.code, 'Phone'),
      phone.device.registration(registrationCode(server.deps.secrets, `cer_${'z'.repeat(24)}`), 'Phone'),
      DeviceSide.make(`${issuer}x`).registration(mine.code, 'Phone'),
      phone.device.answer({ ceremony: mine.id, answerBy: 1 }, 'approve'),
    ];
    for (const message of wrong) assert.equal((await phone.post('/push/enrol', message)).status, 410);
    const other = await enrolling(server);
    assert.deepEqual(await finish(server, mine.id, phone.device.registration(other.code, 'Phone')), {
      ok: false,
      reason: 'wrong',
    });
    server.advance(900);
    assert.equal((await phone.post('/push/enrol', phone.device.registration(mine.code, 'Phone'))).status, 410);
  });

  it('a subscription of a push service is kept, and an address of anybody else is not', async (t) => {
    const service = await startPushService(t);
    const server = await testServer(t, (config) => ({ ...config, push: { services: [service.origin] } }));
    const { endpoint, p256dh, auth } = service.subscription;
    for (const [address, callable] of [
      [endpoint, true],
      ['http://169.254.169.254/latest/meta-data/', false],
      ['http://127.0.0.1:9000/oauth/token', false],
    ] as const) {
      const { id, code } = await enrolling(server);
      const phone = deviceOf(server);
      const registration = phone.device.registration(code, 'Phone', { endpoint: address, keys: { p256dh, auth } });
      assert.equal((await phone.post('/push/enrol', registration)).body.callable, callable);
      const outcome = await finish(server, id);
      assert.equal(outcome?.ok && outcome.authenticators[0]?.material.subscription !== null, callable);
    }
  });
});

describe('asking what is asked', () => {
  it('a message is heard once, and for a minute', async (t) => {
    const server = await testServer(t);
    const phone = await connectPhone(server);
    const message = phone.device.poll(server.deps.now());
    assert.equal((await phone.post('/push/poll', message)).status, 200);
    assert.equal((await phone.post('/push/poll', message)).body.error, 'replayed');
    const old = phone.device.poll(server.deps.now());
    server.advance(61);
    const { error, server_time } = (await phone.post('/push/poll', old)).body;
    assert.deepEqual([error, server_time], ['clock', server.deps.now()]);
  });

  it('a stranger, a device that was removed, one of a person who is blocked and one that signs wrongly are told the same', async (t) => {
    const server = await testServer(t);
    const [removed, blocked, good] = [
      await connectPhone(server),
      await connectPhone(server, { id: 'auth_sams', user: SAM.id }),
      await connectPhone(server, { id: 'auth_good' }),
    ];
    await server.store.authenticators.remove(ROBIN.id, removed.id, server.deps.now(), [], null);
    await server.store.users.setBlocked(SAM.id, server.deps.now(), []);
    const message = good.device.poll(server.deps.now());
    const forged = `${message.slice(0, message.lastIndexOf('.'))}.${'A'.repeat(86)}`;
    const answers = [
      await deviceOf(server).poll(),
      await removed.poll(),
      await blocked.poll(),
      await good.post('/push/poll', forged),
      await good.post('/push/poll', 'nonsense'),
    ];
    assert.equal(answers[0]?.body.error, 'unknown_device');
    for (const answer of answers) assert.deepEqual(answer, answers[0]);
  });

  it('not too often: neither a device nor a stranger', async (t) => {
    const server = await testServer(t);
    const phone = await connectPhone(server);
    const stranger = deviceOf(server);
    const statuses = async (one: TestPhone, times: number) => {
      const seen: number[] = [];
      for (let i = 0; i < times; i += 1) seen.push((await one.poll()).status);
      return seen;
    };
    assert.deepEqual(new Set((await statuses(phone, 13)).slice(-1)), new Set([429]));
    assert.deepEqual(new Set((await statuses(stranger, 61)).slice(-1)), new Set([429]));
    server.advance(5);
    assert.equal((await phone.poll()).status, 200);
  });

  it('a device that moved to another subscription is called there, and forgotten when it is gone', async (t) => {
    const service = await startPushService(t);
    const server = await testServer(t, (config) => ({ ...config, push: { services: [service.origin] } }));
    const phone = await connectPhone(server);
    const { endpoint, p256dh, auth } = service.subscription;
    const message = phone.device.poll(server.deps.now(), { endpoint, keys: { p256dh, auth } });
    assert.equal((await phone.post('/push/poll', message)).status, 200);
    service.answers(410);
    const { browser } = await signInAndStepUp(server);
    await browser.submit(await browser.go(authorizeUrl(TRANSFER)), { authenticator: phone.id, open: '1' });
    const { body } = await service.next();
    assert.equal(service.decrypt(body), '{"kind":"question"}');
    const subscribed = async () =>
      (await server.store.authenticators.ofUser(ROBIN.id)).some(({ material }) => material.subscription);
    for (let turns = 0; turns < 1_000 && (await subscribed()); turns += 1) await turn();
    assert.equal(await subscribed(), false);
    // Asking goes on, whatever the push service says.
    assert.match(String((await phone.question()).ceremony), /^cer_/);
  });
});

describe('waiting', () => {
  it('T15: the page that asked learns that there is an answer, not which, and no other browser does', async (t) => {
    const server = await testServer(t);
    const phone = await connectPhone(server);
    const { browser } = await signInAndStepUp(server);
    const page = await browser.submit(await browser.go(authorizeUrl(TRANSFER)), { authenticator: phone.id, open: '1' });
    const status = /data-waits="([^"]+)"/.exec(page.html)?.[1] ?? '';
    const look = async (one: TestBrowser): Promise<unknown> => (await one.send(status)).json();
    assert.deepEqual(await look(browser), { state: 'waiting' });
    assert.deepEqual(await look(new TestBrowser(server)), { state: 'gone' });
    await phone.answer(await phone.question(), 'approve', numberOn(page.html));
    assert.deepEqual(await look(browser), { state: 'answered' });
    assert.deepEqual(await look(browser), { state: 'answered' });
    const { browser: other } = await signInAndStepUp(server);
    assert.deepEqual(await look(other), { state: 'gone' });
  });
});

describe('what is no message', () => {
  for (const path of ['/push/enrol', '/push/poll', '/push/answer']) {
    it(`${path}: missing, doubled, empty, huge, of another type`, async (t) => {
      const server = await testServer(t);
      const bodies = [
        json(''),
        json('{}'),
        json('{"message":1}'),
        json('{"message":["a"]}'),
        json('[]'),
        json(`{"message":"${'a'.repeat(70_000)}"}`),
        { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'message=a' },
        {
          method: 'POST',
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          body: 'message=a&message=b',
        },
      ];
      for (const init of bodies) assert.equal((await server.send(path, init)).status, 400);
      const statuses = [];
      for (const message of ['', '..', 'a.b.c', '\u0000', 'eyJ9.e30.AA']) {
        statuses.push((await server.send(path, json(JSON.stringify({ message })))).status);
      }
      assert.ok(statuses.every((status) => status === 401 || status === 410 || status === 400));
      assert.equal((await server.send(path)).status, 405);
    });
  }
});

describe('the pages of a device', () => {
  it('are the same for everybody, and let nothing run but our own scripts', async (t) => {
    const server = await testServer(t);
    const response = await server.send('/approve');
    const html = await response.text();
    assert.match(response.headers.get('content-security-policy') ?? '', /script-src 'self'/);
    assert.match(html, /<script src="\/assets\/approve\.js\?v=/);
    const worker = await server.send('/approve/worker.js');
    assert.equal(worker.headers.get('service-worker-allowed'), '/approve');
    assert.match(worker.headers.get('content-type') ?? '', /^text\/javascript/);
    const manifest = await server.send('/approve/manifest.json');
    assert.equal(parseJsonObject(await manifest.text())?.scope, '/approve');
  });

  it('where push is switched off no device is heard', async (t) => {
    const server = await testServer(t, (config) => ({ ...config, push: { enabled: false } }));
    const phone = await connectPhone(server);
    assert.equal((await phone.poll()).status, 401);
  });
});
