/** Candidate Actions over what was decided: what they would have done, without doing anything. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { isJsonObject, parseJsonObject } from '@stile/core';
import { TestBrowser } from '../testing/browser.ts';
import { authorizeUrl, signInAndStepUp } from '../testing/flow.ts';
import { operated } from '../testing/operated.ts';
import { SAM } from '../testing/test-config.ts';
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

/** Robin and Sam sign in with their passwords, and Robin steps up once. */
const story = async (t: TestContext) => {
  const { server, run } = await operated(t);
  const { browser } = await signInAndStepUp(server, { scope: 'openid read:accounts' });
  await signInAndStepUp(server, { scope: 'openid transfer:funds' }, browser);
  const sam = new TestBrowser(server);
  await sam.signIn(await sam.go(authorizeUrl({ scope: 'openid' })), SAM);
  const replayed = async (actions: Readonly<Record<string, string>>) => {
    const { status, text } = await run(replayDecisions, '--actions', folderOf(t, actions), '--json');
    assert.equal(status, 0, text);
    const report = parseJsonObject(text) ?? {};
    const { changes, actions: did } = report;
    assert.ok(isJsonObject(changes) && isJsonObject(did));
    const changed = Object.fromEntries(Object.entries(changes).filter(([, count]) => count !== 0));
    return { report, changed, did };
  };
  return { server, run, replayed };
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
