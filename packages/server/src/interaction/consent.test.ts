/** Consent, and the choice of an account: asked of the person who is there, remembered for them, and for nobody else. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Stop } from '../testing/browser.ts';
import { formPost, hiddenFields, TestBrowser } from '../testing/browser.ts';
import { THIRD_PARTY, userinfo } from '../testing/endpoints.ts';
import { answerOf, authorizeUrl, claimsOf, redeem, signInAndStepUp, tokenRequest, VERIFIER } from '../testing/flow.ts';
import { ACCOUNTS, ROBIN, SAM } from '../testing/test-config.ts';
import type { TestServer } from '../testing/test-server.ts';
import { testServer } from '../testing/test-server.ts';

type Change = Readonly<Record<string, string>>;

const BUDGET = {
  client_id: 'third-party',
  redirect_uri: 'https://budget.example/callback',
  scope: 'openid read:accounts',
};
const budgetUrl = (change: Change = {}): string => authorizeUrl({ ...BUDGET, ...change });

const asked = async (server: TestServer, user: typeof ROBIN | typeof SAM = ROBIN, change: Change = {}) => {
  const browser = new TestBrowser(server);
  const consent = await browser.signIn(await browser.go(budgetUrl(change)), user);
  assert.match(consent.url, /^\/consent\?/);
  return { browser, consent };
};

const allow = (browser: TestBrowser, page: Stop): Promise<Stop> => browser.submit(page, { allow: '1' });

test('an application of somebody else’s is allowed by the person, in words, and the answer is remembered', async (t) => {
  const server = await testServer(t);
  const { browser, consent } = await asked(server);
  assert.match(consent.html, /Budget Buddy/);
  assert.match(consent.html, /See your accounts/);
  assert.match(consent.html, /budget\.example/);
  assert.match(consent.html, /robin/);
  assert.ok(answerOf(await allow(browser, consent)).code);
  assert.ok(answerOf(await browser.go(budgetUrl({ prompt: 'none' }))).code);
  const other = new TestBrowser(server);
  assert.ok(answerOf(await other.signIn(await other.go(budgetUrl()))).code);
});

test('what is remembered is of one person, one application and these scopes', async (t) => {
  const server = await testServer(t);
  const { browser, consent } = await asked(server);
  await allow(browser, consent);
  const more = await browser.go(budgetUrl({ scope: 'openid read:accounts email' }));
  assert.match(more.url, /^\/consent\?/);
  assert.equal(
    answerOf(await browser.go(budgetUrl({ scope: 'openid email', prompt: 'none' }))).error,
    'consent_required',
  );
  await asked(server, SAM);
  assert.ok(answerOf(await browser.go(budgetUrl({ scope: 'openid', prompt: 'none' }))).code);
});

test('a claim that is asked for by name needs the consent that its scope would need, and brings that claim alone', async (t) => {
  const server = await testServer(t);
  const byName = { claims: '{"userinfo":{"email":null},"id_token":{"name":null}}' };
  const { browser, consent } = await asked(server);
  await allow(browser, consent);
  assert.equal(answerOf(await browser.go(budgetUrl({ ...byName, prompt: 'none' }))).error, 'consent_required');
  const page = await browser.go(budgetUrl(byName));
  assert.match(page.html, /Know your e-mail address/);
  assert.match(page.html, /Know your name/);
  const end = await allow(browser, page);
  const fields = { grant_type: 'authorization_code', redirect_uri: BUDGET.redirect_uri, code_verifier: VERIFIER };
  const { body } = await tokenRequest(server, { ...fields, code: answerOf(end).code ?? '' }, THIRD_PARTY);
  assert.equal(body.scope, BUDGET.scope);
  const { name, email } = claimsOf(body.id_token);
  assert.deepEqual([name, email], ['Robin Keller', undefined]);
  const told = await userinfo(server, body.access_token);
  assert.deepEqual(told.body, { sub: ROBIN.id, email: 'robin@fabrikam.example' });
  // What was allowed once is not asked again, whichever way it is asked for.
  for (const change of [byName, { scope: `${BUDGET.scope} email profile` }]) {
    assert.ok(answerOf(await browser.go(budgetUrl({ ...change, prompt: 'none' }))).code);
  }
});

test('without openid, and for a name that is no standard claim, nothing is asked and nothing is released', async (t) => {
  const server = await testServer(t);
  const { browser, consent } = await asked(server);
  await allow(browser, consent);
  const plain = { scope: 'read:accounts', claims: '{"userinfo":{"email":null}}' };
  assert.ok(answerOf(await browser.go(budgetUrl({ ...plain, prompt: 'none' }))).code);
  const unknown = { claims: '{"userinfo":{"is_admin":null,"auth_time":null}}' };
  assert.ok(answerOf(await browser.go(budgetUrl({ ...unknown, prompt: 'none' }))).code);
});

test('without a page, consent that is missing is told to the client', async (t) => {
  const server = await testServer(t);
  const { browser } = await signInAndStepUp(server);
  assert.equal(answerOf(await browser.go(budgetUrl({ prompt: 'none' }))).error, 'consent_required');
});

test('prompt=consent asks again, and what is denied then leaves what was remembered', async (t) => {
  const server = await testServer(t);
  const { browser, consent } = await asked(server);
  await allow(browser, consent);
  const again = await browser.go(budgetUrl({ prompt: 'consent' }));
  assert.match(again.url, /^\/consent\?/);
  assert.equal(answerOf(await browser.submit(again, { deny: '1' })).error, 'access_denied');
  assert.ok(answerOf(await browser.go(budgetUrl({ prompt: 'none' }))).code);
});

for (const button of ['deny', 'cancel']) {
  test(`${button}: the client is told, nothing is remembered, and the page is over`, async (t) => {
    const server = await testServer(t);
    const { browser, consent } = await asked(server);
    const { error, state } = answerOf(await browser.submit(consent, { [button]: '1' }));
    assert.deepEqual([error, state], ['access_denied', 'state-1']);
    assert.equal((await allow(browser, consent)).status, 400);
    assert.equal(answerOf(await browser.go(budgetUrl({ prompt: 'none' }))).error, 'consent_required');
  });
}

test('an answer that is neither yes nor no, or both, is no yes', async (t) => {
  const server = await testServer(t);
  const { browser, consent } = await asked(server);
  for (const fields of [{}, { allowed: '1' }, { Allow: '1' }]) {
    assert.match((await browser.submit(consent, fields)).url, /^\/consent\?/);
  }
  assert.equal(answerOf(await browser.submit(consent, { allow: '1', deny: '1' })).error, 'access_denied');
});

test('CSRF: another site cannot allow in the person’s name, by form or by address', async (t) => {
  const server = await testServer(t);
  const { browser, consent } = await asked(server);
  const other = await browser.go(budgetUrl({ state: 'other' }));
  for (const csrf of ['', hiddenFields(other).csrf ?? '']) {
    assert.equal((await browser.go(consent.url, formPost({ csrf, allow: '1' }))).status, 403);
  }
  const { csrf = '' } = hiddenFields(consent);
  assert.match((await browser.go(`${consent.url}&allow=1&csrf=${csrf}`)).url, /^\/consent\?/);
  assert.equal(answerOf(await browser.go(budgetUrl({ prompt: 'none' }))).error, 'consent_required');
});

test('consent comes after every proof, and a yes given before one stands for it', async (t) => {
  const server = await testServer(t);
  const browser = new TestBrowser(server);
  const challenge = await browser.signIn(await browser.go(budgetUrl({ acr_values: 'mfa' })));
  assert.match(challenge.url, /^\/challenge\?/);
  const consent = await browser.giveCode(challenge);
  assert.match(consent.url, /^\/consent\?/);
  const code = answerOf(await allow(browser, consent)).code ?? '';
  const fields = { grant_type: 'authorization_code', code, code_verifier: VERIFIER, redirect_uri: BUDGET.redirect_uri };
  const { body } = await tokenRequest(server, fields, THIRD_PARTY);
  assert.equal(claimsOf(body.access_token).acr, 'mfa');
});

test('any program on a device may say that it is an app there, so a consent of before proves nothing for one', async (t) => {
  const server = await testServer(t, (config) => ({
    ...config,
    clients: [
      ...(config.clients ?? []),
      {
        id: 'gadget',
        name: 'Gadget',
        authentication: ['none'],
        redirectUris: ['http://127.0.0.1/callback', 'com.gadget.app:/callback', 'https://gadget.example/callback'],
        apis: { [ACCOUNTS]: ['read:accounts'] },
      },
    ],
  }));
  const { browser } = await signInAndStepUp(server);
  for (const [uri, shown, asksAgain] of [
    ['http://127.0.0.1:50123/callback', /127\.0\.0\.1/, true],
    ['com.gadget.app:/callback', /com\.gadget\.app/, true],
    ['https://gadget.example/callback', /gadget\.example/, false],
  ] as const) {
    const url = budgetUrl({ client_id: 'gadget', redirect_uri: uri });
    const consent = await browser.go(url);
    if (asksAgain || consent.url.startsWith('/consent')) {
      assert.match(consent.html, shown);
      assert.match((await allow(browser, consent)).url, /[?&]code=/);
    }
    assert.equal((await browser.go(url)).url.startsWith('/consent?'), asksAgain);
  }
});

test('an application of somebody else’s that asks for no scope at all is refused, for there is nothing to agree to', async (t) => {
  const server = await testServer(t);
  for (const scope of ['', 'nonsense']) {
    const stop = await new TestBrowser(server).go(budgetUrl({ scope }));
    assert.equal(answerOf(stop).error, 'invalid_scope');
  }
});

test('T10: a page that was shown to one person is not answered by another', async (t) => {
  const server = await testServer(t);
  const { browser, consent } = await asked(server);
  const login = await browser.submit(consent, { other: '1' });
  await browser.signIn(login, SAM);
  const late = await allow(browser, consent);
  assert.match(late.url, /^\/consent\?/);
  assert.match(late.html, /sam/);
  assert.deepEqual(await server.store.grants.consentsOf(SAM.id, 'third-party'), []);
});

test('T10: a yes of one person is none of another who signs in meanwhile', async (t) => {
  const server = await testServer(t);
  const { browser, consent } = await asked(server);
  const aside = await browser.go(authorizeUrl({ claims: JSON.stringify({ id_token: { sub: { value: SAM.id } } }) }));
  await browser.signIn(aside, SAM);
  const { error, code } = answerOf(await allow(browser, consent));
  assert.deepEqual([error, code], ['login_required', undefined]);
  assert.deepEqual(await server.store.grants.consentsOf(SAM.id, 'third-party'), []);
});

test('“Not you?” on the consent page begins anew, without the yes of the first', async (t) => {
  const server = await testServer(t);
  const { browser, consent } = await asked(server);
  const login = await browser.submit(consent, { other: '1' });
  assert.match(login.url, /^\/login\?/);
  const sams = await browser.signIn(login, SAM);
  assert.match(sams.url, /^\/consent\?/);
  assert.match(sams.html, /sam/);
});

test('the account page goes on with the one who is there, and only by its button', async (t) => {
  const server = await testServer(t);
  const { browser } = await signInAndStepUp(server);
  const page = await browser.go(authorizeUrl({ prompt: 'select_account' }));
  assert.match(page.html, /robin/);
  assert.match((await browser.submit(page, {})).url, /^\/select-account\?/);
  assert.match((await browser.go(`${page.url}&continue=1`)).url, /^\/select-account\?/);
  const { body } = await redeem(server, await browser.submit(page, { continue: '1' }));
  assert.equal(claimsOf(body.id_token).sub, ROBIN.id);
});

test('another account may be chosen there', async (t) => {
  const server = await testServer(t);
  const { browser } = await signInAndStepUp(server);
  const page = await browser.go(authorizeUrl({ prompt: 'select_account' }));
  const login = await browser.submit(page, { other: '1' });
  const { body } = await redeem(server, await browser.signIn(login, SAM));
  assert.equal(claimsOf(body.id_token).sub, SAM.id);
});

test('T10: the account that was chosen is the one that goes on, also when another person signs in beside', async (t) => {
  const server = await testServer(t);
  const { browser } = await signInAndStepUp(server);
  const page = await browser.go(authorizeUrl({ prompt: 'select_account' }));
  const aside = await browser.go(authorizeUrl({ claims: JSON.stringify({ id_token: { sub: { value: SAM.id } } }) }));
  const response = await browser.send(page.url, formPost({ ...hiddenFields(page), continue: '1' }));
  await browser.signIn(aside, SAM);
  const { error, code } = answerOf(await browser.go(response.headers.get('location') ?? ''));
  assert.deepEqual([error, code], ['login_required', undefined]);
});

test('T10: whoever signs in from another tab is asked themselves before they go on where somebody else was shown', async (t) => {
  const server = await testServer(t);
  const { browser } = await signInAndStepUp(server);
  server.advance(60);
  const shown = await browser.go(authorizeUrl({ prompt: 'select_account' }));
  assert.match(shown.html, /robin/);
  server.advance(60);
  await browser.signIn(
    await browser.submit(await browser.go(authorizeUrl({ prompt: 'select_account' })), { other: '1' }),
    SAM,
  );
  const next = await browser.submit(shown, { continue: '1' });
  assert.match(next.url, /^\/select-account\?/, 'the old page is no answer by Sam');
  assert.match(next.html, /sam/);
  const done = await browser.submit(next, { continue: '1' });
  assert.equal(claimsOf((await redeem(server, done)).body.id_token).sub, SAM.id);
});
