/** Several passkeys of one person: asked for together, and each answer counts for exactly the one that signed, or for none. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import fc from 'fast-check';
import { reach } from '../testing/account.ts';
import { deployScript, postLogin } from '../testing/actions.ts';
import type { Stop } from '../testing/browser.ts';
import { TestBrowser } from '../testing/browser.ts';
import { answerOf, authorizeUrl, claimsOf, redeem } from '../testing/flow.ts';
import { hardwareMaker } from '../testing/hardware-maker.ts';
import { meanwhile } from '../testing/meanwhile.ts';
import { givePasskey, mustAsk, offeredOn, optionsOn, storedPasskey } from '../testing/passkeys.ts';
import { SoftPasskey } from '../testing/soft-passkey.ts';
import { ROBIN, SAM } from '../testing/test-config.ts';
import type { ConfigChange, StoreChange, TestServer } from '../testing/test-server.ts';
import { startTestServer, testServer } from '../testing/test-server.ts';

const LAPTOP = 'Robin’s laptop';
const PHONE = 'Robin’s phone';
const MFA = { acr_values: 'mfa' };

const toChallenge = async (browser: TestBrowser, change: Readonly<Record<string, string>> = MFA): Promise<Stop> =>
  browser.signIn(await browser.go(authorizeUrl(change)));

interface Two {
  readonly laptop?: SoftPasskey;
  readonly phone?: SoftPasskey;
  readonly wrap?: StoreChange;
}

/** Robin, who has a laptop and a phone besides the app, asked for a second proof. */
const withTwo = async (t: TestContext, two: Two = {}) => {
  const { laptop = new SoftPasskey(), phone = new SoftPasskey() } = two;
  const server = await testServer(t, undefined, two.wrap);
  const first = await givePasskey(server, ROBIN.id, laptop, LAPTOP);
  // So that they stand in this order.
  server.advance(1);
  const second = await givePasskey(server, ROBIN.id, phone, PHONE);
  const browser = new TestBrowser(server);
  const challenge = await toChallenge(browser);
  assert.match(challenge.url, /^\/challenge\?/);
  return {
    server,
    browser,
    challenge,
    laptop,
    phone,
    laptopId: first.authenticator.id,
    phoneId: second.authenticator.id,
  };
};

const answer = (browser: TestBrowser, page: Stop, passkey: SoftPasskey, server: TestServer): Promise<Stop> =>
  browser.submit(page, { credential: passkey.get(mustAsk(page, server)) });

const eventsOf = async ({ store }: TestServer) =>
  (await store.sessions.ofUser(ROBIN.id)).flatMap(({ events }) => events);

const byPasskey = async (server: TestServer): Promise<readonly string[]> =>
  (await eventsOf(server)).filter(({ factor }) => factor === 'webauthn').map(({ authenticator }) => authenticator);

const refusals = async ({ store }: TestServer): Promise<readonly unknown[]> =>
  (await store.audit.ofUser(ROBIN.id, 40))
    .filter(({ type }) => type === 'proof.refused')
    .map(({ details }) => details.reason);

const remove = ({ store, deps }: TestServer, id: string) =>
  store.authenticators.remove(ROBIN.id, id, deps.now(), [], null);

test('T26: one page for all of them: named, offered together, and no choice before the browser’s own', async (t) => {
  const { challenge, laptop, phone } = await withTwo(t);
  assert.match(challenge.html, /Use “Robin’s laptop” or “Robin’s phone”: your device asks/);
  assert.deepEqual(offeredOn(challenge).toSorted(), [laptop.id, phone.id].toSorted());
  const offered = optionsOn(challenge)?.allowCredentials;
  assert.ok(Array.isArray(offered));
  for (const one of offered) assert.deepEqual(Object.keys(one).toSorted(), ['id', 'transports', 'type']);
  assert.equal(optionsOn(challenge)?.userVerification, 'required');
  assert.equal(challenge.html.match(/data-passkey="get"/g)?.length, 1);
  assert.doesNotMatch(challenge.html, /Use a passkey/);
  assert.match(challenge.html, /Use your authenticator app/);
});

