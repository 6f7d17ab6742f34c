import assert from 'node:assert/strict';
import { isIP } from 'node:net';
import { it } from 'node:test';
import fc from 'fast-check';
import { fuzz } from '../../../../tools/fuzz/fuzz.ts';
import { garbage, nearly } from '../../../../tools/fuzz/hostile-text.ts';
import { clientAddress } from './caller.ts';

const address = fc.oneof(fc.ipV4(), fc.ipV6());
const port = fc.option(
  fc.nat(65_535).map((number) => `:${number}`),
  { nil: '' },
);
const written = fc
  .tuple(address, port, fc.constantFrom('', ' ', '\t'))
  .map(([ip, after, space]) => space + (isIP(ip) === 6 && after !== '' ? `[${ip}]${after}` : ip + after) + space);

it('the address is the one that the outermost trusted proxy wrote', () => {
  fuzz(
    fc.property(garbage, fc.array(address, { minLength: 1, maxLength: 4 }), port, (before, hops, after) => {
      const list = [before, ...hops.map((ip) => (isIP(ip) === 6 && after !== '' ? `[${ip}]${after}` : ip + after))];
      for (const [i, ip] of hops.entries()) assert.equal(clientAddress('socket', list.join(','), hops.length - i), ip);
      assert.equal(clientAddress('socket', list.join(','), 0), 'socket');
    }),
  );
});

it('whatever the header says, what comes out is an address of it, or of the socket', () => {
  const header = nearly(fc.array(written, { maxLength: 4 }).map((all) => all.join(',')));
  fuzz(
    fc.property(header, fc.nat(5), (sent, proxies) => {
      const found = clientAddress('192.0.2.1', sent, proxies);
      assert.notEqual(isIP(found), 0);
      assert.ok(found === '192.0.2.1' || sent.includes(found));
    }),
  );
});
