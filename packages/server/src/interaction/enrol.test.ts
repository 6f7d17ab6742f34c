/** Guarded enrolment: whoever needs a second proof and has none shows an administrator's ticket first (T7, T8). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { issueEnrolmentTicket } from '../factors/enrolment-ticket.ts';
import type { Stop } from '../testing/browser.ts';
import { currentCode, formAction, formPost, hiddenFields, TestBrowser } from '../testing/browser.ts';
import { answerOf, authorizeUrl, claimsOf, redeem } from '../testing/flow.ts';
import { ROBIN, SAM } from '../testing/test-config.ts';
import type { TestServer } from '../testing/test-server.ts';
import { testServer } from '../testing/test-server.ts';

const STEP_UP = { acr_values: 'mfa' };

const ticketFor = (server: TestServer, userId: string): Promise<string> => issueEnrolmentTicket(userId, server.deps);

/** Sam, signed in, before the page that asks for the ticket. */
const guarded = async (server: TestServer, change: Readonly<Record<string, string>> = STEP_UP) => {
  const browser = new TestBrowser(server);
  await browser.signIn(await browser.go(authorizeUrl()), SAM);
  return { browser, guard: await browser.go(authorizeUrl(change)) };
};

/** Passes the guard, and chooses the app where there is a choice. */
const connecting = async (browser: TestBrowser, guard: Stop, ticket: string): Promise<Stop> => {
  const passed = await browser.submit(guard, { ticket });
  return passed.html.includes('name="use" value="totp"') ? browser.submit(passed, { use: 'totp' }) : passed;
};

const secretOn = ({ html }: Stop): string => /secret=([A-Z2-7]{32})/.exec(html)?.[1] ?? '';

const authenticatorsOf = async (server: TestServer): Promise<readonly string[]> =>
  (await server.store.authenticators.ofUser(SAM.id)).map(({ factor }) => factor);

test('T7: with a ticket the app is connected by its first code, which counts as the proof', async (t) => {
  const server = await testServer(t);
  const { browser, guard } = await guarded(server);
  assert.match(guard.url, /^\/enrol\?/);
  assert.equal(secretOn(guard), '');
  const connect = await connecting(browser, guard, await ticketFor(server, SAM.id));
  const secret = secretOn(connect);
  assert.match(connect.html, /<svg/);
  const done = await browser.submit(connect, { code: currentCode(server, secret) });
  assert.equal(done.status, 200);
  assert.equal([...done.html.matchAll(/[0-9A-Z]{4}(-[0-9A-Z]{4}){5}/g)].length, 10);
  const { body } = await redeem(server, await browser.submit(done, { kept: '1' }));
  assert.deepEqual([claimsOf(body.id_token).acr, claimsOf(body.id_token).amr], ['mfa', ['mfa', 'otp', 'pwd']]);
  assert.deepEqual((await authenticatorsOf(server)).toSorted(), ['password', 'recovery-code', 'totp'].toSorted());
});

test('recovery codes are shown until they are kept: after a reload and after a double click, and not a moment longer', async (t) => {
  const server = await testServer(t);
  const { browser, guard } = await guarded(server);
  const connect = await connecting(browser, guard, await ticketFor(server, SAM.id));
  const clicks = { ...hiddenFields(connect), code: currentCode(server, secretOn(connect)) };
  const before = new Map(browser.cookies);
  const first = await browser.go(formAction(connect), formPost(clicks));
  for (const [name, value] of before) browser.cookies.set(name, value);
  const second = await browser.go(formAction(connect), formPost(clicks));
  const codesOn = ({ html }: Stop): readonly string[] => html.match(/[0-9A-Z]{4}(-[0-9A-Z]{4}){5}/g) ?? [];
  assert.equal(codesOn(first).length, 10);
  assert.deepEqual(codesOn(second), codesOn(first));
  assert.deepEqual(codesOn(await browser.go(second.url)), codesOn(first));
  assert.deepEqual(codesOn(await browser.submit(second, {})), codesOn(first), 'without the word that they are kept');
  assert.ok(answerOf(await browser.submit(second, { kept: '1' })).code);
  const [, id = ''] = /interaction=([\w-]+)/.exec(second.url) ?? [];
  assert.deepEqual((await server.store.interactions.find(id))?.progress, {});
  assert.equal((await browser.go(second.url)).status, 400);
});

test('the database holds none of the recovery codes that are shown, before they are kept and after', async (t) => {
  const server = await testServer(t);
  const { browser, guard } = await guarded(server);
  const connect = await connecting(browser, guard, await ticketFor(server, SAM.id));
  const [, id = ''] = /interaction=([\w-]+)/.exec(connect.url) ?? [];
  const done = await browser.submit(connect, { code: currentCode(server, secretOn(connect)) });
  const codes = done.html.match(/[0-9A-Z]{4}(-[0-9A-Z]{4}){5}/g) ?? [];
  assert.equal(new Set(codes).size, 10);
  const { interactions, authenticators, audit } = server.store;
  const progress = (await interactions.find(id))?.progress;
  const kept = JSON.stringify([progress, await authenticators.ofUser(SAM.id), await audit.recent(100)]);
  for (const code of codes) assert.ok(!kept.includes(code) && !kept.includes(code.replaceAll('-', '')));
  assert.match(kept, /recoveryCodesFrom/, 'what they are made of, together with what only the browser has');
});

