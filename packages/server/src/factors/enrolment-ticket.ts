import { secondsAfter } from '@stile/core';
import type { Deps } from '../deps.ts';
import { sha256 } from '../digest.ts';
import { generateRecoveryCodes, normaliseRecoveryCode } from './recovery-code.ts';

/** How a ticket is kept: by the digest of its normal form, so that case and hyphens do not matter. */
export const ticketDigest = (typed: string): string | undefined => {
  const normal = normaliseRecoveryCode(typed);
  return normal === undefined ? undefined : sha256(`enrolment ticket ${normal}`);
};

/**
 * Makes a one-time set-up code for a person: an administrator's word that whoever holds it may connect an authenticator.
 * It has 120 bits, like a recovery code, and is kept as a digest only.
 *
 * @returns the code, to be handed over by a way that a password thief does not share
 */
export const issueEnrolmentTicket = async (
  userId: string,
  { store, config, now, randomBytes }: Pick<Deps, 'store' | 'config' | 'now' | 'randomBytes'>,
): Promise<string> => {
  const [code = ''] = generateRecoveryCodes(randomBytes, 1);
  const ticketHash = ticketDigest(code);
  if (ticketHash === undefined) throw new Error('A new ticket must be readable.');
  await store.authenticators.saveTicket({
    ticketHash,
    userId,
    createdAt: now(),
    expiresAt: secondsAfter(now(), config.lifetimes.enrolmentTicket),
  });
  return code;
};