test('from another way they are one press away, by one button', async (t) => {
  const { browser, challenge, server, phone, phoneId } = await withTwo(t);
  const app = await browser.submit(challenge, { use: 'auth_user_robin_totp' });
  assert.equal(app.html.match(/Use a passkey/g)?.length, 1);
  assert.match(app.html, /Robin’s laptop, Robin’s phone/);
  const [, use = ''] = /name="use" value="([^"]+)"/.exec(app.html) ?? [];
  const back = await browser.submit(app, { use });
  assert.ok(answerOf(await answer(browser, back, phone, server)).code);
  assert.deepEqual(await byPasskey(server), [phoneId]);
});

test('the account says which of them it was', async (t) => {
  const { server, browser, challenge, phone } = await withTwo(t);
  await answer(browser, challenge, phone, server);
  const { html } = await reach(browser, '/account/activity');
  assert.match(html, /Signed in: Passkey or security key<\/b><small>[^<]*Robin’s phone ·/);
  assert.doesNotMatch(html, /Robin’s laptop/);
  assert.match(html, /Signed in: Password<\/b><small>(?![^<]*Robin)/);
});

test('where one is preferred it is the first that the browser is told', async (t) => {
  const { browser, server, laptop, phone, laptopId, phoneId } = await withTwo(t);
  for (const [id, order] of [
    [phoneId, [phone.id, laptop.id]],
    [laptopId, [laptop.id, phone.id]],
  ] as const) {
    server.advance(1);
    await server.store.authenticators.prefer(ROBIN.id, id, server.deps.now(), [], null);
    assert.deepEqual(offeredOn(await browser.go(authorizeUrl(MFA))), order);
  }
});

interface Case {
  readonly kinds: readonly { readonly verifies: boolean; readonly hardware: boolean }[];
  readonly acr: 'mfa' | 'phr' | 'phrh';
  /** Which of them answers; beyond the last, a passkey of somebody else's. */
  readonly who: number;
  readonly removed: boolean;
}

const MODEL = '2fc0579f-8113-47ea-b116-bb5a8db9202a';
const maker = hardwareMaker();
const withHardware: ConfigChange = (config) => ({
  ...config,
  webauthn: { hardware: { aaguids: [MODEL], roots: [maker.rootPem] } },
});

const cases: fc.Arbitrary<Case> = fc
  .array(fc.record({ verifies: fc.boolean(), hardware: fc.boolean() }), { minLength: 2, maxLength: 4 })
  .chain((kinds) =>
    fc.record({
      kinds: fc.constant(kinds),
      acr: fc.constantFrom('mfa', 'phr', 'phrh'),
      who: fc.nat({ max: kinds.length }),
      removed: fc.boolean(),
    }),
  );

const holds = async ({ kinds, acr, who, removed }: Case): Promise<void> => {
  const server = await startTestServer(withHardware);
  try {
    const theirs = [];
    for (const [index, { verifies, hardware }] of kinds.entries()) {
      const passkey = new SoftPasskey({ userVerified: verifies, backupEligible: !hardware });
      theirs.push(await givePasskey(server, ROBIN.id, passkey, `key ${index}`, { hardwareBound: hardware }));
    }
    const sams = await givePasskey(server, SAM.id);
    const browser = new TestBrowser(server);
    const page = await toChallenge(browser, { acr_values: acr });
    const fitting = theirs.filter((_, index) => acr !== 'phrh' || kinds[index]?.hardware === true);
    assert.deepEqual(offeredOn(page).toSorted(), fitting.map(({ passkey }) => passkey.id).toSorted());
    if (fitting.length === 0) return;
    const { passkey, authenticator } = theirs[who] ?? sams;
    if (removed) await remove(server, authenticator.id);
    const end = await answer(browser, page, passkey, server);
    const events = (await eventsOf(server)).filter(({ factor }) => factor === 'webauthn');
    if (removed || !fitting.some((one) => one.passkey === passkey)) {
      assert.deepEqual([events, answerOf(end).code], [[], undefined]);
      return;
    }
    assert.equal(events.length, 1);
    const [event] = events;
    const kind = kinds[who];
    assert.equal(event?.authenticator, authenticator.id);
    assert.deepEqual([event?.hardwareBound, event?.first], [kind?.hardware, kind?.verifies]);
    const { acrs } = claimsOf((await redeem(server, end)).body.access_token);
    assert.deepEqual(acrs, [...(kind?.hardware === true ? ['phrh'] : []), 'phr', 'mfa', '1fa']);
  } finally {
    await server.close();
  }
};

