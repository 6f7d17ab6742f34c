/** Which guards stand before an enrolment of one person. */
import type { Proof } from '@stile/core';
import type { Guard } from '../config/enrolment-schema.ts';
import { guardsIn } from '../config/enrolment-schema.ts';
import type { SignedIn } from '../decision/facts.ts';
import type { Policy } from '../decision/policy.ts';
import type { Deps } from '../deps.ts';
import type { UsableAuthenticator } from '../factors/authenticators.ts';
import { recoveryChannelOf } from '../factors/recovery-channel.ts';
import type { User } from '../store/records.ts';
import { verifiedEmail } from './verified-email.ts';

const isKnowledge = ({ kinds }: Proof): boolean => kinds.every((kind) => kind === 'knowledge');

/** By what factor they recover, which they may not enrol. */
export const channelOf = (usable: readonly UsableAuthenticator[]): string | undefined =>
  recoveryChannelOf(usable.map(({ authenticator }) => authenticator));

/**
 * The guards that this person may pass. The mail guards nobody who has another proof, for then that one is what shows who they are (T8: at
 * the account pages, or with a ticket); nor anybody whose password was reset by mail, for whoever reads the mailbox would then need nothing
 * else (T9).
 *
 * @param usable what they can prove now
 */
export const guardsFor = (
  user: User,
  usable: readonly UsableAuthenticator[],
  deps: Pick<Deps, 'config' | 'post'>,
): readonly Guard[] => guardsOf({ mailMayGuard: mailMayGuard(user, usable, deps) }, guardsIn(deps.config.enrolment));

const guardsOf = (
  { mailMayGuard: byMail }: Pick<SignedIn, 'mailMayGuard'>,
  guards: readonly Guard[],
): readonly Guard[] => guards.filter((guard) => guard !== 'email' || byMail);

/** Whether a mail may stand before an enrolment of this person. */
export const mailMayGuard = (
  user: User,
  usable: readonly UsableAuthenticator[],
  { post }: Pick<Deps, 'post'>,
): boolean =>
  post.canSend &&
  verifiedEmail(user) !== undefined &&
  channelOf(usable) === undefined &&
  usable.every(({ proof }) => isKnowledge(proof));

/**
 * What a person may enrol behind a guard; not what would be of no use to them afterwards (T9). A recovery is a guard that they have passed,
 * and so is a fresh proof by what they have, wherever people may enrol on the way to a token at all.
 */
export const enrollableNow = (
  person: Pick<SignedIn, 'mailMayGuard' | 'recoversBy' | 'isRecovering' | 'hasProvenToAdd'>,
  { enrollable, guards }: Pick<Policy, 'enrollable' | 'guards'>,
): readonly Proof[] => {
  const hasPassed = person.isRecovering || (person.hasProvenToAdd === true && guards.length > 0);
  return hasPassed || guardsOf(person, guards).length > 0
    ? enrollable.filter(({ factor }) => factor !== person.recoversBy)
    : [];
};

/** What is left of somebody's proofs when all that could be lost with a device is set aside. */
export const withoutLost = (usable: readonly UsableAuthenticator[]): readonly UsableAuthenticator[] =>
  usable.filter(({ proof }) => isKnowledge(proof));
