/** Candidate Actions over what was decided: what they would have done, without doing anything. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { isJsonObject, parseJsonObject } from '@stile/core';
import { TestBrowser } from '../testing/browser.ts';
import { authorizeUrl, redeem, signInAndStepUp, tokenRequest } from '../testing/flow.ts';
import { operated } from '../testing/operated.ts';
import { ACCOUNTS, SAM } from '../testing/test-config.ts';
import { bindAction } from './actions-bind.ts';
import { deployActions } from './actions-deploy.ts';
import { replayDecisions } from './replay.ts';
import { supposeSignIn } from './what-if.ts';

const folderOf = (t: TestContext, actions: Readonly<Record<string, string>>): string => {
  const folder = mkdtempSync(join(tmpdir(), 'stile-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const [name, body] of Object.entries(actions)) {
    writeFileSync(join(folder, `${name}.js`), `exports.onExecutePostLogin = async (event, api) => { ${body} };`);
  }
  return folder;
};

const replaying =
  (t: TestContext, run: Awaited<ReturnType<typeof operated>>['run']) =>
  async (actions: Readonly<Record<string, string>>) => {
    const { status, text } = await run(replayDecisions, '--actions', folderOf(t, actions), '--json');
    assert.equal(status, 0, text);
    const report = parseJsonObject(text) ?? {};
    const { changes, actions: did } = report;
    assert.ok(isJsonObject(changes) && isJsonObject(did));
    const changed = Object.fromEntries(Object.entries(changes).filter(([, count]) => count !== 0));
    return { report, changed, did };
  };

/** Robin and Sam sign in with their passwords, and Robin steps up once. */
const story = async (t: TestContext) => {
  const { server, run } = await operated(t);
  const { browser } = await signInAndStepUp(server, { scope: 'openid read:accounts' });
  await signInAndStepUp(server, { scope: 'openid transfer:funds' }, browser);
  const sam = new TestBrowser(server);
  await sam.signIn(await sam.go(authorizeUrl({ scope: 'openid' })), SAM);
  return { server, run, replayed: replaying(t, run) };
};

test('whom Actions would deny, ask, and give less', async (t) => {
  const { replayed } = await story(t);
  const denying = await replayed({ deny: `if (event.user.username === 'sam') api.access.deny('Not you');` });
  assert.deepEqual(denying.changed, { newly_refused: 1 });
  assert.deepEqual([denying.did.decisions, denying.did.denied], [4, 1]);
  const asking = await replayed({ ask: `api.multifactor.enable('any');` });
  // Robin was let in with the password alone, and Sam has nothing to be asked for.
  assert.equal(asking.did.demanding, 4);
  assert.equal(asking.changed.newly_asked, 1);
  const less = await replayed({ less: `api.accessToken.removeScope('read:accounts');` });
  assert.deepEqual(less.changed, { other_scopes: 1 });
  const nothing = await replayed({ quiet: `console.log(event.user.user_id); api.user.setAppMetadata('seen', true);` });
  assert.deepEqual(nothing.changed, {});
});

/** Robin steps up before a token, which is refreshed twice. */
const refreshedStory = async (t: TestContext, action?: Readonly<Record<string, string>>) => {
  const { server, run } = await operated(t);
  if (action) {
    Object.assign(server.deps.config.actions, { folder: folderOf(t, action) });
    assert.equal((await run(deployActions, '--bind')).status, 0);
  }
  const { stop } = await signInAndStepUp(server, { scope: 'openid read:accounts offline_access', acr_values: 'mfa' });
  let { body } = await redeem(server, stop);
  for (const _ of [1, 2]) {
    const refresh_token = String(body.refresh_token);
    ({ body } = await tokenRequest(server, { grant_type: 'refresh_token', refresh_token }));
  }
  return { run, replayed: replaying(t, run) };
};

const AT_REFRESH = `event.transaction.protocol === 'oauth2-refresh-token'`;

test('Actions are tried at refreshes as well: whom they would deny, demand of, and give less', async (t) => {
  const { replayed, run } = await refreshedStory(t);
  const denying = await replayed({
    deny: `if (${AT_REFRESH} && event.client.client_id === 'web') api.access.deny('Sign in again');`,
  });
  assert.deepEqual(denying.changed, { newly_refused: 2 });
  assert.deepEqual([denying.did.refreshes, denying.did.denied], [2, 2]);
  const elsewhere = await replayed({ deny: `if (event.client.client_id === 'bank') api.access.deny('No');` });
  assert.deepEqual([elsewhere.changed, elsewhere.did.refreshes], [{}, 2]);
  const less = await replayed({ less: `if (${AT_REFRESH}) api.accessToken.removeScope('read:accounts');` });
  assert.deepEqual(less.changed, { other_scopes: 2 });
  // What was proven for the authorization is good at its refreshes (T27), also where it is not on record when that was asked for.
  const asking = { ask: `if (${AT_REFRESH}) api.multifactor.enable('any', { allowRememberBrowser: false });` };
  assert.deepEqual((await replayed(asking)).changed, {});
  // Nobody is there who could be asked for something else or sent anywhere, so that it is refused, as in production.
  const more = { ask: `if (${AT_REFRESH}) api.authentication.challengeWith({ type: 'recovery-code' });` };
  const asked = await replayed(more);
  assert.deepEqual([asked.changed, asked.did.failed], [{ newly_refused: 2 }, 2]);
  const away = await replayed({ away: `if (${AT_REFRESH}) api.redirect.sendUserTo('https://example.com/');` });
  assert.deepEqual([away.changed, away.did.failed], [{ newly_refused: 2 }, 2]);
  assert.match(
    (await run(replayDecisions, '--actions', folderOf(t, more))).text,
    /ran for \d decisions, 2 of them refreshes/,
  );
});

