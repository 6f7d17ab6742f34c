import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { effectsOf } from './effects-of.ts';
import { parseRun } from './parse-run.ts';
import { requirementsOfRun } from './run.ts';
import type { ActionRun } from './run-state.ts';
import { openSandbox } from './testing/sandbox.ts';
import type { SceneParts } from './testing/scene.ts';
import { doing, earlier, failureOf, openScene, proof, REQUESTED_AT } from './testing/scene.ts';

const runtime = openSandbox();
after(() => runtime.close());

const scene = (bodies: readonly string[], parts: Partial<SceneParts> = {}) =>
  openScene({ runtime, actions: bodies.map(doing), ...parts });

const factorsOf = (run: ActionRun) => requirementsOfRun(run).map(({ factors }) => factors);

describe('the order of Actions', () => {
  it('is that of their binding, and each sees what those before it have done', async () => {
    const run = await scene(
      [
        `api.user.setAppMetadata('seen', 1); api.transaction.setMetadata('from', 'first'); api.user.setUserMetadata('gone', null);`,
        `api.idToken.setCustomClaim('saw', [event.user.app_metadata, event.user.user_metadata, event.transaction.metadata]);`,
      ],
      { person: { appMetadata: { kept: true }, userMetadata: { gone: 'soon', stays: 1 } } },
    ).run();
    assert.deepEqual(effectsOf(run).idTokenClaims, {
      saw: [{ kept: true, seen: 1 }, { stays: 1 }, { from: 'first' }],
    });
    assert.deepEqual(effectsOf(run).appMetadata, { seen: 1 });
    assert.deepEqual(effectsOf(run).userMetadata, { gone: null });
  });

  it('stops after the Action that denies, whose metadata is kept all the same and whose claims are not', async () => {
    const at = scene([
      `api.access.deny('Not today'); api.user.setAppMetadata('denied', true); api.idToken.setCustomClaim('x', 1); api.multifactor.enable('any');`,
      `api.user.setAppMetadata('never', true);`,
    ]);
    const run = await at.run();
    assert.deepEqual(run.state, { is: 'denied', action: 'action-1', reason: 'Not today' });
    assert.deepEqual(effectsOf(run).appMetadata, { denied: true });
    assert.deepEqual(effectsOf(run).idTokenClaims, {});
    assert.deepEqual(
      run.reports.map(({ action, outcome, reason }) => [action, outcome, reason]),
      [['action-1', 'denied', 'Not today']],
    );
    assert.equal(await at.run(), run, 'and never runs again');
  });

  it('ends with an error of the author’s choosing by validation.error', async () => {
    const run = await scene([`api.validation.error('account_frozen', 'Call your branch');`]).run();
    assert.deepEqual(run.state, {
      is: 'denied',
      action: 'action-1',
      reason: 'Call your branch',
      code: 'account_frozen',
    });
  });
});

describe('what several Actions demand', () => {
  it('is asked for at the end when it is multifactor.enable, with every Action before it run', async () => {
    const run = await scene([
      `api.multifactor.enable('any');`,
      `api.authentication.challengeWith({ type: 'otp' });`,
    ]).run();
    assert.equal(run.state.is, 'waiting');
    assert.deepEqual(requirementsOfRun(run), [
      { source: { from: 'action', action: 'action-2' }, binds: 'proof', factors: ['totp'], since: REQUESTED_AT },
    ]);
  });

  it('holds all together, whichever comes first', async () => {
    const at = scene([`api.multifactor.enable('any'); api.authentication.challengeWith({ type: 'otp' });`]);
    await at.run();
    const done = await at.proves(proof('totp', 3));
    assert.equal(done.state.is, 'done');
    assert.deepEqual(
      requirementsOfRun(done).map(({ acr, factors }) => acr ?? factors),
      [['mfa'], ['totp']],
    );
  });
});

