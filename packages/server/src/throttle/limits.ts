import { isIPv6 } from 'node:net';
import { sha256 } from '../digest.ts';
import type { ThrottleLimit } from '../store/ports.ts';

/**
 * How often a proof may be tried. Every limit is a bucket that fills up again by itself, so nobody is locked out for good. The
 * ones per person and network are tight, the ones per person alone are wide, so that a stranger who knocks does not keep the
 * owner out; and a browser in which the person has signed in before has a bucket of its own, which no stranger can empty.
 * NIST SP 800-63B-4 allows 100 failures in a row.
 */
const LIMITS = {
  passwordFromNetwork: { burst: 10, intervalSeconds: 30 },
  passwordOfAccount: { burst: 100, intervalSeconds: 36 },
  passwordInKnownBrowser: { burst: 10, intervalSeconds: 30 },
  address: { burst: 60, intervalSeconds: 3 },
  code: { burst: 10, intervalSeconds: 360 },
  codeOfPerson: { burst: 50, intervalSeconds: 180 },
  ticket: { burst: 10, intervalSeconds: 60 },
} as const;

const limit = (kind: keyof typeof LIMITS, ...of: readonly string[]): ThrottleLimit => ({
  key: `${kind}:${sha256(of.join('\n'))}`,
  ...LIMITS[kind],
});

/**
 * What an address is counted under. Whoever has one address of the sixth version has 2^64 of them, so the network counts;
 * an address of the fourth version counts for itself, in every spelling.
 */
const networkOf = (address: string): string => {
  if (!isIPv6(address)) return address;
  const parts = partsOf(address);
  const isFourth = parts.slice(0, 6).join(':') === '0:0:0:0:0:ffff';
  return isFourth
    ? parts
        .slice(6)
        .map((part) => Number.parseInt(part, 16))
        .flatMap((pair) => [pair >> 8, pair & 255])
        .join('.')
    : parts.slice(0, 4).join(':');
};

/** The eight parts of an address of the sixth version; a URL writes each address in one way alone. */
const partsOf = (address: string): readonly string[] => {
  const [front = '', back = ''] = new URL(`http://[${address.split('%', 1)[0]}]/`).hostname.slice(1, -1).split('::');
  const [before, after] = [front, back].map((half) => half.split(':').filter((part) => part !== ''));
  const zeros = 8 - (before?.length ?? 0) - (after?.length ?? 0);
  return [...(before ?? []), ...Array.from({ length: zeros }, () => '0'), ...(after ?? [])];
};

/**
 * Limits of a password try; the same whether the account exists or not.
 *
 * @param knownBrowser names the browser, if the person has signed in there before
 */
export const passwordLimits = (
  username: string,
  address: string,
  knownBrowser: string | undefined,
): readonly ThrottleLimit[] =>
  knownBrowser === undefined
    ? [
        limit('passwordFromNetwork', username, networkOf(address)),
        limit('passwordOfAccount', username),
        limit('address', networkOf(address)),
      ]
    : [limit('passwordInKnownBrowser', username, knownBrowser)];

/** Limits of a code try: by person, so that several devices do not multiply the tries. */
export const codeLimits = (factor: string, userId: string, address: string): readonly ThrottleLimit[] => [
  limit('code', factor, userId, networkOf(address)),
  limit('codeOfPerson', factor, userId),
  limit('address', networkOf(address)),
];

/** Limits of trying an enrolment ticket. */
export const ticketLimits = (userId: string, address: string): readonly ThrottleLimit[] => [
  limit('ticket', userId),
  limit('address', networkOf(address)),
];

/** The keys that a success clears; the address keeps its count, for it may be trying many accounts. */
export const clearedBySuccess = (limits: readonly ThrottleLimit[]): readonly string[] =>
  limits.map(({ key }) => key).filter((key) => !key.startsWith('address:'));
