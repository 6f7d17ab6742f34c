/** Which addresses are out in the open internet. Everything else is somebody's inside. */
import { BlockList, isIP } from 'node:net';

/** IANA's special-purpose registries for IPv4, multicast, what is reserved, and what clouds answer to their own machines on. */
const INSIDE_4: readonly [string, number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['168.63.129.16', 32],
];

/** Of IPv6 only 2000::/3 is handed out, and of that not these: Teredo and other protocols, documentation, 6to4. */
const OUTSIDE_6: readonly [string, number] = ['2000::', 3];
const INSIDE_6: readonly [string, number][] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

const inside = new BlockList();
for (const [net, bits] of INSIDE_4) inside.addSubnet(net, bits, 'ipv4');
for (const [net, bits] of INSIDE_6) inside.addSubnet(net, bits, 'ipv6');
const outside6 = new BlockList();
outside6.addSubnet(...OUTSIDE_6, 'ipv6');

/** Addresses that hold an address of IPv4 in them (mapped, NAT64, 6to4) are none, whatever they hold. */
export const isPublicAddress = (address: string): boolean => {
  switch (isIP(address)) {
    case 4:
      return !inside.check(address, 'ipv4');
    case 6:
      return !address.includes('%') && outside6.check(address, 'ipv6') && !inside.check(address, 'ipv6');
    default:
      return false;
  }
};
