/** The relying party's duties of WebAuthn Level 3, sections 7.1 and 7.2, each with somebody who hopes that it is neglected. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Asking, Lies } from '../testing/soft-passkey.ts';
import { cbor, SoftPasskey } from '../testing/soft-passkey.ts';
import type { PasskeyMaterial } from './webauthn-material.ts';
import type { RelyingParty } from './webauthn-relying-party.ts';
import { readAssertionResponse, readRegistrationResponse } from './webauthn-response.ts';
import type { Expected } from './webauthn-verification.ts';
import { verifyAssertion, verifyRegistration } from './webauthn-verification.ts';

const ORIGIN = 'https://login.fabrikam.example';
const party: RelyingParty = { id: 'login.fabrikam.example', origins: [ORIGIN], topOrigins: [] };
const challenge = Buffer.alloc(32, 7).toString('base64url');
const asking: Asking = { challenge, origin: ORIGIN, rpId: party.id };
const expected: Expected = { party, challenge, userVerification: true };
const OWNER = Buffer.alloc(32, 1).toString('base64url');
const AT = 1_795_478_400;

const register = async (
  passkey: SoftPasskey,
  {
    lies = {},
    ask = asking,
    want = { ...expected, userVerification: false },
  }: Partial<{ lies: Lies; ask: Asking; want: Expected }> = {},
) => {
  const response = readRegistrationResponse(passkey.create(ask, lies));
  return response ? verifyRegistration(response, want, undefined, AT) : ('unread' as const);
};

const registered = async (passkey: SoftPasskey): Promise<PasskeyMaterial> => {
  const outcome = await register(passkey);
  assert.ok(outcome !== 'unread' && outcome.ok);
  return outcome.value;
};

const use = async (
  passkey: SoftPasskey,
  material: PasskeyMaterial,
  { lies = {}, ask = asking, want = expected }: Partial<{ lies: Lies; ask: Asking; want: Expected }> = {},
) => {
  const response = readAssertionResponse(passkey.get(ask, lies));
  return response ? verifyAssertion(response, material, OWNER, want) : ('unread' as const);
};

const faultOf = (outcome: Awaited<ReturnType<typeof use | typeof register>>): string => {
  if (outcome === 'unread') return 'unread';
  return outcome.ok ? 'none' : outcome.error;
};

describe('registration', () => {
  it('keeps what later proofs are judged by', async () => {
    const passkey = new SoftPasskey({ counts: true });
    const material = await registered(passkey);
    const { publicKey, ...rest } = material;
    assert.ok(Buffer.from(publicKey, 'base64url').length > 70);
    assert.deepEqual(rest, {
      credentialId: passkey.id,
      signCount: 1,
      uvInitialized: true,
      transports: ['internal', 'hybrid'],
      backupEligible: true,
      backedUp: true,
      aaguid: '00000000-0000-0000-0000-000000000000',
      attestationFormat: 'none',
      hardwareBound: false,
    });
  });

  const wrongs: readonly (readonly [what: string, lies: Lies, ask: Partial<Asking>, fault: string])[] = [
    ['an answer to another question', {}, { challenge: Buffer.alloc(32, 8).toString('base64url') }, 'challenge'],
    ['another site', {}, { origin: 'https://login.fabrikam.example.evil.example' }, 'origin'],
    ['plain http in place of https', {}, { origin: 'http://login.fabrikam.example' }, 'origin'],
    ['another port', {}, { origin: 'https://login.fabrikam.example:8443' }, 'origin'],
    ['T13: a proof in place of a registration', { type: 'webauthn.get' }, {}, 'type'],
    ['T28: a frame on another site', { crossOrigin: true }, {}, 'cross-origin'],
    ['T28: a frame that says where', { crossOrigin: true, topOrigin: 'https://evil.example' }, {}, 'cross-origin'],
    ['T28: a page around it, but no frame', { topOrigin: 'https://evil.example' }, {}, 'cross-origin'],
    ['another relying party', {}, { rpId: 'fabrikam.example' }, 'relying-party'],
    ['nobody there', { userPresent: false }, {}, 'not-present'],
    ['backed up, and cannot be', { backupEligible: false, backedUp: true }, {}, 'backup-state'],
    ['an id of 1024 bytes', { credentialId: Buffer.alloc(1024, 1) }, {}, 'unread'],
    ['a statement beside no attestation', { attestation: () => ['none', new Map([['x', 1]])] }, {}, 'attestation'],
    ['an unknown attestation', { attestation: () => ['fabrikam', new Map()] }, {}, 'attestation'],
    [
      'an attestation that nobody signed',
      {
        attestation: () => [
          'packed',
          new Map<string, number | Uint8Array>([
            ['alg', -7],
            ['sig', Buffer.alloc(70)],
          ]),
        ],
      },
      {},
      'attestation',
    ],
  ];
  for (const [what, lies, ask, fault] of wrongs) {
    it(`refuses ${what}`, async () => {
      assert.equal(faultOf(await register(new SoftPasskey(), { lies, ask: { ...asking, ...ask } })), fault);
    });
  }

  it('takes an id of 1023 bytes', async () => {
    assert.equal(faultOf(await register(new SoftPasskey({}, Buffer.alloc(1023, 1)))), 'none');
  });

  it('takes one that does not verify its user unless that is required', async () => {
    const key = new SoftPasskey({ userVerified: false });
    assert.equal((await registered(key)).uvInitialized, false);
    assert.equal(faultOf(await register(key, { want: expected })), 'not-verified');
  });

  it('refuses a key of an algorithm that was not offered', async () => {
    const sent = new SoftPasskey().create(asking);
    const attestation = Buffer.from(JSON.parse(sent).response.attestationObject, 'base64url');
    // alg: -7 becomes -8 in the key; ES256 over P-256 becomes EdDSA over P-256, which is nothing; -9 was never offered.
    const alg = attestation.indexOf(Buffer.concat([cbor(1), cbor(2), cbor(3), cbor(-7)]));
    attestation[alg + 3] = cbor(-9)[0] ?? 0;
    const whole = JSON.parse(sent);
    whole.response.attestationObject = attestation.toString('base64url');
    const response = readRegistrationResponse(JSON.stringify(whole));
    assert.ok(alg > 0 && response);
    assert.equal(faultOf(await verifyRegistration(response, expected, undefined, AT)), 'attestation');
  });

  it('refuses an id outside that is not the one inside', async () => {
    const whole = JSON.parse(new SoftPasskey().create(asking));
    whole.id = whole.rawId = Buffer.alloc(32, 9).toString('base64url');
    const response = readRegistrationResponse(JSON.stringify(whole));
    assert.ok(response);
    assert.equal(faultOf(await verifyRegistration(response, expected, undefined, AT)), 'attestation');
  });

  it('takes related origins, and frames, that are expected, and no others', async () => {
    const wide: Expected = {
      ...expected,
      party: { ...party, origins: [ORIGIN, 'https://fabrikam.shop'], topOrigins: ['https://portal.example'] },
    };
    const from = (origin: string, lies: Lies = {}) =>
      register(new SoftPasskey(), { want: wide, ask: { ...asking, origin }, lies }).then(faultOf);
    assert.equal(await from('https://fabrikam.shop'), 'none');
    assert.equal(await from('https://fabrikam.example'), 'origin');
    assert.equal(await from(ORIGIN, { crossOrigin: true, topOrigin: 'https://portal.example' }), 'none');
    assert.equal(await from(ORIGIN, { crossOrigin: true, topOrigin: 'https://evil.example' }), 'cross-origin');
    assert.equal(await from(ORIGIN, { crossOrigin: true }), 'cross-origin');
    assert.equal(await from(ORIGIN, { topOrigin: 'https://portal.example' }), 'cross-origin');
  });
});

describe('assertion', () => {
  it('is accepted, and what it says of its state is kept', async () => {
    const passkey = new SoftPasskey({ counts: true });
    const material = await registered(passkey);
    const outcome = await use(passkey, material, { lies: { backedUp: false, userHandle: OWNER } });
    assert.ok(outcome !== 'unread' && outcome.ok);
    assert.deepEqual(outcome.value, { ...material, signCount: 2, backedUp: false });
  });

  const wrongs: readonly (readonly [what: string, lies: Lies, ask: Partial<Asking>, fault: string])[] = [
    ['an answer to another question', {}, { challenge: Buffer.alloc(32, 8).toString('base64url') }, 'challenge'],
    ['a fake page', {}, { origin: 'https://1ogin.fabrikam.example' }, 'origin'],
    ['T13: a registration in place of a proof', { type: 'webauthn.create' }, {}, 'type'],
    ['T13: a payment in place of a proof', { type: 'payment.get' }, {}, 'type'],
    ['T28: a frame on another site', { crossOrigin: true }, {}, 'cross-origin'],
    ['T28: a frame that says where', { crossOrigin: true, topOrigin: 'https://evil.example' }, {}, 'cross-origin'],
    ['T28: a page around it, but no frame', { topOrigin: 'https://evil.example' }, {}, 'cross-origin'],
    ['a frame that is neither true nor false', { crossOrigin: 'yes' }, {}, 'unread'],
    ['another relying party', {}, { rpId: 'fabrikam.example' }, 'relying-party'],
    ['nobody there', { userPresent: false }, {}, 'not-present'],
    ['somebody who was not verified', { userVerified: false }, {}, 'not-verified'],
    ['backed up, and cannot be', { backupEligible: false, backedUp: true }, {}, 'backup-state'],
    ['one that could be copied and now cannot', { backupEligible: false, backedUp: false }, {}, 'backup-eligibility'],
    ['another key', { forged: true }, {}, 'signature'],
    ['another credential', { credentialId: Buffer.alloc(32, 5) }, {}, 'another-credential'],
    ["T10: somebody else's", { userHandle: Buffer.alloc(32, 2).toString('base64url') }, {}, 'user-handle'],
    ['a handle that is too long', { userHandle: Buffer.alloc(65, 2).toString('base64url') }, {}, 'unread'],
  ];
  for (const [what, lies, ask, fault] of wrongs) {
    it(`refuses ${what}`, async () => {
      const passkey = new SoftPasskey();
      const material = await registered(passkey);
      assert.equal(faultOf(await use(passkey, material, { lies, ask: { ...asking, ...ask } })), fault);
    });
  }

  it('has to verify its user once it could, whatever is asked for', async () => {
    const passkey = new SoftPasskey();
    const material = await registered(passkey);
    const want = { ...expected, userVerification: false };
    assert.equal(faultOf(await use(passkey, material, { want, lies: { userVerified: false } })), 'not-verified');
    const key = new SoftPasskey({ userVerified: false });
    const outcome = await use(key, await registered(key), { want, lies: { userVerified: true } });
    assert.ok(
      outcome !== 'unread' && outcome.ok && !outcome.value.uvInitialized,
      'and proves no more when it never could',
    );
  });

  it('is refused as a copy when it counts backwards, or stands still', async () => {
    const passkey = new SoftPasskey({ counts: true });
    const material = { ...(await registered(passkey)), signCount: 10 };
    for (const [signCount, fault] of [
      [11, 'none'],
      [10, 'cloned'],
      [9, 'cloned'],
      [0, 'cloned'],
    ] as const) {
      assert.equal(faultOf(await use(passkey, material, { lies: { signCount } })), fault, String(signCount));
    }
    const forged = await use(passkey, material, { lies: { signCount: 3, forged: true } });
    assert.equal(faultOf(forged), 'signature', 'nobody without the key can have it called a copy');
    const still = await use(passkey, { ...material, signCount: 0 }, { lies: { signCount: 0 } });
    assert.equal(faultOf(still), 'none', 'zero is what those say that do not count');
  });
});
