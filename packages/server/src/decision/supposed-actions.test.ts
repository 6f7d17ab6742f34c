/** Actions in "what if": they say what they would, and nothing comes of it. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { isJsonObject } from '@stile/core';
import { canMail } from '../notify/channels.ts';
import { sqlStore } from '../store/sql/store.ts';
import { openSqlite } from '../store/sqlite/engine.ts';
import { everythingIn } from '../store/testing/setting.ts';
import { deployScript, postLogin } from '../testing/actions.ts';
import { TestBrowser } from '../testing/browser.ts';
import { answerOf, authorizeUrl, signInAndStepUp } from '../testing/flow.ts';
import { ACCOUNTS } from '../testing/test-config.ts';
import { START, testServer } from '../testing/test-server.ts';
import { parseSupposition } from './supposition.ts';
import type { WhatIf } from './what-if.ts';
import { whatIf } from './what-if.ts';

/** A server with Actions, and what they would want of Robin. */
const withActions = async (t: TestContext, actions: Readonly<Record<string, string>>) => {
  const engine = openSqlite(':memory:', START);
  const server = await testServer(t, undefined, (unused) => {
    void unused.close();
    return sqlStore(engine);
  });
  for (const [name, body] of Object.entries(actions)) await deployScript(server, name, body);
  const suppose = async (change: Readonly<Record<string, unknown>> = {}): Promise<WhatIf> => {
    const supposition = parseSupposition({
      username: 'robin',
      client_id: 'web',
      audience: ACCOUNTS,
      scope: 'openid read:accounts',
      proven: [{ factor: 'password' }],
      ...change,
    });
    assert.ok(supposition.ok);
    const answer = await whatIf(supposition.value, { ...server.deps, canMail: canMail(server.deps.config) });
    assert.ok(answer.ok);
    return answer.value;
  };
  return { server, engine, suppose };
};

const stepsOf = ({ steps }: WhatIf) => steps.map(({ step }) => step);
const ranIn = ({ steps }: WhatIf) =>
  steps.map(({ actions = [] }) => actions.map(({ action, outcome }) => `${action} ${outcome}`));

test('which Action demands, denies and adds is told, step by step, and each runs once', async (t) => {
  const { suppose } = await withActions(t, {
    greets: postLogin(`console.log(event.user.user_id);`),
    asks: postLogin(`api.multifactor.enable('any'); api.accessToken.removeScope('read:accounts');`),
  });
  const said = await suppose();
  assert.deepEqual(stepsOf(said), ['challenge', 'issue']);
  assert.deepEqual(ranIn(said), [['greets finished', 'asks finished'], []]);
  const [first, last] = said.steps;
  assert.match(String(first?.says), /because the Action asks demands/);
  assert.deepEqual(first?.actions?.[1]?.calls, ['multifactor.enable', 'accessToken.removeScope']);
  assert.equal(first.actions[1].demands.length, 1);
  assert.deepEqual(last?.scopes, ['openid']);
  const signedOut = await suppose({ proven: [] });
  assert.deepEqual(stepsOf(signedOut), ['login', 'challenge', 'issue']);
  assert.deepEqual(ranIn(signedOut), [[], ['greets finished', 'asks finished'], []]);
  assert.deepEqual(stepsOf(await suppose({ actions: false })), ['issue']);
});

test('an Action that demands in its middle goes on once that is proven, and may deny then', async (t) => {
  const { suppose } = await withActions(t, {
    middle: postLogin(`await api.stepUp.require({ acr: 'mfa' }); api.access.deny('Not on ' + 'Tuesdays');`),
  });
  const said = await suppose();
  assert.deepEqual(stepsOf(said), ['challenge', 'refuse']);
  assert.deepEqual(ranIn(said), [['middle suspended'], ['middle denied']]);
  assert.deepEqual(said.steps[0]?.actions?.[0]?.demands[0]?.acr, ['mfa']);
  assert.deepEqual([said.steps[1]?.error, said.steps[1]?.actions?.[0]?.reason], ['access_denied', 'Not on Tuesdays']);
  assert.deepEqual(stepsOf(await suppose({ prompt: 'none' })), ['refuse']);
});

test('somebody who would be sent elsewhere is told where, and nothing is made up of what comes then', async (t) => {
  const { suppose } = await withActions(t, {
    sends: `${postLogin(`api.redirect.sendUserTo('https://terms.example/accept?token=hush', { query: { who: 'robin' } });`)}
      exports.onContinuePostLogin = async () => {};`,
    after: postLogin(`api.access.deny('never reached');`),
  });
  const said = await suppose();
  assert.deepEqual(stepsOf(said), ['redirect']);
  const [step] = said.steps;
  assert.equal(step?.to, 'https://terms.example/accept');
  assert.match(step.says, /^sent to https:\/\/terms\.example\/accept by the Action sends$/);
  assert.match(said.assumed.join(' '), /not known, nor what comes then/);
  assert.doesNotMatch(JSON.stringify(said), /hush/);
});

