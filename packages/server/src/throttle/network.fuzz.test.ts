import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { fuzz } from '../../../../tools/fuzz/fuzz.ts';
import { garbage } from '../../../../tools/fuzz/hostile-text.ts';
import { limitsOf } from './limits.ts';
import { networkOf } from './network.ts';

/** What an address is counted under. */
const keyOf = (address: string): string =>
  limitsOf('totp', { userId: 'robin', authenticatorId: 'app', address }).at(-1)?.key ?? '';

const byte = fc.nat(255);

it('an address of the fourth version counts for itself, however it is written', () => {
  fuzz(
    fc.property(fc.tuple(byte, byte, byte, byte), (parts) => {
      const dotted = parts.join('.');
      const [a, b, c, d] = parts.map((part) => part.toString(16).padStart(2, '0'));
      for (const spelt of [
        `::ffff:${dotted}`,
        `::FFFF:${dotted}`,
        `0:0:0:0:0:ffff:${dotted}`,
        `::ffff:${a}${b}:${c}${d}`,
      ]) {
        assert.equal(keyOf(spelt), keyOf(dotted), spelt);
      }
    }),
  );
});

it('an address of the sixth version counts by its network of 64 bits, however it is written', () => {
  const group = fc.oneof(fc.nat(0xffff), fc.constant(0));
  fuzz(
    fc.property(
      fc.tuple(fc.integer({ min: 1, max: 0xffff }), group, group, group),
      fc.tuple(group, group, group, group),
      fc.tuple(group, group, group, group),
      (network, one, other) => {
        const whole = [...network, ...one].map((part) => part.toString(16)).join(':');
        const padded = [...network, ...other].map((part) => part.toString(16).padStart(4, '0').toUpperCase()).join(':');
        const short = new URL(`http://[${whole}]/`).hostname.slice(1, -1);
        for (const spelt of [padded, short, `${whole}%eth0`]) assert.equal(keyOf(spelt), keyOf(whole), spelt);
        const neighbour = [...network.slice(0, 3), network[3] ^ 1, ...one].map((part) => part.toString(16)).join(':');
        assert.notEqual(keyOf(neighbour), keyOf(whole));
      },
    ),
  );
});

it('whatever stands in the place of an address counts for itself', () => {
  fuzz(
    fc.property(fc.oneof(garbage, fc.ipV6()), (address) => {
      assert.match(keyOf(address), /^address:[\w-]{43}$/);
      assert.equal(networkOf(networkOf(address)), networkOf(address));
    }),
  );
});
