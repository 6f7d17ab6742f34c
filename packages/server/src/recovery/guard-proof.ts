/** What somebody has shown before they enrol, as their interaction remembers it: for this interaction and this person alone (T13). */
import type { Deps } from '../deps.ts';
import type { Once } from '../store/ports.ts';
import type { Interaction, User } from '../store/records.ts';
import { isReady, recoveryOf } from './lost-factor.ts';

/** Shown, not used up: that happens together with the enrolment. */
export interface GuardProof {
  readonly kind: 'ticket' | 'email' | 'recovery';
  /** The digest of the ticket, or the id of the ceremony. */
  readonly key: string;
  readonly userId: string;
}

const KINDS = ['ticket', 'email', 'recovery'] as const;

/** The guard that this person has passed in this interaction, whether or not it still stands. */
export const guardProofIn = ({ progress }: Interaction, user: User): GuardProof | undefined => {
  const { guard, guardKey: key, guardedUser: userId } = progress;
  const kind = KINDS.find((one) => one === guard);
  if (kind === undefined || typeof key !== 'string' || userId !== user.id) return undefined;
  return { kind, key, userId: user.id };
};

/** How an interaction keeps it. */
export const asProgress = ({ kind, key, userId }: GuardProof): Interaction['progress'] => ({
  guard: kind,
  guardKey: key,
  guardedUser: userId,
});

/** What an enrolment behind it uses up; nothing when the guard was used or ran out meanwhile, or was another person's all along. */
export const standingGuard = async (
  { kind, key, userId }: GuardProof,
  deps: Pick<Deps, 'store' | 'now'>,
): Promise<Once | undefined> => {
  if (kind === 'ticket') {
    const ticket = await deps.store.authenticators.findTicket(key, deps.now());
    return ticket?.userId === userId ? { kind: 'enrolment-ticket', key, expiresAt: ticket.expiresAt } : undefined;
  }
  if (kind === 'recovery') {
    const recovery = await recoveryOf(key, userId, deps);
    return recovery && isReady(recovery, deps.now()) ? ceremonyOnce(key, recovery.expiresAt) : undefined;
  }
  const mailed = await deps.store.ceremonies.find(key, deps.now());
  return mailed?.purpose === 'guard' && mailed.userId === userId ? ceremonyOnce(key, mailed.expiresAt) : undefined;
};

const ceremonyOnce = (key: string, expiresAt: Once['expiresAt']): Once => ({ kind: 'ceremony', key, expiresAt });

/** Whether this person is recovering in this interaction, so that what they have lost is set aside. */
export const isRecovering = async (
  interaction: Interaction | undefined,
  user: User | undefined,
  deps: Pick<Deps, 'store' | 'now'>,
): Promise<boolean> => {
  const proof = interaction && user ? guardProofIn(interaction, user) : undefined;
  return proof?.kind === 'recovery' && (await standingGuard(proof, deps)) !== undefined;
};
