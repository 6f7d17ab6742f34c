/** The guard by mail: a code to the verified address before anything is enrolled (T7, T8, T9, T13). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Guard } from '../config/enrolment-schema.ts';
import { issueEnrolmentTicket } from '../factors/enrolment-ticket.ts';
import type { Stop } from '../testing/browser.ts';
import { currentCode, hiddenFields, TestBrowser } from '../testing/browser.ts';
import { answerOf, authorizeUrl, claimsOf, redeem } from '../testing/flow.ts';
import { mailTo, pathOf } from '../testing/post.ts';
import { ROBIN } from '../testing/test-config.ts';
import type { ConfigChange, TestServer } from '../testing/test-server.ts';
import { testServer } from '../testing/test-server.ts';

const STEP_UP = { acr_values: 'mfa' };
const ALEX = { id: 'user_alex', username: 'alex', password: 'violet turnips hum at noon' } as const;
const KIM = { id: 'user_kim', username: 'kim', password: 'orange kettles sing at dusk' } as const;
const ALEX_ADDRESS = 'alex@fabrikam.example';

const guardedBy =
  (enrolment: Guard | readonly Guard[], verified = true): ConfigChange =>
  (config) => ({
    ...config,
    enrolment: typeof enrolment === 'string' ? enrolment : [...enrolment],
    users: [
      ...(config.users ?? []),
      { ...ALEX, claims: { email: ALEX_ADDRESS, email_verified: verified } },
      { ...KIM, claims: { email: 'kim@fabrikam.example', email_verified: true } },
    ],
  });

/** Somebody without a second factor, signed in, before the guard. */
const guarded = async (server: TestServer, who: { username: string; password: string } = ALEX) => {
  const browser = new TestBrowser(server);
  await browser.signIn(await browser.go(authorizeUrl()), who);
  return { browser, guard: await browser.go(authorizeUrl(STEP_UP)) };
};

const secretOn = ({ html }: Stop): string => /secret=([A-Z2-7]{32})/.exec(html)?.[1] ?? '';

const chooseApp = async (browser: TestBrowser, page: Stop): Promise<Stop> =>
  page.html.includes('name="use" value="totp"') ? browser.submit(page, { use: 'totp' }) : page;

const sessionEvents = async (server: TestServer, userId: string): Promise<readonly string[]> =>
  (await server.store.sessions.ofUser(userId)).flatMap(({ events }) => events.map(({ factor }) => factor));

test('T7: behind a mailed code something is enrolled, which is the proof; the code itself proves nothing', async (t) => {
  const server = await testServer(t, guardedBy('email'));
  const { browser, guard } = await guarded(server);
  assert.doesNotMatch(guard.html, /name="ticket"/);
  assert.doesNotMatch(guard.html, /alex@fabrikam/, 'the address is shown in part');
  const sent = await browser.submit(guard, { send: 'email' });
  const { code } = await mailTo(server, ALEX_ADDRESS);
  const passed = await browser.submit(sent, { mailed: code });
  assert.deepEqual(await sessionEvents(server, ALEX.id), ['password'], 'a guard is no event');
  assert.equal(answerOf(await browser.go(authorizeUrl({ ...STEP_UP, prompt: 'none' }))).code, undefined);
  const connect = await chooseApp(browser, passed);
  const done = await browser.submit(connect, { code: currentCode(server, secretOn(connect)) });
  const { body } = await redeem(server, await browser.submit(done, { kept: '1' }));
  assert.deepEqual(claimsOf(body.id_token).amr, ['mfa', 'otp', 'pwd']);
  const [record] = (await server.store.audit.ofUser(ALEX.id, 50)).filter(({ details }) => 'guard' in details);
  assert.equal(record?.details.guard, 'email');
});

