/** Which guards stand before an enrolment of one person. */
import type { Proof } from '@stile/core';
import type { Guard } from '../config/enrolment-schema.ts';
import { guardsIn } from '../config/enrolment-schema.ts';
import type { Deps } from '../deps.ts';
import type { UsableAuthenticator } from '../factors/authenticators.ts';
import { enrollableProofs } from '../factors/factors.ts';
import { recoveryChannelOf } from '../factors/recovery-channel.ts';
import type { User } from '../store/records.ts';
import { verifiedEmail } from './verified-email.ts';

const isKnowledge = ({ kinds }: Proof): boolean => kinds.every((kind) => kind === 'knowledge');

const channelOf = (usable: readonly UsableAuthenticator[]): string | undefined =>
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
  { config, post }: Pick<Deps, 'config' | 'post'>,
): readonly Guard[] => {
  const byMail =
    post.canSend &&
    verifiedEmail(user) !== undefined &&
    channelOf(usable) === undefined &&
    usable.every(({ proof }) => isKnowledge(proof));
  return guardsIn(config.enrolment).filter((guard) => guard !== 'email' || byMail);
};

/**
 * What a person may enrol behind a guard; not what would be of no use to them afterwards (T9).
 *
 * @param hasPassed whether they have passed one already that is not asked for here: a recovery
 */
export const enrollableBehindGuards = (
  user: User,
  usable: readonly UsableAuthenticator[],
  deps: Pick<Deps, 'config' | 'post'>,
  hasPassed: boolean,
): readonly Proof[] => {
  const channel = channelOf(usable);
  return hasPassed || guardsFor(user, usable, deps).length > 0
    ? enrollableProofs(deps.config).filter(({ factor }) => factor !== channel)
    : [];
};

/** What is left of somebody's proofs when all that could be lost with a device is set aside. */
export const withoutLost = (usable: readonly UsableAuthenticator[]): readonly UsableAuthenticator[] =>
  usable.filter(({ proof }) => isKnowledge(proof));
