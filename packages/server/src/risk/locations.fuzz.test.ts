import assert from 'node:assert/strict';
import { BlockList, isIPv6 } from 'node:net';
import { it } from 'node:test';
import fc from 'fast-check';
import { enough, fuzz } from '../../../../tools/fuzz/fuzz.ts';
import { garbage, nearly } from '../../../../tools/fuzz/hostile-text.ts';
import { parseLocations } from './locations.ts';

const address = fc.oneof(fc.ipV4(), fc.ipV6(), fc.constantFrom('::ffff:192.0.2.7', '192.0.2.7', '::', '0.0.0.0'));
const line = fc
  .record({
    address,
    bits: fc.integer({ min: 0, max: 128 }),
    rest: fc.constantFrom('DE', 'DE,52.5,13.4', 'AQ,-90,180', 'US,,'),
  })
  .map(({ address: of, bits, rest }) => `${of}/${isIPv6(of) ? bits : Math.min(bits, 32)},${rest}`);

it('every file is read, or refused by naming a line and nothing of what it holds', () => {
  let [read, refused] = [0, 0];
  fuzz(
    fc.property(fc.oneof(nearly(line), garbage, line), fc.oneof(address, garbage), (text, asked) => {
      try {
        const { country, coordinates } = parseLocations(text)(asked);
        read += 1;
        assert.match(country, /^([A-Z]{2})?$/);
        if (coordinates) assert.ok(Math.abs(coordinates.latitude) <= 90 && Math.abs(coordinates.longitude) <= 180);
      } catch (error) {
        refused += 1;
        assert.ok(error instanceof Error);
        assert.match(error.message, /^Line \d+ is not network,country,latitude,longitude\.$/);
      }
    }),
  );
  enough(read, 2000, 'were read');
  enough(refused, 1000, 'were refused');
});

it('a network holds the addresses that Node says it holds', () => {
  const asked = fc.record({ network: fc.ipV4(), bits: fc.integer({ min: 0, max: 32 }), address: fc.ipV4() });
  const near = asked.map(({ network, bits, address: other }) => ({
    network,
    bits,
    // Half of its parts are those of the network, so that they are neighbours as often as not.
    address: [...network.split('.').slice(0, 2), ...other.split('.').slice(2)].join('.'),
  }));
  let held = 0;
  fuzz(
    fc.property(fc.oneof(asked, near), ({ network, bits, address: of }) => {
      const list = new BlockList();
      list.addSubnet(network, bits);
      const locate = parseLocations(`${network}/${bits},DE`);
      assert.equal(locate(of).country === 'DE', list.check(of));
      assert.equal(locate(`::ffff:${of}`).country, locate(of).country, 'in either spelling');
      if (list.check(of)) held += 1;
    }),
  );
  enough(held, 2000, 'were inside');
});

it('the narrowest network says where an address is', () => {
  const locate = parseLocations(
    '# ours\n10.0.0.0/8,DE,52.5,13.4\r\n10.1.0.0/16,FR\n\n2001:db8::/32,US,40,-74\n10.1.2.0/24,AQ',
  );
  assert.deepEqual(locate('10.9.9.9'), { country: 'DE', coordinates: { latitude: 52.5, longitude: 13.4 } });
  assert.deepEqual(
    ['10.1.9.9', '10.1.2.9', '2001:db8::1', '192.0.2.1', 'unknown', ''].map((of) => locate(of).country),
    ['FR', 'AQ', 'US', '', '', ''],
  );
});
