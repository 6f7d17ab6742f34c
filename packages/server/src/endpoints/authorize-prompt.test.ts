/** `prompt` and `max_age`: when a person is asked, and when they must not be. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Stop } from '../testing/browser.ts';
import { TestBrowser } from '../testing/browser.ts';
import { handedOver } from '../testing/endpoints.ts';
import { answerOf, authorizeUrl, claimsOf, redeem, signInAndStepUp } from '../testing/flow.ts';
import { ROBIN } from '../testing/test-config.ts';
import type { TestServer } from '../testing/test-server.ts';
import { START, testServer } from '../testing/test-server.ts';

type Change = Readonly<Record<string, string | undefined>>;

/** A browser in which Robin signed in by password, ten minutes ago. */
const signedIn = async (server: TestServer): Promise<TestBrowser> => {
  const { browser } = await signInAndStepUp(server);
  server.advance(600);
  return browser;
};

const pageOf = ({ url }: Stop): string => url.split('?', 1)[0] ?? '';

/** The error that prompt=none gives, or `code`. */
const silently = async (browser: TestBrowser, change: Change = {}): Promise<string | undefined> => {
  const stop = await browser.go(authorizeUrl({ prompt: 'none', ...change }));
  const { error, code } = answerOf(stop);
  return error ?? (code === undefined ? undefined : 'code');
};

test('prompt=none gives a code to whoever is signed in, and login_required to whoever is not', async (t) => {
  const server = await testServer(t);
  assert.equal(await silently(new TestBrowser(server)), 'login_required');
  assert.equal(await silently(await signedIn(server)), 'code');
});

test('T4: prompt=none with a second proof missing says exactly what Auth0 says, by a message, and shows no page', async (t) => {
  const server = await testServer(t);
  const browser = await signedIn(server);
  const change = { prompt: 'none', response_mode: 'web_message', scope: 'openid transfer:funds' };
  const { response } = handedOver(await browser.go(authorizeUrl(change)));
  assert.deepEqual(response, {
    error: 'login_required',
    error_description: 'Multifactor authentication required',
    state: 'state-1',
    iss: 'https://login.fabrikam.example/',
  });
});

test('T4 T15: prompt=none that is refused leaves session, interactions and proofs as they were', async (t) => {
  const saved: string[] = [];
  const server = await testServer(t, undefined, (store) => ({
    ...store,
    interactions: {
      ...store.interactions,
      save: async (interaction) => {
        saved.push(interaction.id);
        await store.interactions.save(interaction);
      },
    },
  }));
  const browser = await signedIn(server);
  const [cookies, before] = [[...browser.cookies], saved.length];
  assert.equal(await silently(browser, { acr_values: 'mfa' }), 'login_required');
  assert.equal(saved.length, before);
  assert.deepEqual([...browser.cookies], cookies);
  const [latest] = await server.store.audit.recent(1);
  assert.equal(latest?.type, 'authorize.refused');
  assert.equal(latest?.userId, ROBIN.id);
  assert.equal(await silently(browser), 'code');
});

test('T15: showing the challenge, however often, consumes nothing and records no success', async (t) => {
  const server = await testServer(t);
  const browser = await signedIn(server);
  const challenge = await browser.go(authorizeUrl({ scope: 'openid transfer:funds' }));
  const audited = (await server.store.audit.recent(100)).length;
  for (let i = 0; i < 5; i += 1) await browser.go(challenge.url);
  assert.equal((await server.store.audit.recent(100)).length, audited);
  assert.equal(await silently(browser, { acr_values: 'mfa' }), 'login_required');
  assert.ok(answerOf(await browser.giveCode(challenge)).code);
});

test('prompt=login asks for the password although somebody is signed in, and takes nobody else', async (t) => {
  const server = await testServer(t);
  const browser = await signedIn(server);
  const asked = await browser.go(authorizeUrl({ prompt: 'login' }));
  assert.equal(pageOf(asked), '/challenge');
  assert.match(asked.html, /name="password"/);
  assert.doesNotMatch(asked.html, /name="username"/);
  const { body } = await redeem(server, await browser.signIn(asked));
  assert.equal(claimsOf(body.id_token).auth_time, START + 600);
});

