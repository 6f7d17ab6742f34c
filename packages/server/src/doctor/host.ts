import { BlockList, isIP, isIPv6 } from 'node:net';

const privateNetworks = new BlockList();
for (const [network, bits] of [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const) {
  privateNetworks.addSubnet(network, bits);
}
privateNetworks.addSubnet('fc00::', 7, 'ipv6');
privateNetworks.addSubnet('fe80::', 10, 'ipv6');

/** Names that are never anybody's on the internet (RFC 2606, RFC 6761, RFC 6762, RFC 8375), and the usual ones of offices. */
const NEVER_PUBLIC =
  /(?:^|\.)(?:example|example\.(?:com|net|org)|test|invalid|local|localdomain|internal|intranet|lan|corp|home\.arpa)$/;

/** Who can reach a host by this name: this machine, a network of somebody's own, or anybody. */
export const reachOf = (hostname: string): 'loopback' | 'private' | 'public' => {
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (/^(?:localhost|.+\.localhost|127\.\d+\.\d+\.\d+|::1)$/.test(host)) return 'loopback';
  if (isIP(host) !== 0) return privateNetworks.check(host, isIPv6(host) ? 'ipv6' : 'ipv4') ? 'private' : 'public';
  return NEVER_PUBLIC.test(host) || !host.includes('.') ? 'private' : 'public';
};
