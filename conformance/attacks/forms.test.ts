/** Attacks by another site that posts our forms in the person's name, and by forms that were meant for something else. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { ConfigInput } from '@stile/server';
import { startAuthorizationServer } from '../authorization-server.ts';
import { answerIn, authorizationUrl } from '../flow.ts';
import type { Page } from '../user-agent.ts';
import { hiddenFields, UserAgent } from '../user-agent.ts';
import { getsCode, sendForm, signedIn } from './signed-in.ts';

/** Dora has no second factor yet, and so is led to enrolment. */
const withoutTotp = (config: ConfigInput): ConfigInput => ({
  ...config,
  users: (config.users ?? []).map(({ totp, ...user }) => (totp && user.id !== 'user_dora' ? { ...user, totp } : user)),
});

const server = await startAuthorizationServer({
  people: ['ada', 'ben', 'cleo', 'dora', 'mallory'],
  change: withoutTotp,
});
after(() => server.close());

const BUDGET = { client_id: 'budget', scope: 'openid read:accounts' } as const;

const csrfOf = (page: Page): string => hiddenFields(page).csrf ?? assert.fail('The form has no value of its own.');

/** A value that mallory's browser was given for a page of mallory's own. */
const csrfOfMallory = async (changes: Parameters<typeof authorizationUrl>[1]): Promise<string> => {
  const agent = await signedIn(server, 'mallory');
  return csrfOf(await agent.open(authorizationUrl(server, changes)));
};

/** Values that are forged, cut, doubled, or genuine and meant for something else. */
const forgeries = (genuine: string, others: readonly string[]): readonly (string | undefined)[] => {
  const [nonce = '', tag = '', mac = ''] = genuine.split('.');
  return [
    undefined,
    '',
    'null',
    '0',
    genuine.slice(0, -1),
    `${genuine}A`,
    genuine.toLowerCase(),
    `${nonce}.${tag}.`,
    `${nonce}.${tag}.${'A'.repeat(43)}`,
    `${'A'.repeat(16)}.${tag}.${mac}`,
    `${nonce}.${'A'.repeat(16)}.${mac}`,
    `${mac}.${tag}.${nonce}`,
    ...others,
  ];
};

const assertForged = async (agent: UserAgent, page: Page, fields: Readonly<Record<string, string>>, csrf?: string) => {
  const before = new Map(agent.cookies);
  const response = await sendForm(agent, page, { ...fields, csrf });
  await response.body?.cancel();
  assert.deepEqual([response.status, response.headers.get('location')], [403, null], `csrf=${csrf}`);
  assert.deepEqual(agent.cookies, before);
};

describe('CSRF', () => {
  it('login CSRF: another site posts the attacker’s password into the victim’s login page', async () => {
    const agent = new UserAgent(server.issuer);
    const login = await agent.open(authorizationUrl(server));
    const { username, password } = server.person('mallory');
    const others = [await csrfOfMallory({ prompt: 'login' })];
    for (const csrf of forgeries(csrfOf(login), others)) await assertForged(agent, login, { username, password }, csrf);
    assert.equal(await getsCode(server, agent), false);
    const { username: ada, password: hers } = server.person('ada');
    assert.ok(answerIn(await agent.submit(login, { username: ada, password: hers })).code);
  });

  it('CSRF on the challenge: another site gives a code, cancels, or signs the person out by its buttons', async () => {
    const agent = await signedIn(server, 'ada');
    const asked = { scope: 'openid transfer:funds' };
    const earlier = await agent.open(authorizationUrl(server, asked));
    const challenge = await agent.open(authorizationUrl(server, asked));
    const others = [csrfOf(earlier), await csrfOfMallory(asked)];
    for (const csrf of forgeries(csrfOf(challenge), others)) {
      await assertForged(agent, challenge, { code: '000000' }, csrf);
      await assertForged(agent, challenge, { cancel: '1' }, csrf);
      await assertForged(agent, challenge, { other: '1' }, csrf);
    }
    assert.equal(await getsCode(server, agent), true);
    assert.ok(answerIn(await agent.submit(challenge, { code: server.person('ada').code() })).code);
  });

  it('CSRF on consent: another site allows its application, or takes the yes from a page for something else', async () => {
    const agent = await signedIn(server, 'ben');
    const consent = await agent.open(authorizationUrl(server, BUDGET));
    const elsewhere = await agent.open(authorizationUrl(server, { prompt: 'select_account' }));
    const others = [csrfOf(elsewhere), await csrfOfMallory(BUDGET)];
    for (const csrf of forgeries(csrfOf(consent), others)) {
      await assertForged(agent, consent, { allow: '1' }, csrf);
      await assertForged(agent, consent, { deny: '1' }, csrf);
    }
    const byLink = await agent.open(`${consent.url.pathname}${consent.url.search}&allow=1&csrf=${csrfOf(consent)}`);
    assert.ok(byLink.html.includes('name="allow"'));
    assert.equal(await getsCode(server, agent, BUDGET), false);
  });

  it('CSRF on enrolment: another site connects an authenticator of its own, with a ticket or without', async () => {
    const agent = await signedIn(server, 'dora');
    const enrol = await agent.open(authorizationUrl(server, { scope: 'openid transfer:funds' }));
    assert.equal(enrol.url.pathname, '/enrol');
    const others = [await csrfOfMallory({ scope: 'openid transfer:funds' })];
    for (const csrf of forgeries(csrfOf(enrol), others)) {
      await assertForged(agent, enrol, { ticket: '7K3M-9QWX-2F4H-8TNV-5C6D-1BJR' }, csrf);
      await assertForged(agent, enrol, { code: '123456' }, csrf);
      await assertForged(agent, enrol, { kept: '1' }, csrf);
    }
  });

  it('CSRF on the choice of account: another site goes on with whoever is signed in', async () => {
    const agent = await signedIn(server, 'cleo');
    const asked = { prompt: 'select_account' };
    const page = await agent.open(authorizationUrl(server, asked));
    for (const csrf of forgeries(csrfOf(page), [await csrfOfMallory(asked)])) {
      await assertForged(agent, page, { continue: '1' }, csrf);
    }
    assert.ok(answerIn(await agent.submit(page, { continue: '1' })).code);
  });

  it('CSRF on logout: another site signs the person out, by form, by link, or with an ID token of its own', async () => {
    const agent = await signedIn(server, 'cleo');
    const page = await agent.open('/oidc/logout');
    const mallory = await signedIn(server, 'mallory');
    const others = [
      csrfOf(await mallory.open('/oidc/logout')),
      csrfOf(await agent.open(authorizationUrl(server, BUDGET))),
    ];
    for (const csrf of forgeries(csrfOf(page), others)) await assertForged(agent, page, { confirm: '1' }, csrf);
    const byLink = await agent.open(`/oidc/logout?confirm=1&csrf=${csrfOf(page)}`);
    assert.equal(byLink.status, 403);
    assert.equal(await getsCode(server, agent), true);
  });
});

