/**
 * Proxies that are not as the configuration says show in the headers of requests. Each kind of disagreement is told once in the life
 * of the process, with what to do about it: anybody can send headers, so they must not be able to fill the log.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { BlockList, isIP, isIPv6 } from 'node:net';
import type { Config } from '../config/config.ts';

const own = new BlockList();
for (const [network, bits] of [
  ['10.0.0.0', 8],
  ['127.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const) {
  own.addSubnet(network, bits);
}
own.addAddress('::1', 'ipv6');
own.addSubnet('fc00::', 7, 'ipv6');

/** Whether an address belongs to an inner network, as those of proxies do and those of people mostly do not. */
const isInner = (address: string | undefined): boolean =>
  address !== undefined && isIP(address) !== 0 && own.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');

type Disagreement = 'not-trusted' | 'too-few' | 'too-many' | 'plain-http' | 'other-host';

const ADVICE: Readonly<Record<Disagreement, string>> = {
  'not-trusted':
    'A request carries X-Forwarded-For and trustedProxies is 0, so the limits of tries count the address of the proxy for everybody. If there is a proxy in front, set trustedProxies to how many; if there is none, somebody made the header up and it is rightly ignored.',
  'too-few':
    'A request passed fewer proxies than trustedProxies says, so the limits of tries count the address of the connection. Set trustedProxies to the number of proxies in front, let each add to X-Forwarded-For, and let nobody reach this port but through them.',
  'too-many':
    'The address that X-Forwarded-For gives for the person is one of an inner network, with others before it: there seem to be more proxies than trustedProxies says, and the limits of tries count one of them for everybody. Set it to the number of proxies in front.',
  'plain-http':
    'A proxy says that a person came by plain http although the issuer is https: what they type can be read on the way. Let the proxy send http on to https.',
  'other-host':
    'A request came for another host than the issuer. Let the proxy send the whole Host header on unchanged, and let people come by the issuer’s address alone: cookies and redirects are for that one.',
};

/** Load balancers and monitors ask for these directly, by whatever name. */
const isProbe = (url: string | undefined): boolean => /^\/(?:healthz|readyz)(?:\?|$)/.test(url ?? '');

interface Incoming {
  readonly url?: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

/** Looks at each request until there is nothing left to be told. */
export const watchProxies = (
  { issuer, trustedProxies, secure }: Pick<Config, 'issuer' | 'trustedProxies' | 'secure'>,
  log: { warn(facts: object, words: string): void },
): ((incoming: Incoming) => void) => {
  const { host } = new URL(issuer);
  const told = new Set<Disagreement>();
  const tell = (disagreement: Disagreement): void => {
    if (told.has(disagreement)) return;
    told.add(disagreement);
    log.warn({ check: 'proxies', disagreement, trustedProxies, issuer }, ADVICE[disagreement]);
  };
  return ({ url, headers }) => {
    if (isProbe(url)) return;
    const hops = aboutHops(headers['x-forwarded-for'], trustedProxies);
    if (hops) tell(hops);
    if (secure && headers['x-forwarded-proto'] === 'http') tell('plain-http');
    if (headers.host !== undefined && headers.host !== host && headers.host.toLowerCase() !== host) tell('other-host');
  };
};

const aboutHops = (
  header: string | readonly string[] | undefined,
  trustedProxies: number,
): Disagreement | undefined => {
  if (header === undefined) return trustedProxies > 0 ? 'too-few' : undefined;
  if (trustedProxies === 0) return 'not-trusted';
  const addresses = String(header)
    .split(',')
    .map((address) => address.trim());
  if (addresses.length < trustedProxies) return 'too-few';
  return addresses.length > trustedProxies && isInner(addresses.at(-trustedProxies)) ? 'too-many' : undefined;
};
