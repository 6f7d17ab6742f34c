/**
 * The vectors of WebAuthn Level 3, section 16, with an attestation. Whoever vouches for them is a root of the standard's own, which nobody
 * trusts: so of the formats whose makers are known by name the refusal is what is tested, and that it is for the statement alone.
 */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { describe, it } from 'node:test';
import type { HardwarePolicy } from '../../packages/server/src/factors/webauthn-hardware.ts';
import {
  readAssertionResponse,
  readRegistrationResponse,
} from '../../packages/server/src/factors/webauthn-response.ts';
import { verifyAssertion, verifyRegistration } from '../../packages/server/src/factors/webauthn-verification.ts';
import { cbor } from '../../packages/server/src/testing/soft-passkey.ts';
import type { AttestedVector } from './w3c-attested-vectors.ts';
import { ATTESTATION_ROOT, ATTESTED_VECTORS } from './w3c-attested-vectors.ts';

const NOW = 1_795_478_400;
const party = { id: 'example.org', origins: ['https://example.org'], topOrigins: [] };

const base64url = (hex: string): string => Buffer.from(hex, 'hex').toString('base64url');

const vectorOf = (name: string): AttestedVector =>
  ATTESTED_VECTORS.find((vector) => vector.name === name) ?? assert.fail(`There is no ${name}.`);

const answered = ({ credentialId }: AttestedVector, parts: Readonly<Record<string, string>>): string => {
  const id = base64url(credentialId);
  const response = Object.fromEntries(Object.entries(parts).map(([name, hex]) => [name, base64url(hex)]));
  return JSON.stringify({ id, rawId: id, type: 'public-key', response });
};

/** The longest key of an attestation object stands last, and with it what an authenticator says of the credential. */
const AUTH_DATA = Buffer.from('hauthData', 'latin1').toString('hex');

const authDataOf = ({ registration: { attestationObject } }: AttestedVector): Buffer => {
  const after = Buffer.from(
    attestationObject.slice(attestationObject.lastIndexOf(AUTH_DATA) + AUTH_DATA.length),
    'hex',
  );
  const [kind = 0] = after;
  return after.subarray(kind === 0x59 ? 3 : 2);
};

const register = async (
  vector: AttestedVector,
  hardware?: HardwarePolicy,
  changes: { attestationObject?: string } = {},
) => {
  const { challenge, ...parts } = vector.registration;
  const response = readRegistrationResponse(answered(vector, { ...parts, ...changes })) ?? assert.fail('unreadable');
  return verifyRegistration(
    response,
    { party, challenge: base64url(challenge), userVerification: false },
    hardware,
    NOW,
  );
};

const withoutStatement = (vector: AttestedVector): string =>
  cbor(
    new Map<string, string | Uint8Array | ReadonlyMap<string, Uint8Array>>([
      ['fmt', 'none'],
      ['attStmt', new Map()],
      ['authData', authDataOf(vector)],
    ]),
  ).toString('hex');

type Registered = Extract<Awaited<ReturnType<typeof register>>, { ok: true }>['value'];

const authenticate = async (vector: AttestedVector, registered: Registered, changes: { signature?: string } = {}) => {
  const { challenge, ...parts } = vector.authentication;
  const response = readAssertionResponse(answered(vector, { ...parts, ...changes })) ?? assert.fail('unreadable');
  // The vectors verify users as they please, which a passkey that once did may not.
  const material = { ...registered, uvInitialized: false };
  const verified = await verifyAssertion(response, material, '', {
    party,
    challenge: base64url(challenge),
    userVerification: false,
  });
  return verified.ok ? 'verified' : verified.error;
};

/** Another sign somewhere in the middle. */
const spoiled = (hex: string): string => {
  const middle = hex.length >> 1;
  return `${hex.slice(0, middle)}${hex.charAt(middle) === '0' ? '1' : '0'}${hex.slice(middle + 1)}`;
};

describe('WebAuthn Level 3, section 16, with an attestation', () => {
  for (const name of ['packed.RS256', 'packed.EdDSA']) {
    it(`${name} is verified, twice, and nothing else instead of it`, async () => {
      const vector = vectorOf(name);
      const registered = await register(vector);
      assert.ok(registered.ok);
      assert.deepEqual([registered.value.attestationFormat, registered.value.hardwareBound], ['packed', false]);
      assert.equal(await authenticate(vector, registered.value), 'verified');
      const signature = spoiled(vector.authentication.signature);
      assert.equal(await authenticate(vector, registered.value, { signature }), 'signature');
      const { attestationObject } = vector.registration;
      const statement = attestationObject.indexOf(Buffer.from('sig', 'latin1').toString('hex')) + 40;
      const forged = `${attestationObject.slice(0, statement)}${spoiled(attestationObject.slice(statement, statement + 20))}${attestationObject.slice(statement + 20)}`;
      assert.deepEqual(await register(vector, undefined, { attestationObject: forged }), {
        ok: false,
        error: 'attestation',
      });
    });

    it(`${name} without its statement is verified as well`, async () => {
      const vector = vectorOf(name);
      const registered = await register(vector, undefined, { attestationObject: withoutStatement(vector) });
      assert.ok(registered.ok);
      assert.equal(await authenticate(vector, registered.value), 'verified');
    });
  }

  it('whoever is vouched for by a root that is configured for the model is bound to hardware, unless its key can be copied', async () => {
    const root = new X509Certificate(Buffer.from(ATTESTATION_ROOT, 'hex'));
    const [bound, copied] = await Promise.all(
      ['packed.EdDSA', 'packed.RS256'].map(async (name) => {
        const first = await register(vectorOf(name));
        assert.ok(first.ok);
        const again = await register(vectorOf(name), new Map([[first.value.aaguid, [root]]]));
        assert.ok(again.ok);
        return again.value;
      }),
    );
    assert.deepEqual([bound?.backupEligible, bound?.hardwareBound], [false, true]);
    assert.deepEqual([copied?.backupEligible, copied?.hardwareBound], [true, false]);
    const elsewhere = await register(vectorOf('packed.EdDSA'), new Map([['another model', [root]]]));
    assert.ok(elsewhere.ok && !elsewhere.value.hardwareBound);
  });

  for (const name of ['packed.ES384', 'packed.ES512', 'packed.Ed448']) {
    it(`${name} is refused: nobody was offered that algorithm`, async () => {
      const vector = vectorOf(name);
      assert.deepEqual(await register(vector), { ok: false, error: 'attestation' });
      const attestationObject = withoutStatement(vector);
      assert.deepEqual(await register(vector, undefined, { attestationObject }), { ok: false, error: 'attestation' });
    });
  }

  for (const [name, why] of [
    ['tpm.ES256', 'its maker is none that makes TPMs'],
    ['android-key.ES256', 'its certificate describes no key of Android'],
    ['apple.ES256', 'its certificate leads to no root of Apple'],
    ['fido-u2f.ES256', 'what speaks U2F names no model'],
  ] as const) {
    it(`${name} is refused: ${why}; without the statement the same key is verified`, async () => {
      const vector = vectorOf(name);
      assert.deepEqual(await register(vector), { ok: false, error: 'attestation' });
      const registered = await register(vector, undefined, { attestationObject: withoutStatement(vector) });
      assert.ok(registered.ok);
      assert.deepEqual([registered.value.attestationFormat, registered.value.hardwareBound], ['none', false]);
      assert.equal(await authenticate(vector, registered.value), 'verified');
    });
  }
});