describe('challenges', () => {
  it('keep later Actions from running until they are answered in this transaction', async () => {
    const at = scene([`api.authentication.challengeWith({ type: 'otp' });`, `api.idToken.setCustomClaim('x', 1);`], {
      events: [earlier('password'), earlier('totp')],
    });
    const waiting = await at.run();
    assert.deepEqual([waiting.state.is, waiting.reports.length], ['waiting', 1]);
    assert.equal(await at.run(), waiting, 'asking again runs nothing');
    assert.equal((await at.proves(proof('password', 3))).state.is, 'waiting');
    assert.equal((await at.proves(proof('totp', 4))).state.is, 'done');
  });

  it('are answered at once by a proof that was given in this transaction', async () => {
    const run = await scene([`api.authentication.challengeWith({ type: 'otp' });`], {
      events: [proof('password', 0), proof('totp', 1)],
    }).run();
    assert.equal(run.state.is, 'done');
    assert.deepEqual(factorsOf(run), [['totp']]);
  });

  it('leave out what the person has not enrolled and what cannot be asked for here', async () => {
    const any = `api.authentication.challengeWithAny([{ type: 'otp' }, { type: 'phone' }, { type: 'email' }]);`;
    const run = await scene([any], { enrolled: ['totp', 'email'], available: ['totp', 'phone'] }).run();
    assert.deepEqual(factorsOf(run), [['totp']]);
  });

  it('T7: fail the login when none of their factors can be used', async () => {
    const only = `api.authentication.challengeWith({ type: 'phone' }, { additionalFactors: [{ type: 'email' }] });`;
    const run = await scene([only], { enrolled: ['totp'] }).run();
    assert.equal(failureOf(run), 'no_usable_factor');
    assert.deepEqual(requirementsOfRun(run), []);
  });

  it('take additional factors, the fallback of a push, and both names of a key', async () => {
    const body = `api.authentication.challengeWith(
      { type: 'push-notification', options: { otpFallback: true } }, { additionalFactors: [{ type: 'webauthn-platform' }, { type: 'webauthn-roaming' }] });`;
    const run = await scene([body], { enrolled: ['push', 'totp', 'webauthn'] }).run();
    assert.deepEqual(factorsOf(run), [['push', 'totp', 'webauthn']]);
  });

  it('want another factor each, as long as there is one, and ask for none twice', async () => {
    const any = `api.authentication.challengeWithAny([{ type: 'otp' }, { type: 'phone' }]);`;
    const at = scene([`${any} ${any}`, any], { enrolled: ['totp', 'phone'] });
    await at.run();
    const one = await at.proves(proof('phone', 3));
    assert.deepEqual(factorsOf(one).at(-1), ['totp']);
    const two = await at.proves(proof('totp', 4));
    assert.equal(two.state.is, 'done', 'the third has nothing left to ask for');
  });

  it('are four in one login at most; the fifth fails it', async () => {
    const otp = `api.authentication.challengeWith({ type: 'otp' });`;
    const enrol = `api.authentication.enrollWith({ type: 'otp' });`;
    const events = [proof('password', 0), proof('totp', 1)];
    assert.equal((await scene([otp, otp + enrol, enrol], { events }).run()).state.is, 'done');
    assert.equal(failureOf(await scene([otp, otp + enrol, enrol, otp], { events }).run()), 'too_many_challenges');
  });

  it('end in interaction_required where nobody can be asked, unless they are answered already', async () => {
    const otp = `api.authentication.challengeWith({ type: 'otp' });`;
    const { state } = await scene([otp], { interactive: false }).run();
    assert.ok(state.is === 'failed' && state.failure === 'interaction_required' && state.needs === 'proof');
    const answered = { interactive: false, events: [proof('password', 0), proof('totp', 1)] };
    assert.equal((await scene([otp], answered).run()).state.is, 'done');
  });
});