test('whatever they are and whatever is demanded: those that would do are offered, and the one that signed is proven, or none', async () => {
  await fc.assert(fc.asyncProperty(cases, holds), { numRuns: 60 });
});

test('one that was removed meanwhile is refused, also when it was the first; the page asks for the others', async (t) => {
  const { server, browser, challenge, laptop, phone, laptopId, phoneId } = await withTwo(t);
  const first = offeredOn(challenge)[0] === laptop.id;
  const [gone, stays] = first ? [laptop, phone] : [phone, laptop];
  await remove(server, first ? laptopId : phoneId);
  const page = await answer(browser, challenge, gone, server);
  assert.equal(page.status, 400);
  assert.match(page.html, /could not be accepted/);
  assert.deepEqual(await refusals(server), ['wrong']);
  assert.deepEqual(offeredOn(page), [stays.id]);
  assert.ok(answerOf(await answer(browser, page, stays, server)).code);
  assert.deepEqual(await byPasskey(server), [first ? phoneId : laptopId]);
});

test('one that stays answers what was asked before another was removed', async (t) => {
  const { server, browser, challenge, phone, laptopId, phoneId } = await withTwo(t);
  await remove(server, laptopId);
  assert.ok(answerOf(await answer(browser, challenge, phone, server)).code);
  assert.deepEqual(await byPasskey(server), [phoneId]);
});

test('one that is removed in the very moment in which its answer is recorded proves nothing', async (t) => {
  const moment = meanwhile();
  const { server, browser, challenge, phone, phoneId } = await withTwo(t, { wrap: moment.wrap });
  moment.next((store) => store.authenticators.remove(ROBIN.id, phoneId, server.deps.now(), [], null), 'recordProof');
  assert.equal(answerOf(await answer(browser, challenge, phone, server)).code, undefined);
  assert.deepEqual(await byPasskey(server), []);
});

test('one that was not offered does not answer, although it would do by now; the next page offers it', async (t) => {
  const { server, browser, challenge } = await withTwo(t);
  const { passkey: fresh, authenticator } = await givePasskey(server, ROBIN.id, new SoftPasskey(), 'New');
  const page = await answer(browser, challenge, fresh, server);
  assert.match(page.html, /could not be accepted/);
  assert.deepEqual(await refusals(server), ['wrong']);
  assert.equal(offeredOn(page).length, 3);
  assert.ok(answerOf(await answer(browser, page, fresh, server)).code);
  assert.deepEqual(await byPasskey(server), [authenticator.id]);
});

test('the page seen again asks the same, and asks anew once others would do', async (t) => {
  const { server, browser, challenge, laptopId, phone } = await withTwo(t);
  const challengeOn = (stop: Stop): unknown => optionsOn(stop)?.challenge;
  assert.equal(challengeOn(await browser.go(challenge.url)), challengeOn(challenge));
  await remove(server, laptopId);
  const fewer = await browser.go(challenge.url);
  assert.deepEqual(offeredOn(fewer), [phone.id]);
  assert.notEqual(challengeOn(fewer), challengeOn(challenge));
  await givePasskey(server, ROBIN.id, new SoftPasskey(), 'New');
  assert.equal(offeredOn(await browser.go(challenge.url)).length, 2);
});

