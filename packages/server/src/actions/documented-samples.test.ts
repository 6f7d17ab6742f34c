/**
 * What Auth0 documents for its samples and templates, with Actions of the same calls in our own words, run in the real sandbox. Each
 * says what the documented one decides on, and what has to come of it.
 */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { requirementsOfRun, spareableOfRun } from './run.ts';
import type { ActionRun } from './run-state.ts';
import { openSandbox } from './testing/sandbox.ts';
import type { SceneParts } from './testing/scene.ts';
import { earlier, openScene, proof, REQUESTED_AT } from './testing/scene.ts';

const PAPE = 'http://schemas.openid.net/pape/policies/2007/06/multi-factor';

const runtime = openSandbox();
after(() => runtime.close());

const scene = (action: string, parts: Partial<SceneParts> = {}) => openScene({ runtime, actions: [action], ...parts });

/** What is demanded of levels, as far as it matters here. */
const demanded = (run: ActionRun) => requirementsOfRun(run).map(({ acr, since }) => ({ acr, since }));

const MFA_NOW = { acr: ['mfa'], since: REQUESTED_AT };
const MFA_OF_SESSION = { acr: ['mfa'], since: undefined };

describe('step-up for an API, by scope', () => {
  const action = `exports.onExecutePostLogin = async (event, api) => {
    const costly = ['transfer:funds'];
    const asked = event.transaction.requested_scopes;
    if (costly.some((scope) => asked.includes(scope))) api.multifactor.enable('any', { allowRememberBrowser: false });
  };`;

  it('demands several factors of this transaction when the scope is asked for', async () => {
    const run = await scene(action, { transaction: { scopes: ['openid', 'transfer:funds'] } }).run();
    assert.equal(run.state.is, 'done');
    assert.deepEqual(demanded(run), [MFA_NOW]);
  });

  it('demands nothing otherwise', async () => {
    const run = await scene(action, { transaction: { scopes: ['read:accounts'] } }).run();
    assert.deepEqual([run.state.is, demanded(run)], ['done', []]);
  });

  it('demands it whatever the client, and in another Action that never lowers it', async () => {
    const none = `exports.onExecutePostLogin = async (event, api) => { api.multifactor.enable('none'); };`;
    const run = await openScene({
      runtime,
      actions: [action, none],
      transaction: { scopes: ['transfer:funds'] },
      input: { client: { id: 'other', name: 'Another', metadata: {} } },
    }).run();
    assert.deepEqual(demanded(run), [MFA_NOW]);
  });
});

describe('step-up for a web application, by acr_values', () => {
  const action = `exports.onExecutePostLogin = async (event, api) => {
    const wanted = event.transaction?.acr_values.includes('${PAPE}');
    const methods = Array.isArray(event.authentication?.methods) ? event.authentication.methods : [];
    if (wanted && !methods.some(({ name }) => name === 'mfa')) api.multifactor.enable('any', { allowRememberBrowser: false });
  };`;

  it('demands several factors when they are asked for and have not been proven', async () => {
    const run = await scene(action, { transaction: { acrValues: [PAPE] } }).run();
    assert.deepEqual(demanded(run), [MFA_NOW]);
  });

  it('demands nothing when a second factor has been proven', async () => {
    const parts = { transaction: { acrValues: [PAPE] }, events: [earlier('password'), earlier('totp')] };
    assert.deepEqual(demanded(await scene(action, parts).run()), []);
  });

  it('T24: a request without acr_values does not crash it', async () => {
    const run = await scene(action).run();
    assert.deepEqual([run.state.is, demanded(run)], ['done', []]);
  });
});

describe('a second factor once in a session', () => {
  const action = `exports.onExecutePostLogin = async (event, api) => {
    const methods = event.authentication && Array.isArray(event.authentication.methods) ? event.authentication.methods : [];
    if (!methods.find((method) => method.name === 'mfa')) api.multifactor.enable('any');
  };`;

  it('demands it of a session that has none', async () => {
    assert.deepEqual(demanded(await scene(action).run()), [MFA_NOW]);
  });

  it('demands nothing of one that has', async () => {
    const run = await scene(action, { events: [earlier('password'), earlier('totp')] }).run();
    assert.deepEqual(demanded(run), []);
  });

  it('counts a passkey, which is two kinds of proof at once', async () => {
    const run = await scene(action, { events: [earlier('webauthn')], enrolled: ['webauthn'] }).run();
    assert.deepEqual(demanded(run), []);
  });
});