describe('enrolments', () => {
  const campaign = `api.authentication.enrollWithAny([{ type: 'webauthn-platform' }, { type: 'otp' }]);`;

  it('demand what the person has not, and go on when it has been enrolled', async () => {
    const at = scene([campaign, `api.idToken.setCustomClaim('x', 1);`], { enrolled: ['totp'] });
    const run = await at.run();
    assert.deepEqual(run.state.is === 'waiting' && run.state.waits[0], {
      wait: 'proof',
      demand: { action: 'action-1', by: 'enrol', factors: ['webauthn'], since: REQUESTED_AT },
    });
    assert.equal((await at.proves(proof('webauthn', 3))).state.is, 'done');
  });

  it('leave those alone who have everything that was named', async () => {
    const run = await scene([campaign], { enrolled: ['totp', 'webauthn'] }).run();
    assert.deepEqual([run.state.is, requirementsOfRun(run)], ['done', []]);
  });

  it('fail when nothing of it can be enrolled', async () => {
    assert.equal(failureOf(await scene([campaign], { enrolled: [], enrollable: [] }).run()), 'no_usable_factor');
    assert.equal(failureOf(await scene([campaign], { enrolled: [], available: ['phone'] }).run()), 'no_usable_factor');
  });
});

describe('api.stepUp.require', () => {
  const body = `const before = Math.random(); const clock = Date.now(); console.log(before, clock);
    const proven = await api.stepUp.require({ acr: 'mfa', maxAge: '5m', reason: 'You are about to change your address' });
    api.idToken.setCustomClaim('proof', { acrs: proven.acrs, before, clock });`;

  it('goes on at once when it is met', async () => {
    const run = await scene([body], { events: [earlier('password'), proof('totp', -200)] }).run();
    assert.equal(run.state.is, 'done');
    assert.deepEqual(requirementsOfRun(run)[0]?.since, REQUESTED_AT - 300, 'and it is asserted when tokens are issued');
  });

  it('waits in the middle, goes on behind the challenge, and sees the clock and chance that it saw before', async () => {
    const at = scene([body], { events: [earlier('password'), earlier('totp')] });
    const run = await at.run();
    assert.ok(run.state.is === 'waiting' && run.state.waits[0].wait === 'proof');
    assert.deepEqual(run.state.waits[0].demand, {
      action: 'action-1',
      by: 'step-up',
      acr: ['mfa'],
      since: REQUESTED_AT - 300,
      reason: 'You are about to change your address',
    });
    assert.deepEqual(effectsOf(run).idTokenClaims, {});
    at.keep(parseRun(JSON.parse(JSON.stringify(run))));
    const done = await at.proves(proof('totp', 3));
    assert.equal(done.state.is, 'done');
    const [first, second] = at.executions.map(({ outcome }) => outcome.console[0]?.text);
    const before = Number(first?.split(' ')[0]);
    assert.ok(before > 0 && before < 1);
    assert.equal(first, second);
    assert.deepEqual(effectsOf(done).idTokenClaims, {
      proof: { acrs: ['mfa', '1fa'], before, clock: (REQUESTED_AT + 2) * 1000 },
    });
    assert.deepEqual(
      done.reports.map(({ outcome }) => outcome),
      ['suspended', 'finished'],
    );
  });

  it('keeps no old proof fresh when the request was left lying', async () => {
    const events = [earlier('password'), proof('totp', -200)];
    const demanded = requirementsOfRun(await scene([body], { events, laterSeconds: 3600 }).run());
    assert.deepEqual(demanded[0]?.since, REQUESTED_AT + 3600 - 120 - 300);
  });

  it('sees the event that it saw before, with what it had decided on', async () => {
    const guarded = `if (!event.authentication.methods.some(({ name }) => name === 'mfa')) {
        await api.stepUp.require({ acr: 'mfa' }); api.idToken.setCustomClaim('path', 'asked');
      } else api.idToken.setCustomClaim('path', 'not asked');`;
    const at = scene([guarded]);
    await at.run();
    const done = await at.proves(proof('totp', 3));
    assert.deepEqual(effectsOf(done).idTokenClaims, { path: 'asked' });
  });

  it('can be called several times, and by a name that clients use', async () => {
    const twice = `await api.stepUp.require({ acr: 'http://schemas.openid.net/pape/policies/2007/06/multi-factor' });
      await api.stepUp.require({ acr: ['phr', 'phrh'], maxAge: 0 });`;
    const at = scene([twice], { enrolled: ['totp', 'webauthn'] });
    await at.run();
    const half = await at.proves(proof('totp', 3));
    assert.equal(half.state.is, 'waiting');
    const done = await at.proves(proof('webauthn', 4));
    assert.equal(done.state.is, 'done');
    assert.deepEqual(
      requirementsOfRun(done).map(({ acr }) => acr),
      [['mfa'], ['phr', 'phrh']],
    );
  });

  it('fails for what cannot be demanded, even when the author catches that', async () => {
    for (const demand of [`{ acr: 'gold' }`, `{ maxAge: 'soon' }`, `{ maxAge: -1 }`, `{ acr: 'mfa', maxAge: 1.5 }`]) {
      const run = await scene([`try { await api.stepUp.require(${demand}); } catch {}`]).run();
      assert.equal(failureOf(run), 'invalid_command', demand);
    }
  });

  it('waits even when nothing in the Action awaits it', async () => {
    const at = scene([`api.stepUp.require({ acr: 'mfa' }); api.idToken.setCustomClaim('x', 1);`]);
    const run = await at.run();
    assert.notEqual(run.state.is, 'done');
    assert.deepEqual(effectsOf(run).idTokenClaims, {});
  });
});

