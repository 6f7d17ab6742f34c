/** Attacks on the pages and the API by which people change what they sign in with: whoever gets there can stay. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { ConfigInput } from '@stile/server';
import { startAuthorizationServer } from '../authorization-server.ts';
import { authorizationUrl } from '../flow.ts';
import type { Page } from '../user-agent.ts';
import { hiddenFields, UserAgent } from '../user-agent.ts';
import { sendForm, signedIn } from './signed-in.ts';

const withoutTotp = (config: ConfigInput): ConfigInput => ({
  ...config,
  users: (config.users ?? []).map(({ totp, ...user }) => (totp && user.id !== 'user_dora' ? { ...user, totp } : user)),
});

const server = await startAuthorizationServer({
  people: ['ada', 'ben', 'cleo', 'dora', 'emil', 'mallory'],
  change: withoutTotp,
});
after(() => server.close());

/** Goes to an account page, giving the code that is asked for. */
const reach = async (agent: UserAgent, place: string, username: string): Promise<Page> => {
  let page = await agent.open(server.at(place));
  for (let steps = 0; steps < 3 && page.url.pathname === '/challenge'; steps += 1) {
    server.advance(31);
    page = await agent.submit(page, { code: server.person(username).code() });
  }
  return page;
};

const proven = async (username: string): Promise<UserAgent> => {
  const agent = await signedIn(server, username);
  await reach(agent, '/account/add', username);
  return agent;
};

const totpOf = (username: string): string => `auth_user_${username}_totp`;

const overviewOf = async (agent: UserAgent): Promise<string> => (await agent.open(server.at('/account'))).html;

const csrfOf = (page: Page): string => hiddenFields(page).csrf ?? assert.fail(`No form: ${page.url.href}`);

const post = (agent: UserAgent, place: string, fields: Readonly<Record<string, string>>): Promise<Response> =>
  agent.send(server.at(place), { method: 'POST', body: new URLSearchParams(fields) });

/** Every change that the pages know. */
const changesOf = (
  username: string,
): readonly (readonly [place: string, fields: Readonly<Record<string, string>>])[] => [
  ['/account', { everywhere: '1' }],
  ['/account/add', { factor: 'totp' }],
  [`/account/authenticator?id=${totpOf(username)}`, { name: 'Taken over' }],
  [`/account/authenticator?id=${totpOf(username)}`, { prefer: '1' }],
  [`/account/remove?id=${totpOf(username)}`, { remove: '1' }],
  ['/account/password', { password: 'correct horse battery staple', new_password: 'the new one of mallory' }],
];

