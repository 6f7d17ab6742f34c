/** Which addresses are out in the open: nothing that leads inside, however it is written. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { isPublicAddress } from './address.ts';

it('what is on the public internet', () => {
  for (const address of ['1.1.1.1', '93.184.216.34', '223.255.255.254', '2606:4700::1111', '2a00:1450:4001::8a']) {
    assert.equal(isPublicAddress(address), true, address);
  }
});

it('nothing of the own machine, the own network, a cloud, multicast, or what is reserved', () => {
  const inside =
    '0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.100.100.200 127.0.0.1 127.255.255.255 168.63.129.16 169.254.169.254 172.16.0.1 172.31.255.255 ' +
    '192.0.0.1 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 239.1.1.1 240.0.0.1 255.255.255.255';
  for (const address of inside.split(' ')) assert.equal(isPublicAddress(address), false, address);
});

it('nothing of IPv6 that is local, or holds an address of IPv4 in it', () => {
  const inside =
    ':: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:1.1.1.1 ::ffff:7f00:1 0:0:0:0:0:ffff:0a00:0001 64:ff9b::7f00:1 64:ff9b::1.1.1.1 64:ff9b:1::1 ' +
    '100::1 2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:db8::1 2002:7f00:1:: 2002:a00:1::1 3fff::1 5f00::1 fc00::1 fd00:ec2::254 fe80::1 ' +
    'fe80::1%eth0 febf::1 fec0::1 ff02::1 2606:4700::1%1';
  for (const address of inside.split(' ')) assert.equal(isPublicAddress(address), false, address);
});

it('nothing that is no address', () => {
  const none = ['', 'localhost', '2130706433', '0x7f000001', '0177.0.0.1', '127.1', '1.1.1.1 ', '[::1]', '1.1.1.1/8'];
  for (const text of none) assert.equal(isPublicAddress(text), false, text);
});
