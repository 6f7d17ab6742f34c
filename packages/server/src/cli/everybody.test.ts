/** Everybody is signed out at once: what was held, what was under way, and what was yet to be used is worth nothing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestBrowser } from '../testing/browser.ts';
import { ACCOUNTS_API, consume, introspect, NIGHTLY, refresh, tokensOf, userinfo, WEB } from '../testing/endpoints.ts';
import { answerOf, authorizeUrl, redeem, signInAndStepUp, tokenRequest } from '../testing/flow.ts';
import { operated } from '../testing/operated.ts';
import { REPORTS, SAM } from '../testing/test-config.ts';
import { signOut } from './people.ts';

test('sessions, codes, access tokens, single-use tokens and refresh tokens of everybody end at once, those for offline access too', async (t) => {
  const { server, run } = await operated(t);
  const robin = new TestBrowser(server);
  const robins = await tokensOf(server, {}, robin);
  const sam = new TestBrowser(server);
  const sams = await redeem(server, await sam.signIn(await sam.go(authorizeUrl()), SAM)).then(({ body }) => body);
  const { access_token: transfer } = await tokensOf(server, { scope: 'openid transfer:funds' }, robin);
  const waiting = await robin.go(authorizeUrl());
  assert.ok(answerOf(waiting).code);
  const isActive = async (token: unknown) => (await introspect(server, token, WEB)).body.active;
  for (const { access_token, refresh_token } of [robins, sams])
    assert.deepEqual([await isActive(access_token), await isActive(refresh_token)], [true, true]);

  const { status, text } = await run(signOut, '--all');
  assert.equal(status, 0);
  assert.match(text, /^Everybody is signed out: 2 sessions ended, 4 grants with their codes and refresh tokens/);
  for (const { access_token, refresh_token } of [robins, sams]) {
    assert.deepEqual([await isActive(access_token), await isActive(refresh_token)], [false, false]);
    assert.equal((await userinfo(server, access_token)).status, 401);
    const refreshed = await refresh(server, refresh_token);
    assert.deepEqual([refreshed.status, refreshed.body.error], [400, 'invalid_grant']);
  }
  assert.deepEqual((await consume(server, transfer, ACCOUNTS_API)).body, { consumed: false });
  assert.equal((await redeem(server, waiting)).status, 400);
  for (const browser of [robin, sam]) assert.match((await browser.go(authorizeUrl())).url, /^\/login/);
  assert.equal((await redeem(server, (await signInAndStepUp(server)).stop)).status, 200, 'and may come back');
});

test('it is on record, with the reason, by whom, and how much; there is nothing left for a second time', async (t) => {
  const { server, run } = await operated(t);
  await tokensOf(server);
  await run(signOut, '--all');
  const records = (await server.store.audit.recent(2)).map(({ type, userId, details }) => [type, userId, details]);
  assert.deepEqual(records, [
    ['token.revoked', null, { reason: 'administrator', of: 'everybody', grants: 1 }],
    ['session.ended', null, { reason: 'administrator', of: 'everybody', sessions: 1 }],
  ]);
  assert.match((await run(signOut, '--all')).text, /0 sessions ended, 0 grants/);
});

test('sessions that had run out by themselves are not counted as ended', async (t) => {
  const { server, run } = await operated(t);
  await signInAndStepUp(server);
  server.advance(server.deps.config.sessions.idle);
  await signInAndStepUp(server);
  assert.match((await run(signOut, '--all')).text, /^Everybody is signed out: 1 session ended, /);
  await signInAndStepUp(server);
  server.advance(server.deps.config.sessions.idle);
  assert.match((await run(signOut, 'robin')).text, /0 sessions ended/);
});

test('beside somebody’s name it is refused, in any order, and nobody is signed out', async (t) => {
  const { server, run } = await operated(t);
  const { browser } = await signInAndStepUp(server);
  for (const words of [
    ['robin', '--all'],
    ['--all', 'robin'],
    ['--all', ''],
  ]) {
    const { status, text } = await run(signOut, ...words);
    assert.deepEqual([status, text.includes('Nothing was changed')], [2, true]);
  }
  assert.ok(answerOf(await browser.go(authorizeUrl())).code);
});

test('an answer that was decided before gives no code after: the person signs in again', async (t) => {
  let atThatMoment = (): Promise<unknown> => Promise.resolve();
  const { server, run } = await operated(t, (store) => ({
    ...store,
    grants: {
      ...store.grants,
      authorize: async (authorization) => {
        await atThatMoment();
        return store.grants.authorize(authorization);
      },
    },
  }));
  const { browser } = await signInAndStepUp(server);
  atThatMoment = () => run(signOut, '--all');
  assert.match((await browser.go(authorizeUrl())).url, /^\/login/);
});

test('a proof that is under way at that moment is not recorded: the person begins again', async (t) => {
  const { server, run } = await operated(t);
  const { browser } = await signInAndStepUp(server);
  const challenge = await browser.go(authorizeUrl({ acr_values: 'mfa' }));
  assert.match(challenge.url, /^\/challenge/);
  await run(signOut, '--all');
  assert.match((await browser.giveCode(challenge)).url, /^\/login/);
});

test('what a client was given for itself is of nobody and goes on', async (t) => {
  const { server, run } = await operated(t);
  const { body } = await tokenRequest(server, { grant_type: 'client_credentials', audience: REPORTS }, NIGHTLY);
  await run(signOut, '--all');
  assert.equal((await introspect(server, body.access_token, NIGHTLY)).body.active, true);
});
