/** OAuth 2.0 Form Post Response Mode; that a browser sends the form by itself is in `express-openid-connect.test.ts`. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { startAuthorizationServer } from './authorization-server.ts';
import { CALLBACK } from './fabrikam.ts';
import { authorizationUrl, redeem } from './flow.ts';
import type { Page } from './user-agent.ts';
import { formAction, hiddenFields, UserAgent } from './user-agent.ts';

const server = await startAuthorizationServer({ people: ['ada'] });
after(() => server.close());

const opened = (changes: Parameters<typeof authorizationUrl>[1], agent = new UserAgent(server.issuer)) =>
  agent.open(authorizationUrl(server, { response_mode: 'form_post', ...changes }));

const signedIn = async (changes: Parameters<typeof authorizationUrl>[1] = {}): Promise<Page> => {
  const agent = new UserAgent(server.issuer);
  await agent.authorize(authorizationUrl(server), server.person('ada'));
  return opened(changes, agent);
};

describe('Form Post Response Mode, section 2', () => {
  it('the answer is a page whose form goes by POST to the redirect URI, with the parameters as hidden fields', async () => {
    const page = await signedIn();
    assert.equal(page.status, 200);
    assert.match(page.response.headers.get('content-type') ?? '', /^text\/html/);
    assert.match(page.html, /<form[^>]* method="post"/);
    assert.equal(formAction(page), CALLBACK);
    const { code = '', state, iss, ...rest } = hiddenFields(page);
    assert.deepEqual([state, iss, rest], ['a state', server.issuer, {}]);
    const callback = new URL(CALLBACK);
    callback.searchParams.set('code', code);
    assert.equal((await redeem(server, { ...page, url: callback })).status, 200);
  });

  it('values are written so that a browser sends exactly what was meant', async () => {
    const state = `"><script>alert(1)</script>&amp; 'é'`;
    const page = await signedIn({ state });
    assert.equal(hiddenFields(page).state, state);
    assert.ok(!page.html.includes('<script>alert'));
  });

  it('an error is sent the same way', async () => {
    const { error, state, iss, code } = hiddenFields(await opened({ prompt: 'none' }));
    assert.deepEqual([error, state, iss, code], ['login_required', 'a state', server.issuer, undefined]);
  });

  it('3: nobody may keep the page, frame it, or run a script of another origin on it', async () => {
    const { headers } = (await opened({ prompt: 'none' })).response;
    assert.equal(headers.get('cache-control'), 'no-store');
    const policy = headers.get('content-security-policy') ?? '';
    assert.match(policy, /script-src 'self'/);
    assert.match(policy, /frame-ancestors 'none'/);
  });

  it('no address holds the code, and none is told where the page came from', async () => {
    const { response, html } = await signedIn();
    assert.equal(response.headers.get('location'), null);
    assert.equal(response.headers.get('referrer-policy'), 'no-referrer');
    assert.ok(!/[?&]code=/.test(html));
  });
});