test('at a refresh an Action sees what is on record, and people as they are today', async (t) => {
  const { replayed } = await refreshedStory(t);
  const { did } = await replayed({
    seen: `if (!(${AT_REFRESH})) return;
      const { refresh_token: token, session, user, request, authentication, transaction } = event;
      const factors = user.enrolledFactors.map(({ type }) => type);
      const methods = authentication.methods.map(({ name }) => name);
      throw new Error(JSON.stringify({
        token: [token.id, token.client_id, token.resource_servers, token.metadata], session: session.id, user: user.user_id,
        factors, methods, request: [request.method, request.ip, request.body], scopes: transaction.requested_scopes,
      }));`,
  });
  assert.ok(Array.isArray(did.faults));
  const [, shown] = /^Error: (.*) \(line/.exec(String(did.faults[0].message)) ?? [];
  assert.deepEqual(parseJsonObject(shown ?? ''), {
    token: ['', 'web', [{ audience: ACCOUNTS, scopes: 'openid read:accounts offline_access' }], {}],
    session: '',
    user: 'user_robin',
    factors: ['otp', 'recovery-code'],
    methods: ['pwd', 'mfa'],
    request: ['POST', '', { grant_type: 'refresh_token' }],
    scopes: ['openid', 'read:accounts', 'offline_access'],
  });
});

test('a replay by the Actions that were bound refreshes as they did', async (t) => {
  const action = {
    step: `api.multifactor.enable('any', { allowRememberBrowser: false });
      if (${AT_REFRESH}) api.accessToken.removeScope('read:accounts');`,
  };
  const { run, replayed } = await refreshedStory(t, action);
  const { changed, did } = await replayed(action);
  assert.deepEqual([changed, did.refreshes], [{}, 2]);
  assert.equal((await replayed({ none: '' })).changed.other_scopes, 2);
  assert.equal((await run(replayDecisions, '--check')).status, 0);
});

test('T16, T24: an Action that throws is told, with an example, and so is a call that goes nowhere', async (t) => {
  const { replayed, run } = await story(t);
  const broken = { sample: `if (event.transaction.acr_values.includes('mfa')) return; null.broken;` };
  const { changed, did } = await replayed(broken);
  assert.equal(did.failed, 4);
  assert.ok(Array.isArray(did.faults));
  assert.equal(did.faults.length, 1);
  assert.deepEqual([did.faults[0].action, did.faults[0].failure, did.faults[0].decisions], ['sample', 'threw', 4]);
  assert.equal(changed.newly_refused, 4);
  const fetching = await replayed({ fetching: `await fetch('https://example.com/').catch(() => undefined);` });
  assert.deepEqual([fetching.did.fetches, fetching.changed], [4, {}]);
  const lines = (await run(replayDecisions, '--actions', folderOf(t, broken))).text;
  assert.match(lines, /sample failed 4 times \(threw\): .*; first for dec_/);
});

test('nothing of it is done: no metadata, no execution, no record', async (t) => {
  const { server, replayed } = await story(t);
  const before = await server.store.audit.recent(100);
  await replayed({ writes: `api.user.setUserMetadata('a', 1); api.cache.set('k', 'v'); api.session.revoke('no');` });
  assert.deepEqual(await server.store.audit.recent(100), before);
  assert.deepEqual((await server.store.users.profile(SAM.id))?.userMetadata, {});
  assert.deepEqual(await server.store.actions.executions(10), []);
  assert.deepEqual(await server.store.actions.cached('post-login', server.deps.now()), []);
});

test('a replay by the same Actions that were bound comes out as it was, and what-if asks them too', async (t) => {
  const { server, run } = await operated(t);
  const action = {
    step: `if (event.user.username === 'robin') api.multifactor.enable('any'); else api.access.deny('No');`,
  };
  const folder = folderOf(t, action);
  Object.assign(server.deps.config.actions, { folder });
  assert.equal((await run(deployActions, '--bind')).status, 0);
  await run(bindAction, 'step');
  await signInAndStepUp(server, { scope: 'openid' });
  const sam = new TestBrowser(server);
  await sam.signIn(await sam.go(authorizeUrl({ scope: 'openid' })), SAM);
  const checked = await run(replayDecisions, '--check');
  assert.equal(checked.status, 0, checked.text);
  const { text } = await run(replayDecisions, '--actions', folder);
  assert.match(text, /and 0 would come out otherwise/);
  const asked = await run(supposeSignIn, 'robin', '--client', 'web', '--proven', 'password');
  assert.match(asked.text, /1\. asked for .* because the Action step demands/);
  const denied = await run(supposeSignIn, 'sam', '--client', 'web', '--proven', 'password');
  assert.match(denied.text, /1\. refused \(access_denied\)/);
  assert.equal((await run(replayDecisions, '--actions', folderOf(t, {}))).status, 1);
  const unbuilt = await run(replayDecisions, '--actions', folderOf(t, { wrong: 'this is no script' }));
  assert.equal(unbuilt.status, 1);
  assert.match(unbuilt.text, /wrong\.js:1/);
});
