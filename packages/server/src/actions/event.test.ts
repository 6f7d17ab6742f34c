import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import fc from 'fast-check';
import type { JsonObject } from './call.ts';
import { isJsonRecord } from './json.ts';
import { withoutSecrets } from './request-secrets.ts';
import { openSandbox } from './testing/sandbox.ts';
import type { SceneParts } from './testing/scene.ts';
import { doing, earlier, openScene, proof } from './testing/scene.ts';

const runtime = openSandbox();
after(() => runtime.close());

/** The event as the Action itself sees it. */
const eventSeen = async (parts: Partial<SceneParts> = {}): Promise<JsonObject> => {
  const scene = openScene({ runtime, actions: [doing(`console.log(JSON.stringify(event));`)], ...parts });
  await scene.run();
  const event: unknown = JSON.parse(scene.executions[0]?.outcome.console[0]?.text ?? 'null');
  assert.ok(isJsonRecord(event));
  return event;
};

const member = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((held, name) => (isJsonRecord(held) ? held[name] : undefined), value);

describe('event.transaction', () => {
  it('T24: has its lists even when the request brought none', async () => {
    const transaction = member(await eventSeen(), 'transaction');
    assert.deepEqual(
      ['acr_values', 'prompt', 'ui_locales'].map((name) => member(transaction, name)),
      [[], [], []],
    );
    assert.equal(member(transaction, 'max_age'), undefined);
  });

  it('says what was asked for, max_age included', async () => {
    const event = await eventSeen({
      transaction: { maxAgeSeconds: 0, acrValues: ['mfa'], loginHint: 'ana', audience: 'https://api.example' },
    });
    assert.equal(member(event, 'transaction', 'max_age'), 0);
    assert.deepEqual(member(event, 'transaction', 'acr_values'), ['mfa']);
    assert.equal(member(event, 'resource_server', 'identifier'), 'https://api.example');
  });
});

describe('event.authentication', () => {
  it('T25: says what was proven and when, never what was asked for', async () => {
    const event = await eventSeen({
      transaction: { acrValues: ['phr'] },
      events: [earlier('password'), proof('totp', 1)],
    });
    assert.deepEqual(member(event, 'authentication', 'methods'), [
      { name: 'pwd', timestamp: '2026-09-21T13:43:20.000Z' },
      { name: 'mfa', timestamp: '2026-09-21T14:13:21.000Z', type: 'otp' },
    ]);
    assert.equal(member(event, 'authentication', 'context', 'acr'), 'mfa');
    assert.equal(member(event, 'authentication', 'context', 'amr_times', 'mfa'), 1_790_000_001);
  });

  it('names a passkey that began the session, and counts it as several factors', async () => {
    const event = await eventSeen({
      events: [proof('webauthn', 1)],
      enrolled: [{ factor: 'webauthn', isPlatform: true }],
    });
    assert.deepEqual(member(event, 'authentication', 'methods'), [
      { name: 'passkey', timestamp: '2026-09-21T14:13:21.000Z' },
      { name: 'mfa', timestamp: '2026-09-21T14:13:21.000Z', type: 'webauthn-platform' },
    ]);
  });

  it('assesses the risks that are asked about, the unknown as low confidence', async () => {
    assert.equal(member(await eventSeen(), 'authentication', 'riskAssessment'), undefined);
    const risk = [
      { signal: 'new_device', present: false, assumed: false },
      { signal: 'impossible_travel', present: false, assumed: true },
    ];
    assert.deepEqual(member(await eventSeen({ input: { risk } }), 'authentication', 'riskAssessment'), {
      confidence: 'low',
      version: '1',
      assessments: {
        NewDevice: { confidence: 'high', code: 'match' },
        ImpossibleTravel: { confidence: 'low', code: 'assessment_not_available' },
      },
    });
  });
});

describe('event.user', () => {
  it('lists what is enrolled, and leaves out of multifactor what makes nobody enrolled', async () => {
    const enrolled = [
      'totp',
      'email',
      'recovery-code',
      { factor: 'phone', channel: 'sms' as const },
      { factor: 'webauthn' },
      'webauthn',
    ];
    const user = member(await eventSeen({ enrolled }), 'user');
    assert.deepEqual(member(user, 'enrolledFactors'), [
      { type: 'otp' },
      { type: 'email' },
      { type: 'recovery-code' },
      { type: 'phone', method: 'sms', options: { preferredMethod: 'sms' } },
      { type: 'webauthn-roaming' },
    ]);
    assert.deepEqual(member(user, 'multifactor'), ['otp', 'phone', 'webauthn-roaming']);
  });

  it('has no more of the claims than Auth0 names, and roles beside it', async () => {
    const claims = { email: 'a@b.example', secret_note: 'x', phone_number: '+1', phone_number_verified: true };
    const event = await eventSeen({ person: { claims, roles: ['teller'] } });
    assert.equal(member(event, 'user', 'secret_note'), undefined);
    assert.equal(member(event, 'user', 'phone_verified'), true);
    assert.deepEqual(member(event, 'authorization', 'roles'), ['teller']);
  });
});

describe('event.request', () => {
  const secret = 'hunter2';
  const names = (
    'code access_token refresh_token id_token id_token_hint client_secret client_assertion password otp recovery_code code_verifier ' +
    'mfa_token oob_code binding_code subject_token actor_token assertion device_code request interaction ticket token'
  ).split(' ');

  it('never carries what signs people or clients in, however it is written', async () => {
    const sent = Object.fromEntries(
      names.flatMap((name) => [
        [name, secret],
        [name.toUpperCase(), secret],
      ]),
    );
    const event = await eventSeen({ request: { query: { ...sent, scope: 'openid' }, body: sent } });
    assert.doesNotMatch(JSON.stringify(event), new RegExp(secret));
    assert.deepEqual(member(event, 'request', 'query'), { scope: 'openid' });
  });

  it('carries after a redirect what the other side signed, but not what binds the browser', () => {
    assert.deepEqual(withoutSecrets({ token: 'x', session_token: 'y', interaction: secret, state: 'z' }, true), {
      token: 'x',
      session_token: 'y',
      state: 'z',
    });
  });

  it('leaves everything else as it was', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^ext_[a-z]{1,9}$/), fc.string()), (parameters) => {
        assert.deepEqual({ ...withoutSecrets(parameters, false) }, { ...parameters });
      }),
    );
  });
});
