/** When a refresh token that is presented again counts as stolen (RFC 9700, section 4.14.2). */
import type { Instant } from '@stile/core';
import type { RefreshToken } from './records.ts';

/**
 * Whether a refresh token has been used up. The answer to the first try may have been lost on its way: within the grace the same successor may
 * be fetched again, as long as nobody has used that.
 *
 * @param successor what is kept of the token that it would give way to
 */
export const isReused = (
  token: Pick<RefreshToken, 'rotatedAt' | 'successorHash'>,
  successor: Pick<RefreshToken, 'rotatedAt' | 'tokenHash'> | undefined,
  now: Instant,
  graceSeconds: number,
): boolean => {
  if (token.rotatedAt === null) return false;
  const inGrace = graceSeconds > 0 && now - token.rotatedAt <= graceSeconds;
  return !inGrace || successor?.tokenHash !== token.successorHash || successor.rotatedAt !== null;
};
