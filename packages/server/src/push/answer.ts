/** What a person decided on their device, and whether it counts. */
import type { Instant } from '@stile/core';
import { equalInConstantTime } from '../digest.ts';
import { parseJws } from '../keys/jws.ts';
import type { DeviceKey } from './device-message.ts';
import { verifyDeviceMessage } from './device-message.ts';

/** `report`: denied, and said to have been asked by somebody else. */
export type Decision = 'approve' | 'deny' | 'report';

/** The question that an answer has to be to. */
export interface Asking {
  readonly ceremonyId: string;
  /** The two digits that the page shows which asks. */
  readonly number: string;
  /** The last second is the one before. */
  readonly answerBy: Instant;
  /** The key of the very device that was asked. */
  readonly key: DeviceKey;
}

/** `mismatch`: approved with another number than the page shows, which is a denial: whoever approved was looking at something else. */
export type Verdict =
  | { readonly counts: true; readonly decision: Decision | 'mismatch' }
  | { readonly counts: false; readonly reason: 'forged' | 'another-question' | 'late' };

const isDecision = (value: unknown): value is Decision => value === 'approve' || value === 'deny' || value === 'report';

/**
 * Judges an answer. It counts when the device that was asked signed this question's name, its end and a decision, for this server,
 * in time. To approve takes the number as well, which the device is never told: its owner reads it where they are being asked.
 */
export const judgeAnswer = (message: string, asking: Asking, issuer: string, now: Instant): Verdict => {
  const verified = verifyDeviceMessage(message, 'answer', asking.key, issuer);
  if (!verified) return { counts: false, reason: 'forged' };
  const { ceremony, decision, number, exp } = verified.claims;
  if (ceremony !== asking.ceremonyId || exp !== asking.answerBy) return { counts: false, reason: 'another-question' };
  if (now >= asking.answerBy) return { counts: false, reason: 'late' };
  if (!isDecision(decision)) return { counts: false, reason: 'forged' };
  if (decision !== 'approve') return { counts: true, decision };
  const matches = typeof number === 'string' && equalInConstantTime(number, asking.number);
  return { counts: true, decision: matches ? 'approve' : 'mismatch' };
};

/** The question that an answer claims to be to. Nothing is verified. */
export const parseAnswered = (message: string): string | undefined => {
  const ceremony = parseJws(message)?.claims.ceremony;
  return typeof ceremony === 'string' && /^cer_[A-Za-z0-9_-]{24}$/.test(ceremony) ? ceremony : undefined;
};
