/** Somebody has lost what they prove themselves with: a ticket, a wait in which it can be stopped, and something new (T9, T13). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { issueRecoveryTicket } from '../recovery/lost-factor.ts';
import type { Stop } from '../testing/browser.ts';
import { currentCode, formPost, hiddenFields, TestBrowser } from '../testing/browser.ts';
import { answerOf, authorizeUrl, claimsOf, redeem, signInAndStepUp } from '../testing/flow.ts';
import { afterAnswer, mailTo, pathOf } from '../testing/post.ts';
import { ROBIN, SAM } from '../testing/test-config.ts';
import type { ConfigChange, TestServer } from '../testing/test-server.ts';
import { testServer } from '../testing/test-server.ts';

const ADDRESS = 'robin@fabrikam.example';
const DAY = 86_400;
const STEP_UP = { acr_values: 'mfa' };

const ticketFor = async (server: TestServer, userId: string): Promise<string> =>
  issueRecoveryTicket((await server.store.users.find(userId)) ?? assert.fail(), server.deps);

const interactionOf = ({ url }: Stop): string => /interaction=([\w-]+)/.exec(url)?.[1] ?? '';

/** Robin, signed in by password, before the page that takes a recovery ticket. */
const before = async (server: TestServer, browser = new TestBrowser(server)) => {
  let challenge = await browser.go(authorizeUrl(STEP_UP));
  if (challenge.url.startsWith('/login')) challenge = await browser.signIn(challenge);
  assert.match(challenge.url, /^\/challenge\?/);
  assert.match(challenge.html, /\/recover\?interaction=/);
  return { browser, page: await browser.go(`/recover?interaction=${interactionOf(challenge)}`) };
};

const secretOn = ({ html }: Stop): string => /secret=([A-Z2-7]{32})/.exec(html)?.[1] ?? '';

/** Behind the guard: the app is chosen where there is a choice, and connected. */
const connected = async (server: TestServer, browser: TestBrowser, page: Stop): Promise<Stop> => {
  assert.match(page.url, /^\/enrol\?/);
  const connect = page.html.includes('name="use" value="totp"') ? await browser.submit(page, { use: 'totp' }) : page;
  return browser.submit(connect, { code: currentCode(server, secretOn(connect)) });
};

const authenticatorsOf = async (server: TestServer): Promise<readonly string[]> =>
  (await server.store.authenticators.ofUser(ROBIN.id)).map(({ factor }) => factor).toSorted();

test('after the wait, password and ticket let somebody enrol anew, in the place of what was lost', async (t) => {
  const server = await testServer(t);
  const stolen = await signInAndStepUp(server, STEP_UP);
  const ticket = await ticketFor(server, ROBIN.id);
  const first = await before(server);
  const waiting = await first.browser.submit(first.page, { ticket });
  assert.match(waiting.html, /Your recovery has begun/);
  assert.match(waiting.html, /24 hours|1 day/);
  server.advance(DAY - 10);
  const early = await before(server);
  assert.match((await early.browser.submit(early.page, { ticket })).html, /Your recovery has begun/);
  server.advance(10);
  const later = await before(server);
  const choice = await later.browser.submit(later.page, { ticket });
  const codes = await connected(server, later.browser, choice);
  assert.equal([...codes.html.matchAll(/[0-9A-Z]{4}(-[0-9A-Z]{4}){5}/g)].length, 10);
  const end = await later.browser.submit(codes, { kept: '1' });
  const { body } = await redeem(server, end);
  assert.deepEqual(claimsOf(body.id_token).amr, ['mfa', 'otp', 'pwd']);
  assert.deepEqual(await authenticatorsOf(server), ['password', 'recovery-code', 'totp']);
  const theirs = await server.store.authenticators.ofUser(ROBIN.id);
  assert.ok(
    theirs.every(({ id }) => id !== 'auth_user_robin_totp'),
    'the lost one is gone',
  );
  const elevated = await stolen.browser.go(authorizeUrl({ ...STEP_UP, prompt: 'none' }));
  assert.equal(answerOf(elevated).code, undefined, 'with every elevation that rested on it');
  assert.match((await mailTo(server, ADDRESS)).subject, /recovered/);
});

