/** A phone is lost: what was proven with it counts no more, whoever holds the session, the code or the token. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { introspect, refresh, tokensOf, userinfo, WEB } from '../testing/endpoints.ts';
import { answerOf, authorizeUrl, claimsOf, redeem, signInAndStepUp } from '../testing/flow.ts';
import { operated } from '../testing/operated.ts';
import { ROBIN, ROBIN_RECOVERY_CODES, ROBIN_TOTP_SECRET } from '../testing/test-config.ts';
import { listAuthenticators, removeAuthenticator } from './authenticators.ts';

const PHONE = 'auth_user_robin_totp';

test('what a person can prove who they are with is listed, and nothing secret', async (t) => {
  const { run, server } = await operated(t);
  await signInAndStepUp(server);
  const { status, text } = await run(listAuthenticators, 'robin');
  assert.equal(status, 0);
  assert.match(text, /^auth_user_robin_totp {2}totp {2}"Pixel 9" {2}since \S+Z {2}never used$/m);
  assert.match(text, /^auth_user_robin_password {2}password .*last used \S+Z$/m);
  assert.match(text, /recovery-code .* 2 codes left$/m);
  for (const secret of [ROBIN_TOTP_SECRET, 'argon2', 'hmac', ...ROBIN_RECOVERY_CODES])
    assert.ok(!text.includes(secret));
});

test('a session that was elevated by the lost authenticator is asked again, and for another one', async (t) => {
  const { server, run } = await operated(t);
  const { browser } = await signInAndStepUp(server, { acr_values: 'mfa' });
  assert.ok(answerOf(await browser.go(authorizeUrl({ acr_values: 'mfa' }))).code, 'elevated');
  assert.equal((await run(removeAuthenticator, 'robin', PHONE)).status, 0);
  assert.ok(answerOf(await browser.go(authorizeUrl())).code, 'the login stays');
  const challenge = await browser.go(authorizeUrl({ acr_values: 'mfa' }));
  assert.match(challenge.url, /^\/challenge/);
  assert.doesNotMatch(challenge.html, /Pixel 9/);
  const done = await browser.submit(challenge, { code: ROBIN_RECOVERY_CODES[0] });
  assert.ok(answerOf(done).code, 'a recovery code does instead');
});

test('codes and tokens that rest on the lost authenticator are worth nothing any more', async (t) => {
  const { server, run } = await operated(t);
  const scope = 'openid close:account offline_access';
  const tokens = await tokensOf(server, { scope });
  assert.equal(claimsOf(tokens.access_token).acr, 'mfa');
  const waiting = await signInAndStepUp(server, { acr_values: 'mfa' }).catch(() => undefined);
  server.advance(30);
  const { stop } = waiting ?? (await signInAndStepUp(server, { acr_values: 'mfa' }));
  await run(removeAuthenticator, 'robin', PHONE);
  assert.equal((await userinfo(server, tokens.access_token)).status, 401);
  assert.equal((await introspect(server, tokens.access_token, WEB)).body.active, false);
  assert.deepEqual((await refresh(server, tokens.refresh_token)).body.error, 'invalid_grant');
  assert.equal((await redeem(server, stop)).status, 400);
});

/** Robin, who has stepped up, and a phone that is lost between the decision and the code. */
const lostMeanwhile = async (t: TestContext, again = () => false) => {
  let atThatMoment = (): Promise<unknown> => Promise.resolve();
  const { server, run } = await operated(t, (store) => ({
    ...store,
    grants: {
      ...store.grants,
      authorize: async (authorization) => {
        await atThatMoment();
        return again() ? 'proofs-gone' : store.grants.authorize(authorization);
      },
    },
  }));
  const scope = 'openid close:account offline_access';
  const { browser } = await signInAndStepUp(server, { scope });
  atThatMoment = () => run(removeAuthenticator, 'robin', PHONE);
  return { server, browser, scope };
};

