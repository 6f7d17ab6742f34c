import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { fuzz } from '../../../../tools/fuzz/fuzz.ts';
import { anyJson, nearlyRecord } from '../../../../tools/fuzz/hostile-text.ts';
import { materialOf, parseDevice } from './device.ts';
import { DeviceSide } from './device-side.ts';
import { pausedUntil } from './fatigue.ts';

const { key } = DeviceSide.make('https://login.fabrikam.example/');
const subscription = { endpoint: 'https://fcm.googleapis.com/x', p256dh: `B${'a'.repeat(86)}`, auth: 'b'.repeat(22) };

it('a device is read as it was written, and whatever else is kept of one is never more than a device', () => {
  const denials = fc.oneof(nearlyRecord({ count: fc.nat(9), lastAt: fc.nat(2_000_000_000) }), anyJson);
  const material = nearlyRecord({
    key: fc.constant({ ...key }),
    subscription: fc.option(fc.constant(subscription)),
    denials,
    denialsWhereProven: denials,
  });
  fuzz(
    fc.property(material, (kept) => {
      const device = parseDevice(kept);
      if (!device) return;
      assert.deepEqual(device.key, key);
      assert.deepEqual(parseDevice(materialOf(device)), device);
      for (const denials of Object.values(device.denials)) assert.ok(pausedUntil(denials) >= 0);
    }),
  );
});
