import assert from 'node:assert/strict';
import { it } from 'node:test';
import { instant } from '@stile/core';
import fc from 'fast-check';
import { fuzz } from '../../../../tools/fuzz/fuzz.ts';
import { anyJson, nearly, nearlyRecord, spoilt } from '../../../../tools/fuzz/hostile-text.ts';
import {
  messageTypes,
  parseClaimedDevice,
  parseDeviceKey,
  thumbprintOf,
  verifyDeviceMessage,
} from './device-message.ts';
import { DeviceSide } from './device-side.ts';

const ISSUER = 'https://login.fabrikam.example/';
const phone = DeviceSide.make(ISSUER);
const whole = {
  registration: phone.registration('cer_code', 'Phone'),
  poll: phone.poll(instant(1_795_478_400)),
  answer: phone.answer({ ceremony: 'cer_x', answerBy: 1_795_478_490 }, 'approve', '42'),
};
const types = Object.keys(messageTypes).filter((type): type is keyof typeof messageTypes => type in messageTypes);

it('a message that was changed is none, and each is only what it was signed as', () => {
  fuzz(
    fc.property(spoilt(fc.constantFrom(...Object.values(whole))), fc.constantFrom(...types), (message, type) => {
      const verified = verifyDeviceMessage(message, type, type === 'registration' ? 'brought' : phone.key, ISSUER);
      assert.equal(verified !== undefined, message === whole[type]);
    }),
    2_000,
  );
});

it('the name of a device is read from what has one, and is never anything else', () => {
  fuzz(
    fc.property(nearly(fc.constantFrom(...Object.values(whole))), (message) => {
      const claimed = parseClaimedDevice(message);
      if (claimed !== undefined) assert.match(claimed, /^[\w-]{43}$/);
      if (message === whole.poll) assert.equal(claimed, phone.thumbprint);
    }),
  );
});

it('a key is a point of the curve in its one spelling, and carries nothing else along', () => {
  const { kty, crv, x, y } = phone.key;
  const members = {
    kty: fc.constant(kty),
    crv: fc.constant(crv),
    x: nearly(fc.constant(x)),
    y: nearly(fc.constant(y)),
  };
  fuzz(
    fc.property(fc.oneof(anyJson, nearlyRecord(members)), (value) => {
      const key = parseDeviceKey(value);
      if (!key) return;
      assert.deepEqual(Object.keys(key), ['kty', 'crv', 'x', 'y']);
      // A change of one coordinate alone leaves the curve, or is the point on its other side.
      assert.equal(key.x, x);
      assert.match(thumbprintOf(key), /^[\w-]{43}$/);
    }),
    2_000,
  );
});