test('an answer that was decided before the removal gives no code after it: another proof is asked for', async (t) => {
  const { server, browser, scope } = await lostMeanwhile(t);
  const challenge = await browser.go(authorizeUrl({ scope }));
  assert.match(challenge.url, /^\/challenge/);
  assert.doesNotMatch(challenge.html, /Pixel 9/);
  const tokens = await redeem(server, await browser.submit(challenge, { code: ROBIN_RECOVERY_CODES[0] }));
  assert.equal(claimsOf(tokens.body.access_token).acr, 'mfa');
});

test('… nor does one that must not show a page, or that is on its way home from one', async (t) => {
  const silent = await lostMeanwhile(t);
  const refused = await silent.browser.go(authorizeUrl({ scope: silent.scope, prompt: 'none' }));
  assert.deepEqual([answerOf(refused).error, answerOf(refused).code], ['login_required', undefined]);

  const { server, browser, scope } = await lostMeanwhile(t);
  server.advance(60);
  const challenge = await browser.go(authorizeUrl({ scope, max_age: '30', acr_values: 'mfa' }));
  assert.match(challenge.html, /Pixel 9/);
  const home = await browser.giveCode(challenge);
  assert.match(home.url, /^\/challenge/);
  assert.doesNotMatch(home.html, /Pixel 9/);
});

test('a request whose decisions come to nothing each time ends in an error', async (t) => {
  const { server, browser } = await lostMeanwhile(t, () => true);
  assert.equal(answerOf(await browser.go(authorizeUrl())).error, 'server_error');
  assert.ok(server.logged.some((line) => line.includes('taken back each time')));
});

test('what was granted by the password alone goes on', async (t) => {
  const { server, run } = await operated(t);
  const everyday = await tokensOf(server);
  const { text } = await run(removeAuthenticator, 'robin', PHONE);
  assert.match(text, /0 sessions lost their elevation, 0 grants/);
  assert.equal((await userinfo(server, everyday.access_token)).status, 200);
  assert.equal((await refresh(server, everyday.refresh_token)).status, 200);
});

test('a code of the lost authenticator that is under way at that moment is refused', async (t) => {
  const { server, run } = await operated(t);
  const { browser } = await signInAndStepUp(server);
  const challenge = await browser.go(authorizeUrl({ acr_values: 'mfa' }));
  await run(removeAuthenticator, 'robin', PHONE);
  const refused = await browser.giveCode(challenge);
  assert.match(refused.url, /^\/challenge/);
  assert.match((await browser.go(authorizeUrl({ acr_values: 'mfa' }))).url, /^\/challenge/);
});

test('the removal is on record, says what it ended and what to do next, and is done once', async (t) => {
  const { server, run } = await operated(t);
  await signInAndStepUp(server, { acr_values: 'mfa' });
  const { text } = await run(removeAuthenticator, 'robin', PHONE);
  assert.match(text, /1 sessions lost their elevation, 1 grants/);
  assert.match(text, /stile sign-out robin/);
  assert.match(text, /stile ticket robin/);
  const [record] = (await server.store.audit.recent(5)).filter(({ type }) => type === 'authenticator.removed');
  assert.deepEqual(
    [record?.userId, record?.details],
    [ROBIN.id, { authenticator: PHONE, factor: 'totp', reason: 'administrator' }],
  );
  assert.equal((await run(removeAuthenticator, 'robin', PHONE)).status, 1);
});

test('the only way in is not taken away, nor what belongs to somebody else', async (t) => {
  const { run } = await operated(t);
  const password = await run(removeAuthenticator, 'robin', 'auth_user_robin_password');
  assert.equal(password.status, 1);
  assert.match(password.text, /Nothing was changed.*\n.*stile block robin/);
  assert.equal((await run(removeAuthenticator, 'sam', PHONE)).status, 1);
  assert.equal((await run(removeAuthenticator, 'robin')).status, 2);
});