test('what was shown at enrolment serves from then on: the app, and each recovery code', async (t) => {
  const server = await testServer(t);
  const { browser, guard } = await guarded(server);
  const connect = await connecting(browser, guard, await ticketFor(server, SAM.id));
  const done = await browser.submit(connect, { code: currentCode(server, secretOn(connect)) });
  const [recoveryCode = ''] = /[0-9A-Z]{4}(-[0-9A-Z]{4}){5}/.exec(done.html) ?? [];
  const byApp = await guarded(server);
  assert.match(byApp.guard.url, /^\/challenge\?/);
  assert.equal((await byApp.browser.submit(byApp.guard, { code: currentCode(server, secretOn(connect)) })).status, 400);
  server.advance(30);
  const code = currentCode(server, secretOn(connect));
  assert.ok(answerOf(await byApp.browser.submit(byApp.guard, { code })).code);
  const byCode = await guarded(server);
  const use = /name="use" value="([^"]+)"/.exec(byCode.guard.html)?.[1] ?? '';
  const recovery = await byCode.browser.submit(byCode.guard, { use });
  assert.ok(answerOf(await byCode.browser.submit(recovery, { code: recoveryCode })).code);
});

for (const [name, ticketOf] of [
  ['none', async () => ''],
  ['a made-up one', async () => 'AAAA-BBBB-CCCC-DDDD-EEEE-FFFF'],
  ['a password', async () => SAM.password],
  ['one for somebody else', (server: TestServer) => ticketFor(server, ROBIN.id)],
  [
    'an expired one',
    async (server: TestServer) => {
      const ticket = await issueEnrolmentTicket(SAM.id, server.deps);
      server.advance(3 * 86_400);
      return ticket;
    },
  ],
] as const) {
  test(`T7: with ${name} for a ticket nothing is shown and nothing enrolled`, async (t) => {
    const server = await testServer(t, (config) => ({
      ...config,
      sessions: { idle: '9d' },
      lifetimes: { interaction: '9d' },
    }));
    const { browser, guard } = await guarded(server);
    const refused = await browser.submit(guard, { ticket: await ticketOf(server) });
    assert.equal(refused.status, 400);
    assert.match(refused.html, /set-up code is not right/);
    assert.equal(secretOn(refused), '');
    assert.deepEqual(await authenticatorsOf(server), ['password']);
    assert.equal(answerOf(await browser.go(authorizeUrl({ ...STEP_UP, prompt: 'none' }))).code, undefined);
  });
}

test('T8: a password thief without a ticket cannot leave the first page out', async (t) => {
  const server = await testServer(t);
  const { browser, guard } = await guarded(server);
  const secret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
  const forged = { code: currentCode(server, secret), authenticator: 'x', secret, ticketHash: 'x' };
  const stop = await browser.submit(guard, forged);
  assert.equal(stop.status, 400);
  assert.deepEqual(await authenticatorsOf(server), ['password']);
});

test('a ticket is used up by the enrolment and by nothing before it', async (t) => {
  const server = await testServer(t);
  const ticket = await ticketFor(server, SAM.id);
  const first = await guarded(server);
  await first.browser.submit(first.guard, { ticket });
  await first.browser.go(first.guard.url, formPost({ ...hiddenFields(first.guard), cancel: '1' }));
  const second = await guarded(server);
  const connect = await connecting(second.browser, second.guard, ticket.toLowerCase().replaceAll('-', ' '));
  const wrong = await second.browser.submit(connect, { code: '000000' });
  assert.equal(wrong.status, 400);
  assert.equal(secretOn(wrong), secretOn(connect));
  assert.equal((await second.browser.submit(wrong, { code: currentCode(server, secretOn(wrong)) })).status, 200);
  assert.equal((await authenticatorsOf(server)).length, 3);
});

test('T14: one ticket, shown in two browsers, enrols once', async (t) => {
  const server = await testServer(t);
  const ticket = await ticketFor(server, SAM.id);
  const both = [await guarded(server), await guarded(server)];
  const pages = await Promise.all(both.map(({ browser, guard }) => connecting(browser, guard, ticket)));
  assert.notEqual(secretOn(pages[0] ?? assert.fail()), secretOn(pages[1] ?? assert.fail()));
  const ends = await Promise.all(
    both.map(({ browser }, i) => {
      const page = pages[i] ?? assert.fail();
      return browser.submit(page, { code: currentCode(server, secretOn(page)) });
    }),
  );
  assert.equal(ends.filter(({ status }) => status === 200).length, 1);
  const late = ends.find(({ status }) => status !== 200);
  assert.match(late?.html ?? '', /too old or was used already/);
  assert.equal((await authenticatorsOf(server)).length, 3);
});

