import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientAddress } from './caller.ts';

const cases: readonly (readonly [name: string, forwarded: string | null, trusted: number, address: string])[] = [
  ['no proxy is trusted: the socket tells', '203.0.113.9', 0, '10.0.0.1'],
  ['one proxy tells whom it saw', '203.0.113.9', 1, '203.0.113.9'],
  ['what a stranger wrote to the left of it is not believed', '198.51.100.1, 203.0.113.9', 1, '203.0.113.9'],
  ['two proxies: the one further out tells', '198.51.100.1, 203.0.113.9, 10.0.0.2', 2, '203.0.113.9'],
  ['fewer entries than proxies: the socket tells', '203.0.113.9', 2, '10.0.0.1'],
  ['no header', null, 1, '10.0.0.1'],
  ['an address of the sixth version', '2001:db8::1', 1, '2001:db8::1'],
  ['no address at all', 'unknown', 1, '10.0.0.1'],
  ['markup', '<script>', 1, '10.0.0.1'],
  ['an empty entry', '203.0.113.9, ', 1, '10.0.0.1'],
];

for (const [name, forwarded, trusted, address] of cases) {
  test(`whose address: ${name}`, () => assert.equal(clientAddress('10.0.0.1', forwarded, trusted), address));
}

test('without a socket there is still a word to count by', () => {
  assert.equal(clientAddress(undefined, null, 0), 'unknown');
});
