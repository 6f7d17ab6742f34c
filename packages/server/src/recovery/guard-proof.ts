/** What somebody has shown before they enrol, as their interaction remembers it: for this interaction and this person alone (T13). */
import { hasProvenToAdd } from '../authenticator/demand.ts';
import type { SignedIn } from '../decision/facts.ts';
import type { Deps } from '../deps.ts';
import { usableAuthenticators } from '../factors/authenticators.ts';
import { isAlive } from '../session/current-session.ts';
import type { Once } from '../store/ports.ts';
import type { Interaction, User } from '../store/records.ts';
import { isReady, recoveryOf } from './lost-factor.ts';

/** Shown, not used up: that happens together with the enrolment. */
export interface GuardProof {
  readonly kind: 'ticket' | 'email' | 'recovery' | 'proof';
  /** The digest of the ticket, the id of the ceremony, or the id of the session that holds the proof. */
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

/** What an enrolment behind it uses up; undefined when the guard was used or ran out meanwhile, or was another person's all along. */
export const standingGuard = async (
  guard: GuardProof,
  deps: Pick<Deps, 'store' | 'now' | 'config'>,
): Promise<readonly Once[] | undefined> => {
  // A proof is a fact, and facts are not used up; it grows too old.
  if (guard.kind === 'proof') return (await isStillProven(guard, deps)) ? [] : undefined;
  const once = await standingOnce(guard, deps);
  return once && [once];
};

const isStillProven = async (
  { key, userId }: GuardProof,
  deps: Pick<Deps, 'store' | 'now' | 'config'>,
): Promise<boolean> => {
  const session = await deps.store.sessions.find(key);
  if (session?.userId !== userId || !isAlive(session, deps.now(), deps.config)) return false;
  return hasProvenToAdd(session.events, await usableAuthenticators(userId, deps), deps.now(), deps.config);
};

const standingOnce = async (
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

/** The guard that somebody has passed: one of this interaction, or a fresh proof by what they have. */
export const guardPassed = (
  interaction: Interaction,
  user: User,
  person: SignedIn | undefined,
): GuardProof | undefined =>
  guardProofIn(interaction, user) ??
  (person?.userId === user.id && person.hasProvenToAdd === true
    ? { kind: 'proof', key: person.sessionId, userId: user.id }
    : undefined);

/** Whether this person is recovering in this interaction, so that what they have lost is set aside. */
export const isRecovering = async (
  interaction: Interaction | undefined,
  user: User | undefined,
  deps: Pick<Deps, 'store' | 'now'>,
): Promise<boolean> => {
  const proof = interaction && user ? guardProofIn(interaction, user) : undefined;
  return proof?.kind === 'recovery' && (await standingOnce(proof, deps)) !== undefined;
};