describe('law 6: what goes wrong', () => {
  it('T16: an exception, a missing function, an endless loop or a program that is none fails the run', async () => {
    const wrong: Readonly<Record<string, string>> = {
      [doing(`throw new Error('no');`)]: 'threw',
      [doing(`await Promise.reject(new Error('no'));`)]: 'threw',
      [doing(`event.missing.member;`)]: 'threw',
      [doing(`api.samlResponse.setAttribute('x', 1);`)]: 'unsupported',
      [doing(`api.prompt.render('ap_1');`)]: 'unsupported',
      [doing('for (;;) {}')]: 'cpu_time_exceeded',
      [doing('await new Promise(() => {});')]: 'never_settles',
      'exports.other = () => {};': 'not_runnable',
      'exports.onExecutePostLogin = {': 'not_runnable',
    };
    for (const [code, failure] of Object.entries(wrong)) {
      const run = await openScene({ runtime, actions: [code, doing(`api.idToken.setCustomClaim('x', 1);`)] }).run();
      assert.equal(failureOf(run), failure, code);
      assert.deepEqual([run.reports.length, run.reports[0]?.reason], [1, failure], 'the next never runs');
      assert.deepEqual(effectsOf(run), effectsOf({ ...run, effects: [] }), 'and nothing of it is done');
    }
  });

  it('fails when a version is not there any more', async () => {
    const at = scene([`api.authentication.challengeWith({ type: 'otp' });`]);
    const run = await at.run();
    at.keep({ ...run, actions: [{ name: 'action-1', version: 'v9' }], state: { is: 'running' } });
    assert.equal(failureOf(await at.run()), 'version_missing');
  });

  it('keeps secrets out of a run that waits, and out of what is told of executions', async () => {
    const at = scene([`await api.stepUp.require({ acr: 'mfa' });`], { secrets: { KEY: 'hunter2' } });
    const run = await at.run();
    assert.equal(run.state.is, 'waiting');
    assert.doesNotMatch(JSON.stringify([run, at.executions]), /hunter2/);
  });
});

describe('a refresh, where nobody can prove anything', () => {
  const refresh = {
    interactive: false,
    events: [earlier('password'), earlier('totp')],
    transaction: { path: 'refresh', responseType: [] },
  } as const;

  it('has what the proofs of the authorization are good for, and no proof of its own', async () => {
    const lasting = `await api.stepUp.require({ acr: 'mfa' }); api.multifactor.enable('any', { allowRememberBrowser: true });`;
    assert.equal((await scene([lasting], refresh).run()).state.is, 'done');
    for (const fresh of [
      `await api.stepUp.require({ maxAge: '5m' });`,
      `api.authentication.challengeWith({ type: 'otp' });`,
    ]) {
      const { state } = await scene([fresh], refresh).run();
      assert.ok(state.is === 'failed' && state.failure === 'interaction_required' && state.needs === 'proof', fresh);
    }
    const enable = await scene([`api.multifactor.enable('any');`], refresh).run();
    assert.deepEqual(
      requirementsOfRun(enable).map(({ since }) => since),
      [REQUESTED_AT],
    );
  });
});