describe('a form for something else', () => {
  it('a form of one interaction does not answer another of the same browser', async () => {
    const agent = await signedIn(server, 'ben');
    const [cheap, dear] = [
      await agent.open(authorizationUrl(server, { ...BUDGET, scope: 'openid' })),
      await agent.open(authorizationUrl(server, { ...BUDGET, scope: 'openid read:accounts offline_access' })),
    ];
    const body = new URLSearchParams({ ...hiddenFields(cheap), allow: '1' });
    const action = `${dear.url.pathname}${dear.url.search}`;
    assert.equal((await agent.open(action, { method: 'POST', body })).status, 403);
    assert.equal(await getsCode(server, agent, BUDGET), false);
  });

  it('an answer to one page is no answer to another: a yes on the challenge page, a code on the consent page', async () => {
    const agent = await signedIn(server, 'cleo');
    const challenge = await agent.open(authorizationUrl(server, { ...BUDGET, acr_values: 'mfa' }));
    assert.equal(challenge.url.pathname, '/challenge');
    const id = challenge.url.searchParams.get('interaction');
    const body = new URLSearchParams({ ...hiddenFields(challenge), allow: '1', continue: '1', kept: '1' });
    for (const path of ['/consent', '/select-account', '/enrol', '/login']) {
      const page = await agent.open(`${path}?interaction=${id}`, { method: 'POST', body });
      assert.equal(page.url.pathname, '/challenge', path);
    }
    const consent = await agent.submit(challenge, { code: server.person('cleo').code() });
    assert.ok(consent.html.includes('name="allow"'));
  });

  it('a form sent twice, or as anything but a form, is not taken: two values, JSON, plain text, several parts', async () => {
    const agent = new UserAgent(server.issuer);
    const login = await agent.open(authorizationUrl(server));
    const { username, password } = server.person('ada');
    const fields = { ...hiddenFields(login), username, password };
    const action = `${login.url.pathname}${login.url.search}`;
    const twice = new URLSearchParams({ ...fields });
    twice.append('csrf', csrfOf(login));
    assert.equal((await agent.open(action, { method: 'POST', body: twice })).status, 403);
    const parts = new FormData();
    for (const [name, value] of Object.entries(fields)) parts.append(name, value);
    const bodies: readonly RequestInit[] = [
      { body: JSON.stringify(fields), headers: { 'content-type': 'application/json' } },
      { body: `${new URLSearchParams(fields)}`, headers: { 'content-type': 'text/plain' } },
      { body: parts },
    ];
    for (const init of bodies) {
      assert.equal((await agent.open(action, { method: 'POST', ...init })).status, 400);
      assert.equal(await getsCode(server, agent), false);
    }
  });

  it('a form that was answered is not answered again: the interaction is over, and its code is one', async () => {
    const agent = new UserAgent(server.issuer);
    const login = await agent.open(authorizationUrl(server));
    const { username, password } = server.person('ben');
    assert.ok(answerIn(await agent.submit(login, { username, password })).code);
    server.advance(11);
    for (const typed of [{ username, password }, { cancel: '1' }, { other: '1' }]) {
      const again = await agent.submit(login, typed);
      assert.deepEqual([again.status, again.url.origin], [400, new URL(server.issuer).origin]);
    }
    const resumed = await agent.open(`/authorize?interaction=${login.url.searchParams.get('interaction')}`);
    assert.equal(resumed.status, 400);
  });
});
