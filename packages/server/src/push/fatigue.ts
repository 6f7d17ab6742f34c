/**
 * Nobody is asked until they give in. Whoever knows a password could have its owner's phone ring all night: so there is one open
 * question for a person at a time, a budget of questions, and after denials a pause that grows. All of this is kept twice: for questions
 * that are asked where the device approved before, and for all others, so that whoever merely knows the password uses up nothing of the
 * owner's.
 */
import type { Instant } from '@stile/core';
import { instant } from '@stile/core';
import type { Decision } from './answer.ts';

/** Denials in a row, and when the last one was. */
export interface Denials {
  readonly count: number;
  readonly lastAt: Instant;
}

export const noDenials: Denials = { count: 0, lastAt: instant(0) };

/** Those of questions that anybody asks who knows the password, and of those that are asked where the device approved before. */
export interface DenialsByAsker {
  readonly strangers: Denials;
  readonly proven: Denials;
}

export const neverDenied: DenialsByAsker = { strangers: noDenials, proven: noDenials };

/** Whose denials a question adds to, and is held up by. */
export const askerOf = ({ proven }: { readonly proven: boolean }): keyof DenialsByAsker =>
  proven ? 'proven' : 'strangers';

/** After the first denial in a row, the second, and so on; the last holds for all that follow. */
const PAUSES_SECONDS = [60, 300, 1_800, 7_200, 86_400] as const;

/** So many denials a report counts for: the first one alone pauses for half an hour. */
const REPORT_COUNTS = 3;

/** From then on the person may be asked again. */
export const pausedUntil = ({ count, lastAt }: Denials): Instant => {
  if (count <= 0) return instant(0);
  const index = Math.min(count, PAUSES_SECONDS.length) - 1;
  return instant(lastAt + (PAUSES_SECONDS[index] ?? 0));
};

/** What an answer makes of the denials so far: an approval forgets them, those of the same askers. */
export const afterDecision = (denials: Denials, decision: Decision | 'mismatch', now: Instant): Denials => {
  if (decision === 'approve') return noDenials;
  const more = decision === 'report' ? REPORT_COUNTS : 1;
  return { count: Math.min(denials.count + more, PAUSES_SECONDS.length), lastAt: now };
};
