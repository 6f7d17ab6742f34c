/**
 * What the profile RP-Initiated Logout OP asks for. As in the suite, a login comes first; afterwards a request with `prompt=none` tells
 * whether somebody is still signed in.
 */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { SIGNED_OUT } from '../fabrikam.ts';
import { getJson } from '../flow.ts';
import type { Page } from '../user-agent.ts';
import { UserAgent } from '../user-agent.ts';
import { flow, isErrorPage, startProvider, told } from './provider.ts';

const server = await startProvider({ people: ['ada'] });
after(() => server.close());

/** A browser in which somebody has just signed in, and the ID token that the client got. */
const session = async () => {
  const { agent, body } = await flow(server, 'ada', {}, new UserAgent(server.issuer));
  return { agent, hint: String(body.id_token) };
};

const logout = (agent: UserAgent, parameters: Readonly<Record<string, string>>): Promise<Page> =>
  agent.open(`${server.at('oidc/logout')}?${new URLSearchParams(parameters)}`);

const isSignedIn = async (agent: UserAgent): Promise<boolean> => {
  const { error, code } = await told(server, { prompt: 'none' }, agent);
  assert.ok(code !== undefined || error === 'login_required');
  return code !== undefined;
};

/** The page that asks whether to sign out, answered with yes. */
const confirmed = async (agent: UserAgent, page: Page): Promise<Page> => {
  assert.equal(page.status, 200);
  assert.match(page.html, /name="confirm"/);
  assert.equal(await isSignedIn(agent), true);
  return agent.submit(page, { confirm: '1' });
};

const back = { post_logout_redirect_uri: SIGNED_OUT, state: 'a state of mine' };

describe('RP-Initiated Logout OP', () => {
  it('oidcc-rp-initiated-logout-discovery-endpoint-verification: the endpoint is announced', async () => {
    const { body } = await getJson(server.at('.well-known/openid-configuration'));
    assert.equal(body.end_session_endpoint, server.at('oidc/logout'));
  });

  it('oidcc-rp-initiated-logout: signed out, and back at the client with state', async () => {
    const { agent, hint } = await session();
    const { url, status } = await logout(agent, { id_token_hint: hint, ...back });
    assert.deepEqual([status, url.href], [303, `${SIGNED_OUT}?state=a%20state%20of%20mine`]);
    assert.equal(await isSignedIn(agent), false);
  });

  it('oidcc-rp-initiated-logout-no-state: and without one when none was sent', async () => {
    const { agent, hint } = await session();
    const { url } = await logout(agent, { id_token_hint: hint, post_logout_redirect_uri: SIGNED_OUT });
    assert.equal(url.href, SIGNED_OUT);
    assert.equal(await isSignedIn(agent), false);
  });

  it('oidcc-rp-initiated-logout-no-post-logout-redirect-uri: a page says that it is done', async () => {
    const { agent, hint } = await session();
    const page = await logout(agent, { id_token_hint: hint, state: 'a state' });
    assert.equal(page.status, 200);
    assert.equal(new URL(page.url).pathname, '/oidc/logout');
    assert.equal(await isSignedIn(agent), false);
  });

  for (const [module, parameters] of [
    ['oidcc-rp-initiated-logout-no-params', {}],
    ['oidcc-rp-initiated-logout-only-state', { state: 'a state' }],
  ] as const) {
    it(`${module}: the person is asked, and after yes a page says that it is done`, async () => {
      const { agent } = await session();
      const page = await confirmed(agent, await logout(agent, parameters));
      assert.equal(page.status, 200);
      assert.equal(page.response.headers.get('location'), null);
      assert.equal(await isSignedIn(agent), false);
    });
  }

  it('oidcc-rp-initiated-logout-no-id-token-hint: an address without a hint or a client is an error', async () => {
    const { agent } = await session();
    assert.ok(isErrorPage(await logout(agent, back)));
    assert.equal(await isSignedIn(agent), true);
  });

  it('… and with client_id the person is asked, and is then sent there', async () => {
    const { agent } = await session();
    const { url } = await confirmed(agent, await logout(agent, { client_id: 'web', ...back }));
    assert.equal(`${url.origin}${url.pathname}`, SIGNED_OUT);
  });

  for (const [module, post_logout_redirect_uri] of [
    ['oidcc-rp-initiated-logout-bad-post-logout-redirect-uri', 'https://app.fabrikam.example/elsewhere'],
    ['oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri', `${SIGNED_OUT}?foo=bar`],
  ] as const) {
    it(`${module}: an error page, and nobody is redirected`, async () => {
      const { agent, hint } = await session();
      assert.ok(isErrorPage(await logout(agent, { id_token_hint: hint, post_logout_redirect_uri })));
    });
  }

  for (const [module, change] of [
    ['oidcc-rp-initiated-logout-modified-id-token-hint', (hint: string) => `${hint.slice(0, -8)}AAAAAAAA`],
    ['oidcc-rp-initiated-logout-bad-id-token-hint', () => 'this.is.nothing'],
  ] as const) {
    it(`${module}: nobody is signed out unasked, and nobody is redirected`, async () => {
      const { agent, hint } = await session();
      const page = await logout(agent, { id_token_hint: change(hint), ...back });
      const after = await confirmed(agent, page);
      assert.equal(after.response.headers.get('location'), null);
      assert.equal(after.url.origin, new URL(server.issuer).origin);
    });
  }
});