describe('the account', () => {
  it('CSRF on the account: another site adds, renames, removes, signs out or changes the password', async () => {
    const ada = await proven('ada');
    const mallory = await proven('mallory');
    const theirs = csrfOf(await mallory.open(server.at('/account')));
    const elsewhere = csrfOf(await ada.open(server.at('/account/add')));
    for (const [place, fields] of changesOf('ada')) {
      for (const csrf of ['', 'x', theirs, ...(place === '/account/add' ? [] : [elsewhere])]) {
        const answer = await post(ada, place, { csrf, ...fields });
        assert.deepEqual([answer.status, answer.headers.get('location')], [403, null], `${place} ${csrf}`);
      }
    }
    assert.doesNotMatch(await overviewOf(ada), /Taken over/);
  });

  it('T8: a session that lies open: whoever sits down at it an hour later changes nothing without a new proof', async () => {
    const ben = await proven('ben');
    const pages = await Promise.all(
      ['/account', '/account/add', `/account/authenticator?id=${totpOf('ben')}`, '/account/password'].map((place) =>
        ben.open(server.at(place)),
      ),
    );
    server.advance(3600);
    for (const page of pages) {
      const fields = { everywhere: '1', factor: 'totp', name: 'Taken over', password: 'x', new_password: 'y' };
      const answer = await sendForm(ben, page, fields);
      assert.match(answer.headers.get('location') ?? '', /^\/authorize\?.*max_age=300/, page.url.pathname);
    }
    assert.doesNotMatch(await overviewOf(ben), /Taken over/);
  });

  it('law 7: a password thief adds a second proof of their own to an account that has none', async () => {
    const thief = await signedIn(server, 'dora');
    const page = await thief.open(server.at('/account/add'));
    assert.equal(page.url.pathname, '/enrol', 'there is a guard, and not the page');
    const csrf = csrfOf(await thief.open(server.at('/account')));
    for (const place of ['/account/add', '/account/enrol']) {
      assert.equal((await post(thief, place, { csrf, factor: 'totp', code: '000000' })).status, 403);
    }
    assert.doesNotMatch(await overviewOf(thief), /Authenticator app/);
  });

  it('somebody else’s authenticators and sessions: ids of other people’s are like ids of nobody’s', async () => {
    const [cleo, mallory] = [await proven('cleo'), await proven('mallory')];
    const before = await overviewOf(cleo);
    const { csrf = '' } = hiddenFields(await mallory.open(server.at(`/account/authenticator?id=${totpOf('mallory')}`)));
    for (const id of [totpOf('cleo'), 'auth_of_nobody']) {
      const answer = await post(mallory, `/account/authenticator?id=${id}`, { csrf, name: 'Taken over' });
      assert.deepEqual([answer.status, answer.headers.get('location')], [303, '/account']);
      const page = await mallory.open(server.at(`/account/remove?id=${id}`));
      assert.equal(page.url.pathname, '/account');
    }
    assert.equal((await overviewOf(cleo)).includes('Taken over'), false);
    assert.match(before, /This device/);
  });

  it('two removals at once: each leaves the other, and together they would leave nothing', async () => {
    const emil = await proven('emil');
    const choices = await emil.open(server.at('/account/add'));
    const question = await emil.submit(choices, { factor: 'recovery-code' });
    await emil.submit(question, {});
    const ids = [...(await overviewOf(emil)).matchAll(/\/account\/authenticator\?id=([\w-]+)/g)].map(
      ([, id = '']) => id,
    );
    const pages = await Promise.all(ids.map((id) => emil.open(server.at(`/account/remove?id=${id}`))));
    const csrf = pages.map((page) => hiddenFields(page).csrf).find((value) => value !== undefined) ?? '';
    await Promise.all(ids.map((id) => post(emil, `/account/remove?id=${id}`, { csrf, remove: '1' })));
    const left = await overviewOf(emil);
    assert.match(left, /Password/);
    assert.match(left, /Authenticator app/);
  });

  it('open redirect by the way back from a proof: no state leads out', async () => {
    const ada = await signedIn(server, 'ada');
    for (const state of ['//evil.example', 'https://evil.example', '/account/..//evil.example', '/\\evil.example']) {
      const answer = await ada.send(server.at(`/account/signed-in?code=x&state=${encodeURIComponent(state)}`));
      assert.equal(answer.headers.get('location'), '/account', state);
    }
  });

  it('a code for the account pages is stolen on its way: nobody has the verifier', async () => {
    const agent = new UserAgent(server.issuer);
    const login = await agent.open(server.at('/account'));
    const { username, password } = server.person('cleo');
    const response = await sendForm(agent, login, { username, password });
    const home = await agent.send(new URL(response.headers.get('location') ?? '', server.issuer));
    const code = new URL(home.headers.get('location') ?? '').searchParams.get('code') ?? '';
    assert.notEqual(code, '');
    for (const verifier of ['x'.repeat(43), undefined]) {
      const body = new URLSearchParams({
        grant_type: 'authorization_code',
        client_id: 'stile-account',
        code,
        redirect_uri: server.at('/account/signed-in'),
        ...(verifier !== undefined && { code_verifier: verifier }),
      });
      assert.equal((await fetch(server.at('/oauth/token'), { method: 'POST', body })).status, 400);
    }
  });

  it('the account API without a token for it: of another API, made up, or only with cookies', async () => {
    const ada = await signedIn(server, 'ada');
    for (const headers of [{}, { authorization: 'Bearer x' }, { authorization: 'Basic eDp5' }]) {
      const calls = [
        ['GET', '/me/v1/authentication-methods'],
        ['DELETE', `/me/v1/authentication-methods/${totpOf('ada')}`],
        ['DELETE', '/me/v1/sessions'],
      ] as const;
      for (const [method, path] of calls) {
        assert.equal((await ada.send(server.at(path), { method, headers })).status, 401, `${method} ${path}`);
      }
    }
    const asked = await ada.open(authorizationUrl(server, { audience: server.at('/me/'), scope: 'read:me:sessions' }));
    assert.equal(asked.url.searchParams.get('error'), 'invalid_target', 'a client that was not given it gets no token');
  });
});
