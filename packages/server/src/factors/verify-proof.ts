import type { AuthenticationEvent, Instant } from '@stile/core';
import { secondsAfter } from '@stile/core';
import type { Deps } from '../deps.ts';
import type { Once } from '../store/ports.ts';
import type { Authenticator } from '../store/records.ts';
import { recoveryCodeOnce, recoveryCodesOf, wouldProve } from './authenticators.ts';
import { decodeBase32 } from './base32.ts';
import { PasswordHasherBusy } from './password-hasher.ts';
import { matchRecoveryCode } from './recovery-code.ts';
import { matchTotp, normaliseCode } from './totp.ts';

/** What came of checking what a person typed. Nothing is recorded yet: that happens together with using it up. */
export type ProofOutcome =
  | {
      readonly valid: true;
      readonly event: AuthenticationEvent;
      readonly consume: readonly Once[];
      /** What must not be accepted any more besides. */
      readonly retire: readonly Once[];
      /** The stored material may be replaced by this stronger one. */
      readonly material?: Authenticator['material'];
    }
  | { readonly valid: false; readonly reason: 'wrong' | 'unverifiable' };

const wrong: ProofOutcome = { valid: false, reason: 'wrong' };

/** A TOTP step is accepted within a minute and a half of its time; its memory is kept for longer than that. */
const TOTP_MEMORY_SECONDS = 600;

/**
 * Checks a secret or code against one authenticator of one person.
 *
 * @param at the moment the proof counts as given
 * @throws PasswordHasherBusy when too many passwords are being checked
 */
export const verifyProof = async (
  authenticator: Authenticator,
  typed: string,
  at: Instant,
  deps: Deps,
): Promise<ProofOutcome> => {
  const proof = wouldProve(authenticator);
  if (!proof) return { valid: false, reason: 'unverifiable' };
  const event: AuthenticationEvent = { ...proof, at };
  switch (authenticator.factor) {
    case 'password':
      return verifyPassword(authenticator, typed, event, deps);
    case 'totp':
      return verifyTotp(authenticator, typed, event, deps);
    case 'recovery-code':
      return verifyRecoveryCode(authenticator, typed, event);
    default:
      return { valid: false, reason: 'unverifiable' };
  }
};

const verifyPassword = async (
  { material }: Authenticator,
  typed: string,
  event: AuthenticationEvent,
  deps: Deps,
): Promise<ProofOutcome> => {
  const stored = material.hash;
  const verdict = await deps.passwords.verify(typeof stored === 'string' ? stored : undefined, typed);
  if (!verdict.valid) return wrong;
  if (!verdict.needsRehash) return { valid: true, event, consume: [], retire: [] };
  const hash = await strongerHash(typed, deps);
  return {
    valid: true,
    event,
    consume: [],
    retire: [],
    ...(hash !== undefined && { material: { ...material, hash } }),
  };
};

/** A right password stays right when there is no time just now to hash it anew. */
const strongerHash = async (password: string, deps: Deps): Promise<string | undefined> => {
  try {
    return await deps.passwords.hash(password);
  } catch (error) {
    if (error instanceof PasswordHasherBusy) return undefined;
    throw error;
  }
};

/** Does for nobody the work that a password costs, so that unknown users take as long as known ones. */
export const spendPasswordWork = async (typed: string, deps: Deps): Promise<void> => {
  await deps.passwords.verify(undefined, typed);
};

const verifyTotp = async (
  authenticator: Authenticator,
  typed: string,
  event: AuthenticationEvent,
  deps: Deps,
): Promise<ProofOutcome> => {
  const secret =
    typeof authenticator.material.secret === 'string' ? decodeBase32(authenticator.material.secret) : undefined;
  if (!secret) return { valid: false, reason: 'unverifiable' };
  const code = normaliseCode(typed);
  const match = code === undefined ? undefined : matchTotp(secret, code, deps.now());
  if (!match) return wrong;
  const step = (counter: number): Once => totpOnce(authenticator.id, counter, deps.now());
  // With a later code the earlier ones of the window are worth nothing any more, whether or not they were seen.
  return {
    valid: true,
    event,
    consume: [step(match.counter)],
    retire: [step(match.counter - 1), step(match.counter - 2)],
  };
};

/** A time step of an authenticator may serve once (RFC 6238, section 5.2). */
const totpOnce = (authenticatorId: string, counter: number, now: Instant): Once => ({
  kind: 'totp',
  key: `${authenticatorId}:${counter}`,
  expiresAt: secondsAfter(now, TOTP_MEMORY_SECONDS),
});

const verifyRecoveryCode = (authenticator: Authenticator, typed: string, event: AuthenticationEvent): ProofOutcome => {
  const id = matchRecoveryCode(recoveryCodesOf(authenticator), typed);
  return id === undefined ? wrong : { valid: true, event, consume: [recoveryCodeOnce(authenticator, id)], retire: [] };
};
