import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { fuzz } from '../../../../tools/fuzz/fuzz.ts';
import { nearly } from '../../../../tools/fuzz/hostile-text.ts';
import { SoftPasskey } from '../testing/soft-passkey.ts';
import { readAssertionResponse, readAuthenticatorData, readRegistrationResponse } from './webauthn-response.ts';

const asking = { challenge: 'AAAA', origin: 'https://login.fabrikam.example', rpId: 'login.fabrikam.example' };
const passkey = new SoftPasskey();
const assertion = passkey.get(asking, { userHandle: 'AAAA' });
const registration = passkey.create(asking);

/** The client data or the authenticator data are nearly what they should be, inside what is right. */
const inside = (sent: string, member: string): fc.Arbitrary<string> =>
  nearly(fc.constant(Buffer.from(JSON.parse(sent).response[member], 'base64url').toString('latin1'))).map((text) => {
    const whole = JSON.parse(sent);
    whole.response[member] = Buffer.from(text, 'latin1').toString('base64url');
    return JSON.stringify(whole);
  });

const BASE64URL = /^[\w-]+$/;

it('an answer of a passkey is what it should be in every part, or nothing', () => {
  const sent = fc.oneof(
    nearly(fc.constant(assertion)),
    inside(assertion, 'clientDataJSON'),
    inside(assertion, 'authenticatorData'),
    fc.constant(registration),
  );
  fuzz(
    fc.property(sent, (text) => {
      const read = readAssertionResponse(text);
      if (!read) return;
      const { id, clientData, clientDataJSON, authenticatorData, signature, userHandle } = read;
      for (const part of [id, clientDataJSON, authenticatorData, signature]) assert.match(part, BASE64URL);
      assert.ok(Buffer.from(id, 'base64url').length <= 1023);
      assert.ok(userHandle === undefined || Buffer.from(userHandle, 'base64url').length <= 64);
      assert.equal(typeof clientData.crossOrigin, 'boolean');
      for (const part of [clientData.type, clientData.challenge, clientData.origin])
        assert.equal(typeof part, 'string');
    }),
  );
});

it('an answer that makes a passkey is what it should be in every part, or nothing', () => {
  const sent = fc.oneof(
    nearly(fc.constant(registration)),
    inside(registration, 'clientDataJSON'),
    fc.constant(assertion),
  );
  fuzz(
    fc.property(sent, (text) => {
      const read = readRegistrationResponse(text);
      if (!read) return;
      assert.match(read.attestationObject, BASE64URL);
      assert.equal(new Set(read.transports).size, read.transports.length);
      for (const transport of read.transports) assert.match(transport, /^(?:ble|hybrid|internal|nfc|smart-card|usb)$/);
    }),
  );
});

it('authenticator data says what its bits say, and less than 37 bytes say nothing', () => {
  fuzz(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      const read = readAuthenticatorData(bytes);
      assert.equal(read === undefined, bytes.length < 37);
      if (!read) return;
      const flags = bytes[32] ?? 0;
      const { userPresent, userVerified, backupEligible, backedUp, signCount } = read;
      const bits = [userPresent, userVerified, backupEligible, backedUp].map((bit) => (bit ? 1 : 0));
      assert.deepEqual(bits, [flags & 1, (flags >> 2) & 1, (flags >> 3) & 1, (flags >> 4) & 1]);
      assert.equal(signCount, Buffer.from(bytes).readUInt32BE(33));
    }),
  );
});
