/** What the configuration itself shows. */
import type { Config } from '../config/config.ts';
import type { Finding } from './finding.ts';
import { error, fine, warning } from './finding.ts';
import { reachOf } from './host.ts';

const issuerReach = ({ issuer }: Config): ReturnType<typeof reachOf> => reachOf(new URL(issuer).hostname);

/** Whether what the browser and the server say to one another can be read on the way. */
export const checkIssuer = (config: Config): Finding => {
  const { issuer, secure } = config;
  const reach = issuerReach(config);
  if (secure || reach === 'loopback') return fine('issuer', `The issuer is ${issuer}`);
  const complaint = {
    what: `The issuer ${issuer} is plain http.`,
    why: 'Passwords, cookies, codes and tokens can be read and changed by everybody on the way, and cookies are not pinned to this host.',
    todo: 'Put a proxy that speaks TLS in front and make the issuer an https address: docs/guides/behind-a-proxy.md.',
  };
  return reach === 'public' ? error('issuer', complaint) : warning('issuer', complaint);
};

/** Stile speaks no TLS itself, so an https issuer has a proxy in front. */
export const checkProxies = ({ secure, trustedProxies }: Config): Finding =>
  secure && trustedProxies === 0
    ? warning('proxies', {
        what: 'The issuer is https, so a proxy stands in front, and trustedProxies is 0.',
        why: 'Everybody seems to come from the address of the proxy: one guesser uses up the limits of tries for all.',
        todo: 'Set trustedProxies to the number of proxies in front, and let each add the address it saw to X-Forwarded-For.',
      })
    : fine('proxies', `${trustedProxies} proxies are trusted`);

/** What stands in the documentation and the demonstration, where everybody can read it. */
const PUBLISHED: ReadonlySet<string> = new Set([
  'correct horse battery staple',
  'purple otters juggle lemons',
  'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
  '7K3M-9QWX-2F4H-8TNV-5C6D-1BJR',
  'A9XE-4TGC-7PZM-3KQW-6HVN-2D5S',
]);

const isPublished = (secret: string): boolean => PUBLISHED.has(secret) || secret.startsWith('demonstration-secret-');

const ofDemonstration = ({ clients, users, demoHint }: Config): readonly string[] => [
  ...[...clients.values()]
    .filter(({ secret }) => secret !== undefined && isPublished(secret))
    .map(({ id }) => `client ${id}`),
  ...users
    .filter(({ password, totp, recoveryCodes }) => [password, totp?.secret ?? '', ...recoveryCodes].some(isPublished))
    .map(({ id }) => `user ${id}`),
  ...(demoHint === undefined ? [] : ['demoHint']),
];

/** Secrets of the demonstration are known to everybody. */
export const checkDemonstration = (config: Config): Finding => {
  const found = ofDemonstration(config);
  const reach = issuerReach(config);
  if (found.length === 0) return fine('demonstration', 'No secret of the demonstration is in use');
  if (reach === 'loopback') return fine('demonstration', 'This is the demonstration, for this machine alone');
  const complaint = {
    what: `Secrets of the demonstration are in use: ${found.join(', ')}.`,
    why: 'Everybody can read them in the documentation of Stile, and sign in with them.',
    todo: 'Give every client and user secrets of their own, take demoHint out, and start with an empty data folder: people who are in it keep the passwords they have.',
  };
  return reach === 'public' ? error('demonstration', complaint) : warning('demonstration', complaint);
};

/** Metrics are for operators. */
export const checkMetrics = ({ metrics }: Config): Finding => {
  if (!metrics) return fine('metrics', 'Metrics are off');
  const isAnywhere = metrics.host === '0.0.0.0' || metrics.host === '::';
  return isAnywhere || reachOf(metrics.host) === 'public'
    ? warning('metrics', {
        what: `Metrics are served on ${metrics.host}:${metrics.port} to whoever reaches it.`,
        why: 'They tell how many people sign in, fail and give up, and they are not protected.',
        todo: 'Bind them to localhost or to an address of an inner network, or let a firewall guard the port.',
      })
    : fine('metrics', `Metrics are served on ${metrics.host}:${metrics.port}`);
};
