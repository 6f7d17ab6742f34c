/** Attacks on the ways back: on guarded enrolment, forgotten passwords, and the recovery of lost devices. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { authorizationUrl } from '../flow.ts';
import type { RecoveringServer } from '../recovery/recovering-server.ts';
import { startRecoveringServer } from '../recovery/recovering-server.ts';
import type { Page } from '../user-agent.ts';
import { UserAgent } from '../user-agent.ts';
import { getsCode, sendForm, signedIn } from './signed-in.ts';
import { isTold, shuffled, superiority } from './superiority.ts';

const TRANSFER = { scope: 'openid transfer:funds' };
const NEW_PASSWORD = 'seven lanterns over the harbour';
const names = Array.from({ length: 8 }, (_, i) => `person${i}`);

let server: RecoveringServer;
before(async () => {
  server = await startRecoveringServer({
    people: ['victim', 'thief', 'bare', 'other', 'kept', ...names],
    withoutSecondProof: ['thief', 'bare'],
    change: (config) => ({ ...config, recovery: { waiting: 0 } }),
  });
});
after(() => server.close());

const interactionIn = ({ url }: Page): string => url.searchParams.get('interaction') ?? '';

/** In front of the page that takes a code, for a name; each as soon as every limit lets it. */
const askedFor = async (username: string, agent = new UserAgent(server.issuer)) => {
  server.advance(3600);
  const login = await agent.open(authorizationUrl(server));
  const forgot = await agent.open(`/recover?interaction=${interactionIn(login)}`);
  const sent = server.mails.length;
  return { agent, sent, page: await agent.submit(forgot, { username }) };
};

/** In front of the guard or the challenge of a transfer, with a password alone. */
const stoppedAt = async (username: string, afterSeconds = 3600) => {
  server.advance(afterSeconds);
  const agent = await signedIn(server, username);
  return { agent, page: await agent.open(authorizationUrl(server, TRANSFER)) };
};

const isOpen = async (username: string, password: string): Promise<boolean> => {
  server.advance(3600);
  const agent = new UserAgent(server.issuer);
  const login = await agent.open(authorizationUrl(server));
  return (await agent.submit(login, { username, password })).status === 303;
};

describe('a new password by mail', () => {
  it('a code that was mailed to the thief sets no password of the victim, in any browser', async () => {
    const own = await askedFor('thief');
    const { code } = await server.mailTo('thief', own.sent);
    const victims = await askedFor('victim');
    for (const agent of [victims.agent, own.agent]) {
      const answer = await agent.submit(victims.page, { mailed: code, password: NEW_PASSWORD });
      assert.doesNotMatch(answer.html, /Your password is changed/);
    }
    assert.equal(await isOpen('victim', NEW_PASSWORD), false);
  });

  it('the link of the victim’s mail opens nothing in the thief’s browser, nor for a program that looks at mail', async () => {
    const { agent, sent } = await askedFor('other');
    const { code, link } = await server.mailTo('other', sent);
    for (const stranger of [new UserAgent(server.issuer), await signedIn(server, 'thief')]) {
      assert.equal((await stranger.open(link)).status, 400);
    }
    const page = await agent.open(link);
    assert.equal((await agent.submit(page, { mailed: code, password: NEW_PASSWORD })).status, 200);
    const again = await agent.submit(page, { mailed: code, password: `${NEW_PASSWORD} again` });
    assert.match(again.html, /Your password is changed/, 'a second click is told what the first did');
    assert.equal(await isOpen('other', `${NEW_PASSWORD} again`), false);
    assert.equal(await isOpen('other', NEW_PASSWORD), true);
  });

  it('a Host header of the attacker’s is in no mail', async () => {
    const { agent, page } = await askedFor('kept');
    for (const header of ['x-forwarded-host', 'x-host', 'forwarded', 'x-original-host']) {
      server.advance(3600);
      const sent = server.mails.length;
      const body = new URLSearchParams({ csrf: /name="csrf" value="([^"]+)"/.exec(page.html)?.[1] ?? '', again: '1' });
      await agent.send(page.url, { method: 'POST', body, headers: { [header]: 'evil.example' } });
      const mails = server.mails.slice(sent);
      assert.ok(mails.every(({ text }) => !text.includes('evil.example')));
    }
    const { agent: last, sent } = await askedFor('kept');
    assert.ok((await server.mailTo('kept', sent)).link.startsWith(server.issuer));
    assert.ok(last);
  });

  it('user enumeration by time: asking for a new password takes as long for a name that nobody has', async (t) => {
    const times: Record<'known' | 'unknown', number[]> = { known: [], unknown: [] };
    for (const name of ['person0', 'nobody0', 'person1', 'nobody1']) await askedFor(name);
    for (const [i, kind] of shuffled(['known', 'unknown'] as const).entries()) {
      server.advance(3600);
      const agent = new UserAgent(server.issuer);
      const login = await agent.open(authorizationUrl(server));
      const forgot = await agent.open(`/recover?interaction=${interactionIn(login)}`);
      const username = `${kind === 'known' ? 'person' : 'nobody'}${i % names.length}`;
      const started = performance.now();
      const response = await sendForm(agent, forgot, { username });
      await response.text();
      times[kind].push(performance.now() - started);
      assert.equal(response.status, 303);
    }
    t.diagnostic(`known before unknown ${superiority(times.known, times.unknown).toFixed(2)}`);
    assert.ok(!isTold(times.known, times.unknown));
  });

  it('T9: whoever reads the mailbox and sets a new password gets no further than the password', async () => {
    const { agent, page, sent } = await askedFor('bare');
    const { code } = await server.mailTo('bare', sent);
    await agent.submit(page, { mailed: code, password: NEW_PASSWORD });
    const thief = new UserAgent(server.issuer);
    server.advance(3600);
    await thief.submit(await thief.open(authorizationUrl(server)), { username: 'bare', password: NEW_PASSWORD });
    const guard = await thief.open(authorizationUrl(server, TRANSFER));
    assert.equal(guard.url.pathname, '/enrol');
    const mails = server.mails.length;
    const answer = await thief.submit(guard, { send: 'email' });
    assert.doesNotMatch(answer.html, /name="mailed"/);
    assert.equal(server.mails.length, mails);
    assert.equal(await getsCode(server, thief, TRANSFER), false);
  });
});