test('a first code that is sent twice at once enrols once, and the recovery codes that are shown are the ones that count', async (t) => {
  const server = await testServer(t);
  const { browser, guard } = await guarded(server);
  const connect = await connecting(browser, guard, await ticketFor(server, SAM.id));
  const form = formPost({ ...hiddenFields(connect), code: currentCode(server, secretOn(connect)) });
  const action = formAction(connect);
  const answers = await Promise.all([browser.send(action, form), browser.send(action, form)]);
  for (const response of answers) assert.equal(response.headers.get('location'), connect.url);
  assert.equal((await authenticatorsOf(server)).length, 3);
  const shown = (await browser.go(connect.url)).html.match(/[0-9A-Z]{4}(-[0-9A-Z]{4}){5}/g) ?? [];
  assert.equal(shown.length, 10);
  const later = await guarded(server);
  const use = /name="use" value="([^"]+)"/.exec(later.guard.html)?.[1] ?? '';
  const recovery = await later.browser.submit(later.guard, { use });
  assert.ok(answerOf(await later.browser.submit(recovery, { code: shown[9] ?? '' })).code);
});

test('T16: recovery codes are shown only when they are enrolled', async (t) => {
  let broken = false;
  const server = await testServer(t, undefined, (store) => ({
    ...store,
    sessions: {
      ...store.sessions,
      recordProof: (proof) => (broken ? Promise.reject(new Error('full')) : store.sessions.recordProof(proof)),
    },
  }));
  const { browser, guard } = await guarded(server);
  const connect = await connecting(browser, guard, await ticketFor(server, SAM.id));
  broken = true;
  assert.equal((await browser.submit(connect, { code: currentCode(server, secretOn(connect)) })).status, 500);
  broken = false;
  for (const stop of [await browser.go(connect.url), await browser.submit(connect, { kept: '1' })]) {
    assert.doesNotMatch(stop.html, /[0-9A-Z]{4}(-[0-9A-Z]{4}){5}/);
    assert.equal(secretOn(stop), secretOn(connect));
  }
  const done = await browser.submit(connect, { code: currentCode(server, secretOn(connect)) });
  assert.match(done.html, /[0-9A-Z]{4}(-[0-9A-Z]{4}){5}/);
});

test('guessing tickets is slow', async (t) => {
  const server = await testServer(t);
  const { browser, guard } = await guarded(server);
  for (let i = 0; i < 10; i += 1) assert.equal((await browser.submit(guard, { ticket: 'x' })).status, 400);
  const stopped = await browser.submit(guard, { ticket: await ticketFor(server, SAM.id) });
  assert.equal(stopped.status, 429);
  assert.equal(secretOn(stopped), '');
});

test('T7: where enrolment is not offered the client is told that it cannot be met', async (t) => {
  const server = await testServer(t, (config) => ({ ...config, enrolment: 'refuse' }));
  const { guard } = await guarded(server);
  assert.equal(answerOf(guard).error, 'unmet_authentication_requirements');
});

test('T7: without a page the client is told that something must be done first', async (t) => {
  const server = await testServer(t);
  const { browser } = await guarded(server);
  assert.equal(answerOf(await browser.go(authorizeUrl({ ...STEP_UP, prompt: 'none' }))).error, 'interaction_required');
});

test('T8: whoever has a second factor is asked for it, and never led to enrolment', async (t) => {
  const server = await testServer(t);
  const browser = new TestBrowser(server);
  const challenge = await browser.signIn(await browser.go(authorizeUrl(STEP_UP)), ROBIN);
  assert.match(challenge.url, /^\/challenge\?/);
  const ticket = await ticketFor(server, ROBIN.id);
  const enrol = challenge.url.replace('/challenge', '/enrol');
  assert.match((await browser.go(enrol)).url, /^\/challenge\?/);
  const form = formPost({ ...hiddenFields(challenge), ticket });
  assert.match((await browser.go(enrol, form)).url, /^\/challenge\?/);
});

test('what the request was for is still due after the enrolment: a wrong person or a cancel ends it', async (t) => {
  const server = await testServer(t);
  const { browser, guard } = await guarded(server);
  await browser.submit(guard, { ticket: await ticketFor(server, SAM.id) });
  const cancelled = await browser.submit(await browser.go(guard.url), { cancel: '1' });
  assert.equal(answerOf(cancelled).error, 'access_denied');
  assert.equal((await browser.go(guard.url)).status, 400);
  assert.deepEqual(await authenticatorsOf(server), ['password']);
});

test('no secret of the enrolment is in the log or on record', async (t) => {
  const server = await testServer(t);
  const { browser, guard } = await guarded(server);
  const ticket = await ticketFor(server, SAM.id);
  const connect = await connecting(browser, guard, ticket);
  const code = currentCode(server, secretOn(connect));
  const done = await browser.submit(connect, { code });
  const kept = JSON.stringify(await server.store.audit.recent(100)) + server.logged.join('');
  const [recoveryCode = 'none'] = /[0-9A-Z]{4}(-[0-9A-Z]{4}){5}/.exec(done.html) ?? [];
  for (const secret of [ticket, secretOn(connect), code, recoveryCode]) assert.ok(!kept.includes(secret));
  assert.match(kept, /"enrolled"/);
});