test('T9: a ticket alone is no proof: neither before the wait nor after it is anything issued for it', async (t) => {
  const server = await testServer(t, (config) => ({ ...config, recovery: { waiting: 0 } }));
  const ticket = await ticketFor(server, ROBIN.id);
  const { browser, page } = await before(server);
  const choice = await browser.submit(page, { ticket });
  assert.match(choice.url, /^\/enrol\?/);
  const home = await browser.go(`/authorize?interaction=${interactionOf(choice)}`);
  assert.match(home.url, /^\/enrol\?/, 'something must be enrolled');
  const other = await browser.go(authorizeUrl(STEP_UP));
  assert.match(other.url, /^\/challenge\?/, 'and only in this interaction is the lost one set aside');
  assert.equal(answerOf(await browser.go(authorizeUrl({ ...STEP_UP, prompt: 'none' }))).code, undefined);
});

test('whoever reads the addresses is told at once, and stops it without signing in', async (t) => {
  const server = await testServer(t);
  const ticket = await ticketFor(server, ROBIN.id);
  const { browser, page } = await before(server);
  await browser.submit(page, { ticket });
  const { link, subject } = await mailTo(server, ADDRESS);
  assert.match(subject, /about to be recovered/);
  assert.ok(link.startsWith(`${server.deps.config.issuer}recover/stop?`));
  const owner = new TestBrowser(server);
  const asks = await owner.go(pathOf(link));
  assert.match(asks.html, /Stop this recovery\?/);
  server.advance(DAY);
  const stopped = await owner.submit(asks, {});
  assert.match(stopped.html, /The recovery is stopped/);
  assert.match((await owner.submit(asks, {})).html, /nothing to stop/);
  const late = await before(server);
  assert.equal((await late.browser.submit(late.page, { ticket })).status, 400, 'the ticket is worth nothing');
  assert.deepEqual(await authenticatorsOf(server), ['password', 'recovery-code', 'totp']);
});

test('to look at the page that stops a recovery stops nothing, nor does a token that is not its own', async (t) => {
  const server = await testServer(t);
  const ticket = await ticketFor(server, ROBIN.id);
  const { browser, page } = await before(server);
  await browser.submit(page, { ticket });
  const { link } = await mailTo(server, ADDRESS);
  const scanner = new TestBrowser(server);
  for (let i = 0; i < 3; i += 1) await scanner.go(pathOf(link));
  const token = new URL(link).searchParams.get('token') ?? '';
  const [user = '', mac = ''] = token.split('.');
  const sam = Buffer.from(SAM.id).toString('base64url');
  for (const forged of ['', 'x', `${user}.`, `${user}.${'A'.repeat(43)}`, `${sam}.${mac}`, `${token}x`, `${token} `]) {
    const response = await scanner.go('/recover/stop', formPost({ token: forged }));
    assert.match(response.html, /nothing to stop/, forged);
  }
  server.advance(DAY);
  const later = await before(server);
  assert.match((await later.browser.submit(later.page, { ticket })).url, /^\/enrol\?/);
});

for (const [name, ticketOf] of [
  ['none', async () => ''],
  ['a made-up one', async () => 'AAAA-BBBB-CCCC-DDDD-EEEE-FFFF'],
  ['one of somebody else', (server: TestServer) => ticketFor(server, SAM.id)],
  [
    'one that was replaced',
    async (server: TestServer) => {
      const old = await ticketFor(server, ROBIN.id);
      await ticketFor(server, ROBIN.id);
      return old;
    },
  ],
  [
    'one that has run out',
    async (server: TestServer) => {
      const old = await ticketFor(server, ROBIN.id);
      server.advance(7 * DAY);
      return old;
    },
  ],
] as const) {
  test(`T13: with ${name} for a recovery ticket nothing begins`, async (t) => {
    const server = await testServer(t);
    const ticket = await ticketOf(server);
    const { browser, page } = await before(server);
    const refused = await browser.submit(page, { ticket });
    assert.equal(refused.status, 400);
    await afterAnswer();
    assert.deepEqual(server.mails, []);
  });
}