describe('a guard by mail', () => {
  it('T13: a code from the mailbox of one person, or for another request, opens no guard', async () => {
    const thief = await stoppedAt('thief');
    const sent = server.mails.length;
    const waiting = await thief.agent.submit(thief.page, { send: 'email' });
    const { code } = await server.mailTo('thief', sent);
    const second = await stoppedAt('thief', 1);
    const secondWaiting = await second.agent.submit(second.page, { send: 'email' });
    assert.equal((await second.agent.submit(secondWaiting, { mailed: code })).status, 400);
    const passed = await thief.agent.submit(waiting, { mailed: code });
    assert.match(passed.html, /value="totp"/);
    assert.equal(await getsCode(server, thief.agent, TRANSFER), false, 'and the code alone proves nothing');
  });
});

describe('a recovery ticket', () => {
  it('the ticket of one person recovers nobody else, and nobody without their password', async () => {
    const ticket = await server.ticketFor('victim');
    const thief = await stoppedAt('kept');
    const lost = await thief.agent.open(`/recover?interaction=${interactionIn(thief.page)}`);
    assert.equal((await thief.agent.submit(lost, { ticket })).status, 400);
    const stranger = new UserAgent(server.issuer);
    const login = await stranger.open(authorizationUrl(server, TRANSFER));
    const forgot = await stranger.open(`/recover?interaction=${interactionIn(login)}&what=device`);
    await stranger.submit(forgot, { ticket });
    assert.equal(await getsCode(server, stranger, TRANSFER), false);
  });

  it('T9: with password and ticket, but nothing enrolled, no elevated scope is given', async () => {
    const ticket = await server.ticketFor('kept');
    const { agent, page } = await stoppedAt('kept');
    const lost = await agent.open(`/recover?interaction=${interactionIn(page)}`);
    const choice = await agent.submit(lost, { ticket });
    assert.equal(choice.url.pathname, '/enrol');
    assert.equal((await agent.open(`/authorize?interaction=${interactionIn(choice)}`)).url.pathname, '/enrol');
    assert.equal(await getsCode(server, agent, TRANSFER), false);
    assert.equal((await agent.open(authorizationUrl(server, TRANSFER))).url.pathname, '/challenge');
  });
});