test('T10: that of somebody else is refused, also when it says to be one of these', async (t) => {
  const { server, browser, challenge, laptop } = await withTwo(t);
  const { passkey: sams } = await givePasskey(server, SAM.id);
  const page = await answer(browser, challenge, sams, server);
  assert.match(page.html, /could not be accepted/);
  const userHandle = laptop.userHandle ?? null;
  const disguised = sams.get(mustAsk(page, server), { credentialId: laptop.credentialId, userHandle });
  assert.match((await browser.submit(page, { credential: disguised })).html, /could not be accepted/);
  assert.deepEqual(await refusals(server), ['wrong', 'wrong']);
  assert.deepEqual(await byPasskey(server), []);
});

test('what one signed does not count for another: not with its id, nor with its user', async (t) => {
  const { server, browser, challenge, laptop, phone } = await withTwo(t);
  const asking = mustAsk(challenge, server);
  const swapped = laptop.get(asking, { credentialId: phone.credentialId });
  assert.match((await browser.submit(challenge, { credential: swapped })).html, /could not be accepted/);
  assert.deepEqual(await byPasskey(server), []);
});

test('each counts for itself: the copy of one is found out, and the other is none the worse for it', async (t) => {
  const [laptop, phone] = [
    { counts: true, backupEligible: false },
    { counts: true, backupEligible: false },
  ].map((kind) => new SoftPasskey(kind));
  assert.ok(laptop && phone);
  const { server, browser, challenge } = await withTwo(t, { laptop, phone });
  const first = laptop.get(mustAsk(challenge, server), { signCount: 20 });
  assert.ok(answerOf(await browser.submit(challenge, { credential: first })).code);
  server.advance(400);
  const again = await browser.go(authorizeUrl({ scope: 'openid transfer:funds' }));
  const copy = await browser.submit(again, { credential: laptop.get(mustAsk(again, server), { signCount: 20 }) });
  assert.match(copy.html, /may be a copy of your key/);
  assert.deepEqual(await refusals(server), ['cloned']);
  const other = phone.get(mustAsk(copy, server), { signCount: 5 });
  assert.ok(answerOf(await browser.submit(copy, { credential: other })).code);
  const counts = await Promise.all([laptop, phone].map((one) => storedPasskey(server, one)));
  assert.deepEqual(
    counts.map((one) => one?.signCount),
    [20, 5],
  );
});

test('T12: beside a plain key the browser verifies where it can; who has to be verified and was not is refused, and asked by itself', async (t) => {
  const plain = new SoftPasskey({ userVerified: false, backupEligible: false });
  const { server, browser, challenge, phone, laptopId } = await withTwo(t, { laptop: plain });
  assert.equal(optionsOn(challenge)?.userVerification, 'preferred');
  assert.match(challenge.html, /or your key blinks/);
  const unverified = phone.get(mustAsk(challenge, server), { userVerified: false });
  const page = await browser.submit(challenge, { credential: unverified });
  assert.match(page.html, /did not check that it is you/);
  assert.deepEqual([offeredOn(page), optionsOn(page)?.userVerification], [[phone.id], 'required']);
  assert.match(page.html, /Use “Robin’s phone”: your device/);
  const all = await browser.go(challenge.url);
  assert.equal(offeredOn(all).length, 2);
  assert.ok(answerOf(await answer(browser, all, plain, server)).code);
  assert.deepEqual(await byPasskey(server), [laptopId]);
  const [event] = (await eventsOf(server)).filter(({ factor }) => factor === 'webauthn');
  assert.deepEqual([event?.kinds, event?.first], [['possession'], false]);
});

