import assert from 'node:assert/strict';
import { it } from 'node:test';
import { instant } from '@stile/core';
import fc from 'fast-check';
import { fuzz } from '../../../../tools/fuzz/fuzz.ts';
import { nearly } from '../../../../tools/fuzz/hostile-text.ts';
import { DeviceSide } from './device-side.ts';
import { parsePoll } from './poll.ts';

const ISSUER = 'https://login.fabrikam.example/';
const NOW = 1_795_478_400;
const phone = DeviceSide.make(ISSUER);

it('a device is heard within a minute of its clock, and each message can be used up', () => {
  fuzz(
    fc.property(fc.integer({ min: -300, max: 300 }), (off) => {
      const poll = parsePoll(phone.poll(NOW + off), phone.key, ISSUER, [], instant(NOW));
      assert.equal(poll.ok, Math.abs(off) <= 60);
      if (poll.ok) assert.ok(Number(poll.once.expiresAt) > NOW + off + 60);
      else assert.equal(poll.reason, 'clock');
    }),
    300,
  );
});

it('what no device signed is not heard', () => {
  const message = phone.poll(NOW);
  fuzz(
    fc.property(nearly(fc.constant(message)), (sent) => {
      const poll = parsePoll(sent, phone.key, ISSUER, [], instant(NOW));
      assert.equal(poll.ok, sent === message);
    }),
  );
});
