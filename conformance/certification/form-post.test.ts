/**
 * What the profile Form Post OP asks for: the modules of Basic OP once more, with `response_mode=form_post`. Each of them here ends
 * at the form that a browser would send; that one does is shown by `express-openid-connect`.
 */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { CALLBACK } from '../fabrikam.ts';
import { getJson, redeem } from '../flow.ts';
import type { Page } from '../user-agent.ts';
import { formAction, hiddenFields, UserAgent } from '../user-agent.ts';
import type { Changes } from './provider.ts';
import { isErrorPage, oidcUrl, signedIn, startProvider, userinfo, verified } from './provider.ts';

const server = await startProvider({ people: ['ada', 'ben', 'cleo'] });
after(() => server.close());

const url = (changes: Changes = {}): URL => oidcUrl(server, { response_mode: 'form_post', ...changes });

const opened = (changes: Changes, agent = new UserAgent(server.issuer)): Promise<Page> => agent.open(url(changes));

/** What the form of the page brings the client. */
const posted = (page: Page): Readonly<Record<string, string>> => {
  assert.equal(page.status, 200);
  assert.match(page.html, /<form[^>]* method="post"/);
  assert.equal(formAction(page), CALLBACK);
  const { state, iss, ...answer } = hiddenFields(page);
  assert.deepEqual([state, iss], ['a state', server.issuer]);
  return answer;
};

/** Redeems the code that a form brings. */
const redeemed = async (page: Page, changes: Changes = {}) => {
  const callback = new URL(CALLBACK);
  callback.searchParams.set('code', posted(page).code ?? '');
  return redeem(server, { ...page, url: callback }, changes);
};

/** A login that answers by form, from the first page on. */
const login = async (username: string, changes: Changes = {}): Promise<Page> => {
  const agent = new UserAgent(server.issuer);
  return agent.submit(await agent.open(url(changes)), {
    username: server.person(username).username,
    password: server.person(username).password,
  });
};

describe('Form Post OP', () => {
  it('oidcc-server: the whole flow', async () => {
    const { status, body } = await redeemed(await login('ada'));
    assert.equal(status, 200);
    assert.equal((await verified(server, body.id_token)).nonce, 'a nonce');
    assert.deepEqual(await userinfo(server, body.access_token), { sub: 'user_ada' });
  });

  it('form_post is announced', async () => {
    const { body } = await getJson(server.at('.well-known/openid-configuration'));
    assert.ok(Array.isArray(body.response_modes_supported) && body.response_modes_supported.includes('form_post'));
  });

  const succeeding: readonly (readonly [module: string, changes: Changes])[] = [
    ['oidcc-ensure-request-without-nonce-succeeds-for-code-flow', { nonce: undefined }],
    ['oidcc-ensure-request-with-unknown-parameter-succeeds', { extra: 'foobar' }],
    ['oidcc-scope-all', { scope: 'openid profile email address phone' }],
    ['oidcc-ensure-other-scope-order-succeeds', { scope: 'email openid' }],
    ['oidcc-display-page', { display: 'page' }],
    ['oidcc-display-popup', { display: 'popup' }],
    ['oidcc-ui-locales', { ui_locales: 'se' }],
    ['oidcc-claims-locales', { claims_locales: 'se' }],
    ['oidcc-login-hint', { login_hint: 'buffy@example.com' }],
    ['oidcc-claims-essential', { claims: '{"userinfo":{"name":{"essential":true}}}' }],
    ['oidcc-prompt-none-logged-in', { prompt: 'none' }],
    ['oidcc-max-age-10000', { max_age: '10000' }],
    ['oidcc-ensure-request-with-acr-values-succeeds', { acr_values: '1fa' }],
    ['oidcc-ensure-request-with-valid-pkce-succeeds', {}],
  ];
  for (const [module, changes] of succeeding) {
    it(`${module}: a code`, async () => {
      const { status, body } = await redeemed(await opened(changes, await signedIn(server, 'ada')));
      assert.equal(status, 200);
      await verified(server, body.id_token);
    });
  }

  it('oidcc-ensure-post-request-succeeds: asked by POST, answered by POST', async () => {
    const agent = await signedIn(server, 'ada');
    const page = await agent.open('/authorize', { method: 'POST', body: url().searchParams });
    assert.equal((await redeemed(page)).status, 200);
  });

  it('oidcc-prompt-login, oidcc-max-age-1: the person signs in again', async () => {
    for (const [username, changes] of [
      ['ben', { prompt: 'login' }],
      ['cleo', { max_age: '1' }],
    ] as const) {
      const agent = await signedIn(server, username);
      server.advance(2);
      const page = await opened(changes, agent);
      assert.equal(page.url.pathname, '/challenge');
      const { password } = server.person(username);
      assert.equal((await redeemed(await agent.submit(page, { password }))).status, 200);
    }
  });

  it('oidcc-id-token-hint: for whoever is signed in', async () => {
    const agent = await signedIn(server, 'ada');
    const { body } = await redeemed(await opened({}, agent));
    const page = await opened({ prompt: 'none', id_token_hint: String(body.id_token) }, agent);
    assert.equal((await redeemed(page)).status, 200);
  });

  it('oidcc-codereuse: a code serves once', async () => {
    const page = await opened({}, await signedIn(server, 'ada'));
    assert.equal((await redeemed(page)).status, 200);
    assert.equal((await redeemed(page)).body.error, 'invalid_grant');
  });

  const failing: readonly (readonly [module: string, changes: Changes, error: string])[] = [
    ['oidcc-response-type-missing', { response_type: undefined }, 'invalid_request'],
    ['oidcc-prompt-none-not-logged-in', { prompt: 'none' }, 'login_required'],
    ['an unsigned request object', { request: 'e30.e30.' }, 'request_not_supported'],
    ['a request_uri', { request_uri: 'https://app.example/r' }, 'request_uri_not_supported'],
  ];
  for (const [module, changes, error] of failing) {
    it(`${module}: ${error}, by form too`, async () => assert.equal(posted(await opened(changes)).error, error));
  }

  it('oidcc-ensure-registered-redirect-uri: no form for an address that is not registered', async () => {
    assert.ok(isErrorPage(await opened({ redirect_uri: 'https://app.fabrikam.example/unregistered' })));
  });
});