test('T13: a ticket for recovery opens no guarded enrolment, and a set-up code no recovery', async (t) => {
  const server = await testServer(t, (config) => ({ ...config, recovery: { waiting: 0 } }));
  const { issueEnrolmentTicket } = await import('../factors/enrolment-ticket.ts');
  const setUp = await issueEnrolmentTicket(ROBIN.id, server.deps);
  const { browser, page } = await before(server);
  assert.equal((await browser.submit(page, { ticket: setUp })).status, 400);
  const sam = new TestBrowser(server);
  await sam.signIn(await sam.go(authorizeUrl()), SAM);
  const guard = await sam.go(authorizeUrl(STEP_UP));
  const refused = await sam.submit(guard, { ticket: await ticketFor(server, SAM.id) });
  assert.equal(refused.status, 400);
});

test('T14: one ticket, used in two browsers at once, enrols once', async (t) => {
  const server = await testServer(t, (config) => ({ ...config, recovery: { waiting: 0 } }));
  const ticket = await ticketFor(server, ROBIN.id);
  const both = [await before(server), await before(server)];
  const choices = await Promise.all(both.map(({ browser, page }) => browser.submit(page, { ticket })));
  const ends = await Promise.all(both.map(({ browser }, i) => connected(server, browser, choices[i] ?? assert.fail())));
  const done = ends.filter(({ html }) => /[0-9A-Z]{4}(-[0-9A-Z]{4}){5}/.test(html));
  assert.equal(done.length, 1);
  assert.deepEqual(await authenticatorsOf(server), ['password', 'recovery-code', 'totp']);
});

test('what is configured to be kept is kept beside the new one', async (t) => {
  const keeping: ConfigChange = (config) => ({ ...config, recovery: { waiting: 0, replaces: 'nothing' } });
  const server = await testServer(t, keeping);
  const { browser, page } = await before(server);
  const choice = await browser.submit(page, { ticket: await ticketFor(server, ROBIN.id) });
  assert.ok(answerOf(await connected(server, browser, choice)).code);
  assert.deepEqual(await authenticatorsOf(server), ['password', 'recovery-code', 'totp', 'totp']);
});

test('a recovery that is stopped while its page is open enrols nothing', async (t) => {
  const server = await testServer(t, (config) => ({ ...config, recovery: { waiting: 0 } }));
  const { browser, page } = await before(server);
  const choice = await browser.submit(page, { ticket: await ticketFor(server, ROBIN.id) });
  const connect = choice.html.includes('value="totp"') ? await browser.submit(choice, { use: 'totp' }) : choice;
  const owner = new TestBrowser(server);
  await owner.submit(await owner.go(pathOf((await mailTo(server, ADDRESS)).link)), {});
  const late = await browser.submit(connect, { code: currentCode(server, secretOn(connect)) });
  assert.match(late.url, /^\/challenge\?/);
  assert.deepEqual(await authenticatorsOf(server), ['password', 'recovery-code', 'totp']);
});

test('guessing recovery tickets is slow', async (t) => {
  const server = await testServer(t);
  const { browser, page } = await before(server);
  for (let i = 0; i < 10; i += 1) assert.equal((await browser.submit(page, { ticket: 'x' })).status, 400);
  const ticket = await ticketFor(server, ROBIN.id);
  assert.equal((await browser.submit(page, { ticket })).status, 429);
});

test('whoever is not signed in shows no ticket', async (t) => {
  const server = await testServer(t);
  const ticket = await ticketFor(server, ROBIN.id);
  const browser = new TestBrowser(server);
  const login = await browser.go(authorizeUrl(STEP_UP));
  const path = `/recover?interaction=${interactionOf(login)}&what=device`;
  await browser.go(path, formPost({ ...hiddenFields(login), ticket }));
  await afterAnswer();
  assert.deepEqual(server.mails, []);
});
