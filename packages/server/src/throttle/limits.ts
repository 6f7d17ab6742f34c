import { isIPv6 } from 'node:net';
import { sha256 } from '../digest.ts';
import type { ThrottleLimit } from '../store/ports.ts';

/**
 * How often a proof may be tried. Every limit is a bucket that fills up again by itself, so nobody is locked out for good;
 * the ones per account and address are tight, the ones per account alone are wide, so that a stranger who knocks does not
 * keep the owner out. NIST SP 800-63B-4 allows 100 failures in a row.
 */
const LIMITS = {
  passwordFromAddress: { burst: 10, intervalSeconds: 30 },
  passwordOfAccount: { burst: 100, intervalSeconds: 36 },
  address: { burst: 60, intervalSeconds: 3 },
  code: { burst: 10, intervalSeconds: 360 },
  recoveryCode: { burst: 10, intervalSeconds: 360 },
  ticket: { burst: 10, intervalSeconds: 60 },
} as const;

const limit = (kind: keyof typeof LIMITS, ...of: readonly string[]): ThrottleLimit => ({
  key: `${kind}:${sha256(of.join('\n'))}`,
  ...LIMITS[kind],
});

/**
 * What an address is counted under. Whoever has one address of the sixth version has 2^64 of them, so the network counts;
 * an address of the fourth version counts for itself, in either spelling.
 */
const networkOf = (address: string): string => {
  const [, fourth] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? [];
  if (fourth !== undefined || !isIPv6(address)) return fourth ?? address;
  const [front = '', back] = new URL(`http://[${address.split('%', 1)[0]}]/`).hostname.slice(1, -1).split('::');
  const [before, after] = [front, back ?? ''].map((half) => half.split(':').filter((part) => part !== ''));
  const zeros = 8 - (before?.length ?? 0) - (after?.length ?? 0);
  return [...(before ?? []), ...Array.from({ length: zeros }, () => '0'), ...(after ?? [])].slice(0, 4).join(':');
};

/** Limits of a password try; the same whether the account exists or not. */
export const passwordLimits = (username: string, address: string): readonly ThrottleLimit[] => [
  limit('passwordFromAddress', username, networkOf(address)),
  limit('passwordOfAccount', username),
  limit('address', networkOf(address)),
];

/** Limits of a code try: by person and factor, so that several devices do not multiply the tries. */
export const codeLimits = (factor: string, userId: string, address: string): readonly ThrottleLimit[] => [
  limit(factor === 'recovery-code' ? 'recoveryCode' : 'code', userId),
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
