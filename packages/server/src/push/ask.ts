/** A question to a device: what is kept on the server until it is answered. */
import type { Instant } from '@stile/core';
import { isInstant } from '@stile/core';
import type { Ceremony } from '../store/records.ts';

export interface Ask {
  /** Two digits, shown by the page that asks and never sent to the device. */
  readonly number: string;
  readonly answerBy: Instant;
  readonly application: string;
  /** What is about to be done there; null when that is not known. */
  readonly what: string | null;
  /** The browser that asks, as people call it. */
  readonly browser: string;
  /** The network it asks from, without the part that names one household. */
  readonly place: string;
  readonly askedAt: Instant;
  /** The session that asks. */
  readonly sessionId: string | null;
  /** Whether it is asked where this device approved before. */
  readonly proven: boolean;
}

/** What is stored of a question, if it is one. */
export const parseAsk = (data: Ceremony['data']): Ask | undefined => {
  const { number, answerBy, application, what, browser, place, askedAt, sessionId, proven = false } = data;
  if (typeof number !== 'string' || !/^[1-9][0-9]$/.test(number)) return undefined;
  if (!isInstant(answerBy) || !isInstant(askedAt)) return undefined;
  if (typeof application !== 'string' || typeof browser !== 'string' || typeof place !== 'string') return undefined;
  if ((typeof what !== 'string' && what !== null) || (typeof sessionId !== 'string' && sessionId !== null)) {
    return undefined;
  }
  if (typeof proven !== 'boolean') return undefined;
  return { number, answerBy, application, what, browser, place, askedAt, sessionId, proven };
};

const NUMBERS = 90;

/** A number from 10 to 99, each as likely as any other. */
export const newNumber = (randomBytes: (length: number) => Uint8Array): string => {
  for (;;) {
    // Of 256 values the last 76 would make some numbers likelier.
    const fair = [...randomBytes(16)].find((byte) => byte < 2 * NUMBERS);
    if (fair !== undefined) return String(10 + (fair % NUMBERS));
  }
};

/** What a device sent, as it is kept beside what it answers. */
export interface Given {
  /** With its signature: that is what counts. */
  readonly message: string;
  readonly at: Instant;
  /** What it says, for pages to show. */
  readonly decision: string | undefined;
}

export const parseGivenAnswer = (answer: Ceremony['answer']): Given | undefined => {
  if (answer === null) return undefined;
  const { message, at, decision } = answer;
  if (typeof message !== 'string' || !isInstant(at)) return undefined;
  return { message, at, decision: typeof decision === 'string' ? decision : undefined };
};
