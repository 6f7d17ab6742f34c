/** Whoever merely knows the password keeps nobody from being asked where their device approved before, and gains nothing by it. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { describe, it } from 'node:test';
import type { Stop } from '../testing/browser.ts';
import { TestBrowser } from '../testing/browser.ts';
import { answerOf, authorizeUrl } from '../testing/flow.ts';
import type { TestPhone } from '../testing/phone.ts';
import { connectPhone, numberOn } from '../testing/phone.ts';
import { ROBIN, SAM } from '../testing/test-config.ts';
import type { ConfigChange, TestServer } from '../testing/test-server.ts';
import { testServer } from '../testing/test-server.ts';

const TRANSFER = { scope: 'openid transfer:funds' };
const PROVEN = '__Host-stile_proven';

interface Person {
  readonly username: string;
  readonly password: string;
}

/** At the page that asks for a second proof, after the password where nobody is signed in. */
const challenged = async (browser: TestBrowser, user: Person = ROBIN) => {
  const page = await browser.go(authorizeUrl(TRANSFER));
  return page.url.startsWith('/login') ? browser.signIn(page, user) : page;
};

const ask = async (browser: TestBrowser, phone: TestPhone, user?: Person): Promise<Stop> =>
  browser.submit(await challenged(browser, user), { authenticator: phone.id, open: '1' });

const approved = async (browser: TestBrowser, phone: TestPhone, user?: Person): Promise<Stop> => {
  const page = await ask(browser, phone, user);
  assert.equal(page.status, 200);
  await phone.answer(await phone.question(), 'approve', numberOn(page.html));
  const done = await browser.submit(page, {});
  assert.ok(answerOf(done).code);
  return done;
};

const thiefAt = (server: TestServer, host = 66): TestBrowser => new TestBrowser(server, `198.51.100.${host}`);

/** A session in which the device approved five minutes ago, and somebody elsewhere who knows the password. */
const begin = async (t: TestContext, change?: ConfigChange) => {
  const server = await testServer(t, change);
  const phone = await connectPhone(server);
  const owner = new TestBrowser(server);
  await approved(owner, phone);
  server.advance(301);
  return { server, phone, owner, thief: thiefAt(server) };
};

const denialsOf = async ({ store }: TestServer, id: string) => {
  const material = (await store.authenticators.ofUser(ROBIN.id)).find((one) => one.id === id)?.material;
  return [material?.denials, material?.denialsWhereProven];
};

describe('a session in which the device approved before', () => {
  it('asks in place of a stranger, whose question is over; and the other way round nobody does', async (t) => {
    const { server, phone, owner, thief } = await begin(t);
    const theirs = await ask(thief, phone);
    const strange = await phone.question();
    const mine = await ask(owner, phone);
    assert.equal(mine.status, 200);
    const question = await phone.question();
    assert.notEqual(question.ceremony, strange.ceremony);
    assert.equal((await phone.answer(strange, 'approve', numberOn(theirs.html))).status, 410);
    for (const again of [thief, thiefAt(server, 67)]) {
      const refused = await ask(again, phone);
      assert.match(refused.html, /asked something already/);
    }
    assert.equal((await phone.question()).ceremony, question.ceremony);
    await phone.answer(question, 'approve', numberOn(mine.html));
    assert.ok(answerOf(await owner.submit(mine, {})).code);
    assert.equal(answerOf(await thief.submit(theirs, {})).code, undefined);
  });

  it('is shown first by the device, whatever was asked at the same moment and after it', async (t) => {
    const { server, phone, owner, thief } = await begin(t);
    await ask(thief, phone);
    const strange = await server.store.ceremonies.find((await phone.question()).ceremony, server.deps.now());
    assert.ok(strange);
    await ask(owner, phone);
    const mine = await phone.question();
    server.advance(1);
    const raced = { ...strange, id: `cer_${'z'.repeat(24)}`, createdAt: server.deps.now() };
    await server.store.ceremonies.begin(raced);
    assert.equal((await phone.question()).ceremony, mine.ceremony);
    await phone.answer(mine, 'deny');
    assert.equal((await phone.question()).ceremony, raced.id);
  });

  it('has a budget of its own, which others do not spend and which is spent for nobody else', async (t) => {
    const { server, phone, owner, thief } = await begin(t, (config) => ({
      ...config,
      limits: { pushAsked: { burst: 2, every: 3600 } },
    }));
    for (const status of [200, 429]) assert.equal((await ask(thief, phone)).status, status);
    for (const status of [200, 200, 429]) assert.equal((await ask(owner, phone)).status, status);
    assert.equal((await ask(thiefAt(server, 67), phone)).status, 400, 'one question at a time');
    server.advance(150);
    assert.equal((await ask(thiefAt(server, 67), phone)).status, 429);
  });

  it('is not paused by denials that strangers provoke, and its approval does not end the pause of strangers', async (t) => {
    const { server, phone, owner, thief } = await begin(t);
    await ask(thief, phone);
    await phone.answer(await phone.question(), 'report');
    await approved(owner, phone);
    const refused = await ask(thiefAt(server, 67), phone);
    assert.equal(refused.status, 429);
    assert.equal(refused.response.headers.get('retry-after'), '1800');
    const now = server.deps.now();
    assert.deepEqual(await denialsOf(server, phone.id), [
      { count: 3, lastAt: now },
      { count: 0, lastAt: 0 },
    ]);
  });

  it('is paused by denials of its own, for whoever took it is not asked on either', async (t) => {
    const { server, phone, owner } = await begin(t);
    await ask(owner, phone);
    await phone.answer(await phone.question(), 'deny');
    const paused = await ask(owner, phone);
    assert.deepEqual([paused.status, paused.response.headers.get('retry-after')], [429, '60']);
    assert.deepEqual((await denialsOf(server, phone.id))[0], { count: 0, lastAt: 0 });
  });

  it('waits on its own page, however often strangers press the button of theirs', async (t) => {
    const { phone, owner, thief } = await begin(t);
    const theirs = await ask(thief, phone);
    const statuses: number[] = [];
    for (let presses = 0; presses < 17; presses += 1) statuses.push((await thief.submit(theirs, {})).status);
    assert.deepEqual(statuses.slice(-3), [400, 429, 429]);
    const mine = await ask(owner, phone);
    assert.equal((await owner.submit(mine, {})).status, 400, 'no answer yet');
    await phone.answer(await phone.question(), 'approve', numberOn(mine.html));
    assert.ok(answerOf(await owner.submit(mine, {})).code);
  });

  it('is answered by its device, however often strangers answer in the name of its key', async (t) => {
    const { phone, owner } = await begin(t);
    const mine = await ask(owner, phone);
    const question = await phone.question();
    const [head = '', claims = ''] = phone.device.answer(question, 'deny').split('.');
    for (let times = 0; times < 20; times += 1) {
      assert.equal((await phone.post('/push/answer', `${head}.${claims}.${'A'.repeat(86)}`)).status, 401);
    }
    assert.equal((await phone.answer(question, 'approve', numberOn(mine.html))).status, 200);
  });

  it('is one for that device alone: another one is asked as by strangers', async (t) => {
    const { server, owner, thief, phone } = await begin(t);
    const tablet = await connectPhone(server, { id: 'auth_tablet' });
    await ask(thief, phone);
    assert.match((await ask(owner, tablet)).html, /asked something already/);
  });
});

