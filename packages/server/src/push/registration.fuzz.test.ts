import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { fuzz } from '../../../../tools/fuzz/fuzz.ts';
import { anyJson, garbage, nearly, spoilt } from '../../../../tools/fuzz/hostile-text.ts';
import { DeviceSide } from './device-side.ts';
import { parseRegistration, parseRegistrationCode, registrationCode } from './registration.ts';

const ISSUER = 'https://login.fabrikam.example/';
const secrets = { csrf: new Uint8Array(32).fill(7) };
const ceremonyId = `cer_${'a'.repeat(24)}`;
const code = registrationCode(secrets, ceremonyId);
const phone = DeviceSide.make(ISSUER);

it('a code is let in as it was shown, and no other', () => {
  fuzz(
    fc.property(nearly(fc.constant(code)), (typed) => {
      assert.equal(parseRegistrationCode(secrets, typed), typed === code ? ceremonyId : undefined);
      assert.equal(parseRegistrationCode({ csrf: new Uint8Array(32).fill(8) }, typed), undefined);
    }),
  );
});

it('whatever a device calls itself, its name is one line of bounded length', () => {
  fuzz(
    fc.property(garbage, anyJson, (name, subscription) => {
      const registration = parseRegistration(phone.registration(code, name, subscription), secrets, ISSUER, []);
      assert.equal(registration?.ceremonyId, ceremonyId);
      assert.ok(Array.from(registration.name).length <= 60);
      assert.doesNotMatch(registration.name, /\p{C}|^\s|\s$|\s{2}/u);
      assert.equal(registration.subscription, null);
    }),
    500,
  );
});

it('a registration that was changed is none', () => {
  const message = phone.registration(code, 'Phone');
  fuzz(
    fc.property(spoilt(fc.constant(message)), (changed) => {
      assert.equal(parseRegistration(changed, secrets, ISSUER, []) !== undefined, changed === message);
    }),
    1_000,
  );
});