describe('several factors by signs of risk', () => {
  const action = `exports.onExecutePostLogin = async (event, api) => {
    const confidence = event.authentication?.riskAssessment?.assessments?.NewDevice?.confidence;
    const isRisky = confidence && ['low', 'medium'].includes(confidence);
    const canBeAsked = event.user.multifactor && event.user.multifactor.length > 0;
    if (isRisky && canBeAsked) api.multifactor.enable('any', { allowRememberBrowser: true });
  };`;
  const signal = (present: boolean) => ({ input: { risk: [{ signal: 'new_device', present, assumed: false }] } });

  it('demands them on a new device, and lets it be remembered', async () => {
    const run = await scene(action, signal(true)).run();
    assert.deepEqual(demanded(run), []);
    assert.deepEqual(
      spareableOfRun(run).map(({ acr, since }) => ({ acr, since })),
      [MFA_OF_SESSION],
    );
  });

  it('demands nothing on a known device, where nobody assesses, and of whoever has nothing enrolled', async () => {
    assert.deepEqual(demanded(await scene(action, signal(false)).run()), []);
    assert.deepEqual(demanded(await scene(action).run()), []);
    assert.deepEqual(demanded(await scene(action, { ...signal(true), enrolled: [] }).run()), []);
    assert.deepEqual(demanded(await scene(action, { ...signal(true), enrolled: ['email'] }).run()), []);
  });
});

describe('enrolment of everybody who has no second factor', () => {
  const action = `exports.onExecutePostLogin = async (event, api) => {
    if (!event.user.multifactor?.length) api.multifactor.enable('any', { allowRememberBrowser: false });
  };`;

  it('demands several factors of whoever has none, which leads to their enrolment', async () => {
    assert.deepEqual(demanded(await scene(action, { enrolled: [] }).run()), [MFA_NOW]);
  });

  it('leaves others alone', async () => {
    assert.deepEqual(demanded(await scene(action, { enrolled: ['totp'] }).run()), []);
  });
});

describe('several factors outside of a network', () => {
  // The documented one takes a package for this; here it is bundled by hand.
  const action = `const parts = (ip) => ip.split('.').map(Number);
  const number = (ip) => parts(ip).reduce((sum, part) => sum * 256 + part, 0);
  exports.onExecutePostLogin = async (event, api) => {
    const network = event.secrets.TRUSTED_CIDR;
    if (!network) return api.access.deny('Invalid configuration');
    if (!/^[0-9.]+$/.test(event.request.ip)) return api.access.deny('Invalid request');
    const [base, bits] = network.split('/');
    const size = 2 ** (32 - Number(bits));
    const isInside = Math.floor(number(event.request.ip) / size) === Math.floor(number(base) / size);
    if (!isInside) api.multifactor.enable('guardian', { allowRememberBrowser: false });
  };`;
  const secrets = { TRUSTED_CIDR: '198.51.100.0/24' };

  it('demands them from outside, by the old name of the provider too, and nothing inside', async () => {
    const outside = await scene(action, { secrets, request: { ip: '203.0.113.9' } }).run();
    assert.deepEqual(demanded(outside), [MFA_NOW]);
    assert.deepEqual(demanded(await scene(action, { secrets }).run()), []);
  });

  it('denies when its secret is missing or the address cannot be read', async () => {
    const bare = await scene(action).run();
    assert.deepEqual(bare.state, { is: 'denied', action: 'action-1', reason: 'Invalid configuration' });
    const odd = await scene(action, { secrets, request: { ip: '::1' } }).run();
    assert.deepEqual(odd.state, { is: 'denied', action: 'action-1', reason: 'Invalid request' });
  });
});

describe('challenges of certain factors, in sequence', () => {
  const first = `exports.onExecutePostLogin = async (event, api) => {
    api.authentication.challengeWithAny(event.user.enrolledFactors.map(({ type }) => ({ type })));
  };`;
  const second = `exports.onExecutePostLogin = async (event, api) => {
    const proven = event.authentication.methods.filter(({ name }) => name === 'mfa').map(({ type }) => type);
    const others = event.user.enrolledFactors.filter(({ type }) => !proven.includes(type));
    api.idToken.setCustomClaim('https://fabrikam.example/first', proven);
    if (others.length > 0) api.authentication.challengeWith({ type: others[0].type });
  };`;

  it('lets the second Action see what was chosen in the first, and ask for the other', async () => {
    const at = openScene({ runtime, actions: [first, second], enrolled: ['totp', 'webauthn'] });
    const begun = await at.run();
    assert.deepEqual(
      requirementsOfRun(begun).map(({ factors }) => factors),
      [['totp', 'webauthn']],
    );
    const half = await at.proves(proof('webauthn', 2));
    assert.equal(half.state.is, 'waiting');
    assert.deepEqual(
      requirementsOfRun(half).map(({ factors }) => factors),
      [['totp', 'webauthn'], ['totp']],
    );
    const whole = await at.proves(proof('totp', 3));
    assert.equal(whole.state.is, 'done');
    assert.deepEqual(whole.effects, [
      { effect: 'id-token-claim', name: 'https://fabrikam.example/first', value: ['webauthn-roaming'] },
    ]);
  });
});

describe('a redirect, where the Action asks first whether it can be', () => {
  it('is not made where nobody can be sent', async () => {
    const action = `exports.onExecutePostLogin = async (event, api) => {
      if (api.redirect.canRedirect()) api.redirect.sendUserTo('https://verify.fabrikam.example/');
    };`;
    const silent = await scene(action, { interactive: false }).run();
    assert.deepEqual([silent.state.is, silent.reports[0]?.commands], ['done', []]);
    assert.equal((await scene(action).run()).state.is, 'waiting');
  });
});
