import type { Instant } from '@stile/core';
import { secondsAfter } from '@stile/core';
import type { Interaction } from '../store/records.ts';

/**
 * Whether a request still waits for its answer. One that was made later than now was dated by a clock that has been set back since:
 * every proof in answer to it would have to be dated ahead, and would not count.
 */
export const isOpen = ({ finishedAt, expiresAt, requestedAt }: Interaction, now: Instant): boolean =>
  finishedAt === null && now < expiresAt && requestedAt <= secondsAfter(now, 1);