for (const [name, change] of [
  ['prompt=login', { prompt: 'login' }],
  ['max_age=0', { max_age: '0' }],
  ['max_age=0 with a level', { max_age: '0', acr_values: '1fa' }],
] as const) {
  test(`${name} asks again in the very second of the last proof, and is content with the answer`, async (t) => {
    const server = await testServer(t);
    const { browser } = await signInAndStepUp(server);
    const asked = await browser.go(authorizeUrl(change));
    assert.equal(pageOf(asked), '/challenge');
    const done = await browser.signIn(asked);
    assert.ok(answerOf(done).code);
    const { body } = await redeem(server, done);
    assert.equal(claimsOf(body.id_token).auth_time, START + 1);
  });
}

test('max_age=0 and prompt=login can never be met without a page', async (t) => {
  const server = await testServer(t);
  const browser = await signedIn(server);
  assert.equal(await silently(browser, { max_age: '0' }), 'login_required');
  assert.equal(await silently(browser, { prompt: 'none', max_age: '599' }), 'login_required');
});

test('T23: max_age counts whole seconds from the proof: at the second it still serves, one later it does not', async (t) => {
  const server = await testServer(t);
  const browser = await signedIn(server);
  assert.equal(await silently(browser, { max_age: '600' }), 'code');
  server.advance(1);
  assert.equal(await silently(browser, { max_age: '600' }), 'login_required');
  assert.equal(await silently(browser, { max_age: '9999999999' }), 'code');
});

test('the time a person takes to answer never counts against them', async (t) => {
  const server = await testServer(t);
  const browser = await signedIn(server);
  const asked = await browser.go(authorizeUrl({ max_age: '10' }));
  server.advance(1000);
  assert.ok(answerOf(await browser.signIn(asked)).code);
});

test('prompt=consent asks the operator’s own clients’ users as well, each time', async (t) => {
  const server = await testServer(t);
  const browser = await signedIn(server);
  assert.equal(await silently(browser), 'code');
  for (let i = 0; i < 2; i += 1) {
    const asked = await browser.go(authorizeUrl({ prompt: 'consent' }));
    assert.equal(pageOf(asked), '/consent');
    assert.ok(answerOf(await browser.submit(asked, { allow: '1' })).code);
  }
});

test('prompt=select_account asks whoever is signed in, and nobody who just signed in for it', async (t) => {
  const server = await testServer(t);
  const fresh = new TestBrowser(server);
  const login = await fresh.go(authorizeUrl({ prompt: 'select_account' }));
  assert.equal(pageOf(login), '/login');
  assert.ok(answerOf(await fresh.signIn(login)).code);
  const asked = await fresh.go(authorizeUrl({ prompt: 'select_account' }));
  assert.equal(pageOf(asked), '/select-account');
  assert.ok(answerOf(await fresh.submit(asked, { continue: '1' })).code);
});

test('several prompts are all honoured, in whatever order they were written', async (t) => {
  const server = await testServer(t);
  for (const prompt of ['login consent', 'consent login', 'consent  login']) {
    const browser = await signedIn(server);
    const asked = await browser.go(authorizeUrl({ prompt }));
    assert.equal(pageOf(asked), '/challenge');
    const consent = await browser.signIn(asked);
    assert.equal(pageOf(consent), '/consent');
    assert.ok(answerOf(await browser.submit(consent, { allow: '1' })).code);
  }
  const browser = await signedIn(server);
  const choice = await browser.go(authorizeUrl({ prompt: 'select_account login' }));
  assert.equal(pageOf(choice), '/select-account');
  const asked = await browser.submit(choice, { continue: '1' });
  assert.equal(pageOf(asked), '/challenge');
  assert.ok(answerOf(await browser.signIn(asked)).code);
});

test('prompt=login together with a second factor asks for both, each once', async (t) => {
  const server = await testServer(t);
  const { browser } = await signInAndStepUp(server, { acr_values: 'mfa' });
  server.advance(60);
  const first = await browser.go(authorizeUrl({ prompt: 'login', acr_values: 'mfa' }));
  assert.match(first.html, /name="password"/);
  const second = await browser.signIn(first);
  assert.equal(pageOf(second), '/challenge');
  assert.match(second.html, /name="code"/);
  const { body } = await redeem(server, await browser.giveCode(second));
  const { acr, auth_time, amr_times } = claimsOf(body.id_token);
  assert.deepEqual([acr, auth_time], ['mfa', START + 60]);
  assert.deepEqual(amr_times, { mfa: START + 60, otp: START + 60, pwd: START + 60 });
});

test('a stranger who may not be asked leaves no record, so that nobody can fill it', async (t) => {
  const server = await testServer(t);
  assert.equal(await silently(new TestBrowser(server)), 'login_required');
  assert.deepEqual(await server.store.audit.recent(10), []);
  assert.match(server.logged.join(''), /login_needs_page/);
});