test('T14: one question, one answer: what one answered another does not answer again', async (t) => {
  const { server, browser, challenge, laptop, phone, laptopId } = await withTwo(t);
  const asking = mustAsk(challenge, server);
  const [first, second] = [laptop.get(asking), phone.get(asking)];
  assert.ok(answerOf(await browser.submit(challenge, { credential: first })).code);
  server.advance(400);
  const again = await browser.go(authorizeUrl({ scope: 'openid transfer:funds' }));
  for (const credential of [second, first]) {
    assert.match((await browser.submit(again, { credential })).html, /could not be accepted/);
  }
  assert.deepEqual(await byPasskey(server), [laptopId]);
});

test('T14: of two that answer at once one is recorded', async (t) => {
  const moment = meanwhile();
  const { server, browser, challenge, laptop, phone, phoneId } = await withTwo(t, { wrap: moment.wrap });
  const asking = mustAsk(challenge, server);
  let quicker: Stop | undefined;
  moment.next(async () => {
    quicker = await browser.submit(challenge, { credential: phone.get(asking) });
  }, 'recordProof');
  await browser.submit(challenge, { credential: laptop.get(asking) });
  assert.ok(quicker && answerOf(quicker).code);
  assert.deepEqual(await byPasskey(server), [phoneId]);
});

test('taking turns with them, or with made-up ones, gains no tries; who waits is let in', async (t) => {
  const { server, browser, challenge, laptop, phone } = await withTwo(t);
  const stranger = new SoftPasskey();
  let page = challenge;
  for (let tries = 0; tries < 15; tries += 1) {
    const one = [laptop, phone, stranger][tries % 3] ?? assert.fail();
    page = await browser.submit(page, { credential: one.get(mustAsk(page, server), { forged: true }) });
    assert.equal(page.status, 400);
  }
  for (const one of [laptop, phone, stranger]) {
    const stopped = await answer(browser, page, one, server);
    assert.equal(stopped.status, 429);
  }
  assert.equal(new Set(await refusals(server)).size, 1);
  server.advance(5 * 60);
  assert.ok(answerOf(await answer(browser, await browser.go(page.url), phone, server)).code);
});

test('where an Action wants another factor none of them is offered, and none accepted', async (t) => {
  const server = await testServer(t);
  await deployScript(server, 'app', postLogin(`api.authentication.challengeWith({ type: 'otp' });`));
  const { passkey } = await givePasskey(server, ROBIN.id);
  await givePasskey(server, ROBIN.id);
  const browser = new TestBrowser(server);
  const challenge = await toChallenge(browser, {});
  assert.match(challenge.url, /^\/challenge\?/);
  assert.deepEqual(offeredOn(challenge), []);
  assert.doesNotMatch(challenge.html, /passkey/i);
  const asking = { challenge: 'AAAA', rpId: 'login.fabrikam.example', origin: 'https://login.fabrikam.example' };
  for (const authenticator of ['webauthn', 'auth_user_robin_totp']) {
    const page = await browser.submit(challenge, { authenticator, credential: passkey.get(asking), code: '' });
    assert.equal(answerOf(page).code, undefined);
  }
  assert.deepEqual(await byPasskey(server), []);
});

test('what was asked for less is not asked again for more: the question that is open is left for one with those that would do', async (t) => {
  const server = await testServer(t, withHardware);
  const soft = await givePasskey(server, ROBIN.id, new SoftPasskey(), LAPTOP);
  const hard = await givePasskey(server, ROBIN.id, new SoftPasskey({ backupEligible: false }), 'Key', {
    hardwareBound: true,
  });
  await deployScript(
    server,
    'more',
    postLogin(`
      await api.stepUp.require({ acr: ['mfa'] });
      await api.stepUp.require({ acr: ['phrh'] });
    `),
  );
  const browser = new TestBrowser(server);
  const challenge = await toChallenge(browser, {});
  assert.equal(offeredOn(challenge).length, 2, challenge.url);
  const app = await browser.submit(challenge, { use: 'auth_user_robin_totp' });
  const more = await browser.giveCode(app);
  assert.deepEqual(offeredOn(more), [hard.passkey.id], more.url);
  assert.match((await answer(browser, more, soft.passkey, server)).html, /could not be accepted/);
});