describe('a browser in which the device approved before', () => {
  /** The owner's browser without its session, and whether it asks beside a stranger. */
  const asksBesideAStranger = async (server: TestServer, browser: TestBrowser, phone: TestPhone, user?: Person) => {
    browser.cookies.delete('__Host-stile_session');
    assert.equal((await ask(thiefAt(server), phone, user)).status, 200);
    return (await ask(browser, phone, user)).status === 200;
  };

  it('asks in place of a stranger in a new session too', async (t) => {
    const { server, phone, owner } = await begin(t);
    assert.equal(await asksBesideAStranger(server, owner, phone), true);
  });

  it('is another, or none, without its own cookie, with one of another browser, or one that was tampered with', async (t) => {
    for (const change of [
      (browser: TestBrowser) => browser.cookies.delete(PROVEN),
      (browser: TestBrowser) => browser.cookies.set(PROVEN, 'A'.repeat(43)),
      (browser: TestBrowser) => browser.cookies.set(PROVEN, browser.cookies.get('__Host-stile_known') ?? ''),
      (browser: TestBrowser) => browser.cookies.delete('__Host-stile_browser'),
    ]) {
      const { server, phone, owner } = await begin(t);
      change(owner);
      assert.equal(await asksBesideAStranger(server, owner, phone), false);
    }
  });

  it('is not known by signing in, which takes a password alone', async (t) => {
    const { server, phone } = await begin(t);
    const other = new TestBrowser(server);
    await challenged(other);
    assert.ok(other.cookies.has('__Host-stile_known'));
    assert.equal(await asksBesideAStranger(server, other, phone), false);
  });

  it('is one of that person alone', async (t) => {
    const { server, owner } = await begin(t);
    const sams = await connectPhone(server, { id: 'auth_sams', user: SAM.id });
    assert.equal(await asksBesideAStranger(server, owner, sams, SAM), false);
  });

  it('is forgotten with the password', async (t) => {
    const { server, phone, owner } = await begin(t);
    const next = 'seven quiet herons by the lake';
    const hash = await server.deps.passwords.hash(next);
    const [password] = (await server.store.authenticators.ofUser(ROBIN.id)).filter(
      ({ factor }) => factor === 'password',
    );
    assert.ok(password);
    await server.store.authenticators.replaceMaterial(password.id, password.material, { hash });
    assert.equal(await asksBesideAStranger(server, owner, phone, { username: ROBIN.username, password: next }), false);
  });
});