test('the link of the mail fills the code in, in this browser alone, and does nothing by itself', async (t) => {
  const server = await testServer(t, guardedBy('email'));
  const { browser, guard } = await guarded(server);
  await browser.submit(guard, { send: 'email' });
  const { link, code } = await mailTo(server, ALEX_ADDRESS);
  const page = await browser.go(pathOf(link));
  assert.ok(page.html.includes(`value="${code}"`));
  assert.equal(secretOn(page), '');
  assert.equal((await new TestBrowser(server).go(pathOf(link))).status, 400);
  assert.match((await guarded(server, KIM)).guard.url, /^\/enrol/);
  const passed = await browser.submit(await browser.go(pathOf(link)), { mailed: code });
  assert.notEqual(secretOn(await chooseApp(browser, passed)), '');
});

test('T13: a mailed code opens the guard of the interaction and the person that it was made for, and of no other', async (t) => {
  const server = await testServer(t, guardedBy('email'));
  const alex = await guarded(server);
  await alex.browser.submit(alex.guard, { send: 'email' });
  const { code } = await mailTo(server, ALEX_ADDRESS);
  const kim = await guarded(server, KIM);
  await kim.browser.submit(kim.guard, { send: 'email' });
  const second = await guarded(server);
  await second.browser.submit(second.guard, { send: 'email' });
  for (const { browser, guard } of [kim, second]) {
    const refused = await browser.submit(await browser.go(guard.url), { mailed: code });
    assert.equal(refused.status, 400);
    assert.equal(secretOn(refused), '');
  }
});

test('T13: a code for a new password opens no guard', async (t) => {
  const server = await testServer(t, guardedBy('email'));
  const { browser, guard } = await guarded(server);
  await browser.submit(guard, { send: 'email' });
  const reset = new TestBrowser(server);
  const login = await reset.go(authorizeUrl());
  const [, recover = ''] = /href="(\/recover[^"]*)"/.exec(login.html) ?? [];
  await reset.submit(await reset.go(recover), { username: 'alex' });
  const mail = await mailTo(server, ALEX_ADDRESS);
  assert.match(mail.text, /new password/);
  assert.equal((await browser.submit(await browser.go(guard.url), { mailed: mail.code })).status, 400);
});

test('a mailed code is tried five times at most, runs out, and is worth nothing when another was sent', async (t) => {
  const server = await testServer(t, guardedBy('email'));
  const { browser, guard } = await guarded(server);
  const sent = await browser.submit(guard, { send: 'email' });
  const first = await mailTo(server, ALEX_ADDRESS);
  await browser.submit(sent, { send: 'email' });
  assert.equal((await browser.submit(sent, { mailed: first.code })).status, 400);
  for (let i = 0; i < 4; i += 1) await browser.submit(sent, { mailed: 'AAAA-AAAA' });
  const second = await mailTo(server, ALEX_ADDRESS);
  assert.equal((await browser.submit(sent, { mailed: second.code })).status, 429);
  await browser.submit(sent, { send: 'email' });
  const third = await mailTo(server, ALEX_ADDRESS);
  server.advance(901);
  assert.equal((await browser.submit(sent, { mailed: third.code })).status, 400);
});

test('T7: to whom no mail can be sent safely, and no ticket is offered, the client is told that it cannot be met', async (t) => {
  for (const [change, who] of [
    [guardedBy('email', false), ALEX],
    [guardedBy('email'), { username: 'sam', password: 'purple otters juggle lemons' }],
  ] as const) {
    const server = await testServer(t, change);
    const { guard } = await guarded(server, who);
    assert.equal(answerOf(guard).error, 'unmet_authentication_requirements');
  }
});

test('with both guards, either opens', async (t) => {
  const server = await testServer(t, guardedBy(['ticket', 'email']));
  const { browser, guard } = await guarded(server);
  assert.match(guard.html, /name="send"/);
  assert.match(guard.html, /name="ticket"/);
  const passed = await browser.submit(guard, { ticket: await issueEnrolmentTicket(ALEX.id, server.deps) });
  assert.notEqual(secretOn(await chooseApp(browser, passed)), '');
});

