import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { fuzzAsync } from '../../../../tools/fuzz/fuzz.ts';
import { spoilt } from '../../../../tools/fuzz/hostile-text.ts';
import { SoftPasskey } from '../testing/soft-passkey.ts';
import type { RelyingParty } from './webauthn-relying-party.ts';
import { readAssertionResponse, readRegistrationResponse } from './webauthn-response.ts';
import { verifyAssertion, verifyRegistration } from './webauthn-verification.ts';

const party: RelyingParty = {
  id: 'login.fabrikam.example',
  origins: ['https://login.fabrikam.example'],
  topOrigins: [],
};
const challenge = Buffer.alloc(32, 7).toString('base64url');
const asking = { challenge, origin: 'https://login.fabrikam.example', rpId: party.id };
const expected = { party, challenge, userVerification: true };
const passkey = new SoftPasskey();
const registration = passkey.create(asking);

const material = async () => {
  const response = readRegistrationResponse(registration);
  const verified = response && (await verifyRegistration(response, expected, undefined, 0));
  assert.ok(verified?.ok);
  return verified.value;
};

/** One byte, or a few, of a part of an answer are others. */
const changed = (sent: string, ...members: string[]): fc.Arbitrary<string> =>
  fc
    .tuple(fc.constantFrom(...members), fc.infiniteStream(fc.nat(255)), fc.nat(), fc.integer({ min: 1, max: 3 }))
    .map(([member, stream, at, count]) => {
      const whole = JSON.parse(sent);
      const bytes = Buffer.from(whole.response[member], 'base64url');
      for (let i = 0; i < count; i += 1) {
        const [value = 0] = stream.take(1);
        bytes[(at + i) % bytes.length] = value;
      }
      whole.response[member] = bytes.toString('base64url');
      return JSON.stringify(whole);
    });

it('of an answer in which anything is changed nothing is accepted but what was signed', async () => {
  const stored = await material();
  const sent = passkey.get(asking);
  const parts = ['clientDataJSON', 'authenticatorData', 'signature'];
  const signed = (text: string) => parts.map((part) => JSON.parse(text).response[part]);
  await fuzzAsync(
    fc.asyncProperty(fc.oneof(changed(sent, ...parts), spoilt(fc.constant(sent))), async (text) => {
      const response = readAssertionResponse(text);
      if (!response) return;
      const verified = await verifyAssertion(response, stored, 'AAAA', expected);
      if (!verified.ok) return;
      // Signatures of this kind have several spellings, all of the same message.
      assert.deepEqual(signed(text).slice(0, 2), signed(sent).slice(0, 2));
    }),
    1000,
  );
});

it('an answer that makes a passkey, in which anything is changed, is refused or makes what it says, and never throws', async () => {
  await fuzzAsync(
    fc.asyncProperty(
      fc.oneof(changed(registration, 'attestationObject', 'clientDataJSON'), spoilt(fc.constant(registration))),
      async (text) => {
        const response = readRegistrationResponse(text);
        if (!response) return;
        const verified = await verifyRegistration(response, expected, undefined, 0);
        if (!verified.ok) return;
        assert.equal(verified.value.credentialId, response.id);
        assert.equal(response.clientData.challenge, challenge);
        assert.ok(!verified.value.hardwareBound && verified.value.uvInitialized);
      },
    ),
    1000,
  );
});
