/** OpenID Connect RP-Initiated Logout 1.0, and Auth0's `/v2/logout` beside it. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { startAuthorizationServer } from './authorization-server.ts';
import { SIGNED_OUT } from './fabrikam.ts';
import { answerIn, authorizationUrl, tokensFor } from './flow.ts';
import type { Page } from './user-agent.ts';
import { UserAgent } from './user-agent.ts';

const server = await startAuthorizationServer({ people: ['ada', 'ben'] });
after(() => server.close());

/** A browser in which somebody is signed in, and the ID token that the client has of them. */
const signedIn = async (username: string) => {
  const agent = new UserAgent(server.issuer);
  const { id_token = '' } = await tokensFor(server, username, {}, agent);
  return { agent, id_token };
};

const isSignedIn = async (agent: UserAgent): Promise<boolean> =>
  'code' in answerIn(await agent.open(authorizationUrl(server, { prompt: 'none' })));

const logout = (agent: UserAgent, parameters: Readonly<Record<string, string>>, path = 'oidc/logout'): Promise<Page> =>
  agent.open(`${server.at(path)}?${new URLSearchParams(parameters)}`);

const askedAndThere = async (page: Page, agent: UserAgent): Promise<void> => {
  assert.equal(page.status, 200);
  assert.match(page.html, /name="confirm"/);
  assert.equal(await isSignedIn(agent), true);
};

describe('RP-Initiated Logout 1.0, section 2: the request', () => {
  it('with the ID token of this very session nobody is asked, and the browser returns with state', async () => {
    const { agent, id_token } = await signedIn('ada');
    const back = { post_logout_redirect_uri: SIGNED_OUT, state: 'a b&c' };
    const page = await logout(agent, { id_token_hint: id_token, client_id: 'web', ...back });
    assert.equal(page.url.href, `${SIGNED_OUT}?state=a%20b%26c`);
    assert.equal(await isSignedIn(agent), false);
  });

  it('by POST as well', async () => {
    const { agent, id_token } = await signedIn('ada');
    const body = new URLSearchParams({ id_token_hint: id_token, post_logout_redirect_uri: SIGNED_OUT });
    assert.equal((await agent.open('/oidc/logout', { method: 'POST', body })).url.href, SIGNED_OUT);
    assert.equal(await isSignedIn(agent), false);
  });

  it('an ID token that has expired serves all the same', async () => {
    const { agent, id_token } = await signedIn('ada');
    server.advance(3700);
    const page = await logout(agent, { id_token_hint: id_token, post_logout_redirect_uri: SIGNED_OUT });
    assert.equal(page.url.href, SIGNED_OUT);
  });

  it('without an ID token the person is asked first, and may stay', async () => {
    const { agent } = await signedIn('ada');
    const page = await logout(agent, { client_id: 'web', post_logout_redirect_uri: SIGNED_OUT, state: 's' });
    await askedAndThere(page, agent);
    assert.equal((await agent.submit(page, { stay: '1' })).url.href, `${SIGNED_OUT}?state=s`);
    assert.equal(await isSignedIn(agent), true);
    assert.equal((await agent.submit(page, { confirm: '1' })).url.href, `${SIGNED_OUT}?state=s`);
    assert.equal(await isSignedIn(agent), false);
  });

  it('with the ID token of another session, or of another person, the person is asked', async () => {
    const { agent } = await signedIn('ada');
    for (const stranger of [await signedIn('ada'), await signedIn('ben')]) {
      await askedAndThere(await logout(agent, { id_token_hint: stranger.id_token }), agent);
    }
  });

  it('no other site can confirm in the person’s stead', async () => {
    const { agent } = await signedIn('ada');
    const body = new URLSearchParams({ confirm: '1' });
    const page = await agent.open('/oidc/logout', { method: 'POST', body });
    assert.equal(page.status, 403);
    assert.equal((await logout(agent, { confirm: '1' })).status, 403);
    assert.equal(await isSignedIn(agent), true);
  });

  it('2, 3: without a place to return to the person is told that they are signed out', async () => {
    const { agent, id_token } = await signedIn('ada');
    assert.equal((await logout(agent, { id_token_hint: id_token })).status, 200);
    assert.equal(await isSignedIn(agent), false);
  });

  it('logout_hint and ui_locales cause no error, and the page is in that language', async () => {
    const { agent } = await signedIn('ada');
    const page = await logout(agent, { logout_hint: 'ada', ui_locales: 'fr-CA de' });
    await askedAndThere(page, agent);
    assert.match(page.html, /<html[^>]* lang="de"/);
  });

  it('of somebody who is signed out already it makes nothing', async () => {
    const page = await logout(new UserAgent(server.issuer), { client_id: 'web', post_logout_redirect_uri: SIGNED_OUT });
    assert.equal(page.url.href, SIGNED_OUT);
  });
});

describe('RP-Initiated Logout 1.0, section 3 and 4: on any fault nobody is redirected, or signed out', () => {
  const faults: readonly (readonly [what: string, parameters: Readonly<Record<string, string>>, hint: boolean])[] = [
    ['a place that is not registered', { post_logout_redirect_uri: `${SIGNED_OUT}/` }, true],
    ['a place that is registered, by a client that nobody can tell', { post_logout_redirect_uri: SIGNED_OUT }, false],
    ['a client that is not the one of the ID token', { client_id: 'native' }, true],
    ['a client that nobody knows', { client_id: 'nobody' }, false],
  ];
  for (const [what, parameters, hint] of faults) {
    it(`with ${what}`, async () => {
      const { agent, id_token } = await signedIn('ada');
      const page = await logout(agent, hint ? { id_token_hint: id_token, ...parameters } : parameters);
      assert.equal(page.status, 400);
      assert.equal(await isSignedIn(agent), true);
    });
  }
});

describe('RP-Initiated Logout 1.0, section 4: an ID token that nobody can verify', () => {
  it('counts for nothing: the person is asked, signs out, and stays here', async () => {
    const { agent } = await signedIn('ada');
    const page = await logout(agent, { id_token_hint: 'a.b.c', post_logout_redirect_uri: SIGNED_OUT });
    await askedAndThere(page, agent);
    const done = await agent.submit(page, { confirm: '1' });
    assert.deepEqual([done.status, done.url.origin], [200, new URL(server.issuer).origin]);
    assert.equal(await isSignedIn(agent), false);
  });
});

describe('Auth0’s /v2/logout', () => {
  it('signs out and returns to a place that is registered', async () => {
    const { agent } = await signedIn('ada');
    const page = await logout(agent, { client_id: 'web', returnTo: SIGNED_OUT }, 'v2/logout');
    assert.equal(page.url.href, SIGNED_OUT);
    assert.equal(await isSignedIn(agent), false);
  });

  it('never to one that is not', async () => {
    const { agent } = await signedIn('ada');
    for (const parameters of [
      { client_id: 'web', returnTo: 'https://evil.example/' },
      { returnTo: 'https://evil.example/' },
      { client_id: 'native', returnTo: SIGNED_OUT },
    ]) {
      assert.equal((await logout(agent, parameters, 'v2/logout')).status, 400);
    }
    assert.equal(await isSignedIn(agent), true);
  });
});