for (const [how, body] of [
  ['waits for it', `const { ok } = await fetch('https://risk.example/'); if (ok) api.access.deny('no');`],
  ['has a way out', `try { await fetch('https://risk.example/'); } catch { api.access.deny('down'); }`],
  [
    'does not wait',
    `fetch('https://risk.example/').catch(() => undefined); await new Promise((on) => setTimeout(on, 1)); api.access.deny('x');`,
  ],
] as const) {
  test(`an Action that fetches, and ${how}: nobody is called, it is not known, and the others are`, async (t) => {
    const { suppose } = await withActions(t, {
      before: postLogin(`api.accessToken.removeScope('read:accounts');`),
      fetches: postLogin(body),
      after: postLogin(`api.multifactor.enable('any');`),
    });
    const said = await suppose();
    assert.deepEqual(stepsOf(said), ['challenge', 'issue']);
    assert.deepEqual(ranIn(said), [['before finished', 'after finished', 'fetches not_known'], []]);
    assert.deepEqual(said.steps.at(-1)?.scopes, ['openid']);
    assert.match(said.assumed.join(' '), /the Action fetches would want cannot be known without its fetch/);
  });
}

test('an Action that fetches after a proof is not known from then on, and what it demanded before is', async (t) => {
  const { suppose } = await withActions(t, {
    mixed: postLogin(`await api.stepUp.require({ acr: 'mfa' }); await fetch('https://risk.example/');`),
    after: postLogin(`api.access.deny('Closed');`),
  });
  const said = await suppose();
  assert.deepEqual(stepsOf(said), ['challenge', 'refuse']);
  assert.deepEqual(ranIn(said), [['mixed suspended'], ['after denied', 'mixed not_known']]);
});

test('T22: an Action that fails is told by a stable word, without what it threw', async (t) => {
  const { suppose } = await withActions(t, { breaks: postLogin(`throw new Error('hush');`) });
  const said = await suppose();
  assert.deepEqual([stepsOf(said), ranIn(said)], [['refuse'], [['breaks failed']]]);
  assert.equal(said.steps[0]?.reason, 'action_threw');
  assert.doesNotMatch(JSON.stringify(said), /hush/);
});

test('T15: nothing of what Actions want is done, kept or counted: the database is the same byte for byte', async (t) => {
  const { server, engine, suppose } = await withActions(t, {
    wants: postLogin(`
      const seen = api.cache.get('seen')?.value;
      api.cache.set('seen', 'again'); api.user.setUserMetadata('a', 1); api.user.setAppMetadata('b', 2);
      api.session.setMetadata('c', 3); api.idToken.setCustomClaim('d', seen ?? 'none'); api.multifactor.enable('any');
      if (event.client.client_id === 'spa') { api.session.revoke('out'); api.access.deny('no'); }`),
  });
  await signInAndStepUp(server, { scope: 'openid' });
  const moved: string[] = [];
  const { metrics } = server.deps;
  Object.assign(server.deps, {
    metrics: new Proxy(metrics, {
      get: (target, name) => {
        moved.push(String(name));
        return Reflect.get(target, name);
      },
    }),
  });
  const before = await everythingIn(engine);
  for (const client of ['web', 'spa'])
    for (const proven of [[], [{ factor: 'password' }], [{ factor: 'password' }, { factor: 'totp' }]])
      await suppose({ client_id: client, proven });
  assert.equal(await everythingIn(engine), before);
  assert.deepEqual(moved, []);
});

test('it is what would really happen', async (t) => {
  const { server, suppose } = await withActions(t, {
    asks: postLogin(`
      if (event.transaction.requested_scopes.includes('read:accounts')) api.authentication.challengeWith({ type: 'otp' });
      if (event.transaction.requested_scopes.includes('profile')) api.access.deny('no profiles');`),
  });
  const { browser } = await signInAndStepUp(server, { scope: 'openid', prompt: undefined }, new TestBrowser(server));
  for (const scope of ['openid', 'openid read:accounts', 'openid profile', 'openid profile read:accounts']) {
    const stop = await browser.go(authorizeUrl({ scope }));
    const { code, error } = answerOf(stop);
    const really = code === undefined ? (error ?? stop.url.replace(/^\/|\?.*$/g, '')) : 'issue';
    const [first] = (await suppose({ scope })).steps;
    assert.equal(first?.error ?? first?.step, really, scope);
  }
});

test('what is told is plain JSON', async (t) => {
  const { suppose } = await withActions(t, { asks: postLogin(`api.multifactor.enable('any');`) });
  const said = await suppose();
  assert.deepEqual(JSON.parse(JSON.stringify(said)), said);
  assert.ok(isJsonObject(said));
});