test('T8: whoever has another proof, but none that would do, is not let in by mail', async (t) => {
  const server = await testServer(t, (config) => ({
    ...guardedBy('email')(config),
    clients: (config.clients ?? []).map((client) => (client.id === 'web' ? { ...client, minimumAcr: 'mfa' } : client)),
    levels: [
      { acr: 'three', kinds: 2, shownBy: 'not-knowledge', renewedBy: 'not-knowledge' },
      { acr: 'phr', kinds: 1, shownBy: 'phishing-resistant', renewedBy: 'phishing-resistant' },
      { acr: 'mfa', kinds: 2, shownBy: 'any', renewedBy: 'not-knowledge' },
      { acr: '1fa', kinds: 1, shownBy: 'any', renewedBy: 'any' },
    ],
  }));
  const browser = new TestBrowser(server);
  const challenge = await browser.signIn(await browser.go(authorizeUrl()), ROBIN);
  await browser.giveCode(challenge);
  server.advance(301);
  const refused = await browser.go(authorizeUrl({ acr_values: 'phr' }));
  assert.equal(answerOf(refused).error, 'unmet_authentication_requirements');
});

test('T8: whoever has just proven another authenticator passes the guard by that, for five minutes, and a password alone never does', async (t) => {
  const server = await testServer(t, guardedBy('ticket'));
  const browser = new TestBrowser(server);
  const stepUp = await browser.signIn(await browser.go(authorizeUrl({ acr_values: 'mfa' })), ROBIN);
  await browser.giveCode(stepUp);
  const wanted = authorizeUrl({ acr_values: 'phr' });
  const page = await browser.go(wanted);
  assert.match(page.url, /^\/enrol/);
  assert.doesNotMatch(page.html, /name="ticket"/);
  server.advance(301);
  assert.match((await browser.go(page.url)).html, /name="ticket"/, 'too old');
  const other = new TestBrowser(server);
  const byPassword = await other.signIn(await other.go(wanted), ROBIN);
  assert.match(byPassword.html, /name="ticket"/);
  const refusing = await testServer(t, (config) => ({ ...config, enrolment: 'refuse' }));
  const there = new TestBrowser(refusing);
  await there.giveCode(await there.signIn(await there.go(authorizeUrl({ acr_values: 'mfa' })), ROBIN));
  assert.equal(answerOf(await there.go(wanted)).error, 'unmet_authentication_requirements');
});

test('T9: after a reset by mail the mail guards nothing', async (t) => {
  const server = await testServer(t, guardedBy(['ticket', 'email']));
  const browser = new TestBrowser(server);
  const login = await browser.go(authorizeUrl());
  const [, recover = ''] = /href="(\/recover[^"]*)"/.exec(login.html) ?? [];
  const page = await browser.submit(await browser.go(recover), { username: 'alex' });
  const password = 'seven lanterns over the harbour';
  await browser.submit(page, { mailed: (await mailTo(server, ALEX_ADDRESS)).code, password });
  const { guard, browser: thief } = await guarded(server, { username: 'alex', password });
  assert.match(guard.html, /name="ticket"/);
  assert.doesNotMatch(guard.html, /name="send"/);
  const mails = server.mails.length;
  await thief.submit(guard, { send: 'email' });
  assert.equal(server.mails.length, mails);
  const passed = await thief.submit(guard, { ticket: await issueEnrolmentTicket(ALEX.id, server.deps) });
  const connect = await chooseApp(thief, passed);
  await thief.submit(connect, { code: currentCode(server, secretOn(connect)) });
  const [own] = (await server.store.authenticators.ofUser(ALEX.id)).filter(({ factor }) => factor === 'password');
  assert.equal(own?.material.resetBy, undefined, 'another proof has shown that the password is its owner’s');
  assert.ok(hiddenFields(guard).csrf);
});
