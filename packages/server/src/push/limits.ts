/** How often devices, and what claims to be one, are answered: the numbers are those of the table in the configuration. */
import type { Config } from '../config/config.ts';
import { sha256 } from '../digest.ts';
import type { ThrottleLimit } from '../store/ports.ts';
import { networkOf } from '../throttle/network.ts';

type Numbers = Pick<Config, 'limits'>;

/** A device asks every few seconds while its page is open. What others do about the same account takes nothing from it. */
export const pollLimits = (thumbprint: string, { limits }: Numbers): readonly ThrottleLimit[] => [
  { key: `pushPoll:${thumbprint}`, burst: limits.poll.burst, intervalSeconds: limits.poll.every },
];

/** Nobody keeps a device from saying no by pressing buttons elsewhere. */
export const answerLimits = (thumbprint: string, { limits }: Numbers): readonly ThrottleLimit[] => [
  { key: `pushDecision:${thumbprint}`, burst: limits.pushAnswered.burst, intervalSeconds: limits.pushAnswered.every },
];

/** Whoever sends what no device signed, or tries codes of enrolment. */
export const strangerLimits = (address: string, { limits }: Numbers): readonly ThrottleLimit[] => [
  {
    key: `pushStranger:${sha256(networkOf(address))}`,
    burst: limits.address.burst,
    intervalSeconds: limits.address.every,
  },
];
