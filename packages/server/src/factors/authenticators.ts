import type { Proof } from '@stile/core';
import type { Deps } from '../deps.ts';
import type { Authenticator } from '../store/records.ts';
import type { Factor } from './factor.ts';
import { factorNamed, factors, proofOf } from './factors.ts';
import { recoveryChannelOf } from './recovery-channel.ts';

/** What an authenticator would prove; nothing for a factor that this server cannot verify. */
export const wouldProve = (authenticator: Authenticator): Proof | undefined => {
  const traits = factorNamed(authenticator.factor)?.proves(authenticator);
  return traits && proofOf(traits, authenticator.id);
};

/** An authenticator that can be proven now. */
export interface UsableAuthenticator {
  readonly authenticator: Authenticator;
  readonly factor: Factor;
  readonly proof: Proof;
  /** How many of its one-time parts are left; only for recovery codes. */
  readonly codesLeft?: number;
}

/** A person's authenticators that can be proven now: the one they prefer first, then the strongest. */
export const usableAuthenticators = async (
  userId: string,
  { store, config }: Pick<Deps, 'store' | 'config'>,
): Promise<readonly UsableAuthenticator[]> => {
  const enrolled = await store.authenticators.ofUser(userId);
  const all = [...enrolled, ...(await impliedFor(userId, enrolled, { store, config }))];
  const usable = await Promise.all(all.map((authenticator) => asUsable(authenticator, { store, config })));
  const channel = recoveryChannelOf(all);
  return usable
    .filter((found) => found !== undefined)
    .filter(({ proof }) => proof.factor !== channel)
    .sort((one, other) => preference(other) - preference(one) || other.factor.strength - one.factor.strength);
};

/** What they have without having enrolled it, beside what they have enrolled of another kind. */
const impliedFor = async (
  userId: string,
  enrolled: readonly Authenticator[],
  { store, config }: Pick<Deps, 'store' | 'config'>,
): Promise<readonly Authenticator[]> => {
  const makers = factors
    .filter(({ name }) => enrolled.every(({ factor }) => factor !== name))
    .flatMap((factor) => factor.implied?.(config) ?? []);
  const user = makers.length === 0 ? undefined : await store.users.find(userId);
  return user ? makers.flatMap((make) => make(user) ?? []) : [];
};

const preference = ({ authenticator }: UsableAuthenticator): number => authenticator.preferredAt ?? 0;

const asUsable = async (
  authenticator: Authenticator,
  { store, config }: Pick<Deps, 'store' | 'config'>,
): Promise<UsableAuthenticator | undefined> => {
  const factor = factorNamed(authenticator.factor);
  const proof = wouldProve(authenticator);
  if (!factor?.available(config) || !proof) return undefined;
  if (!factor.usable) return { authenticator, factor, proof };
  const left = await factor.usable(authenticator, store);
  return left && { authenticator, factor, proof, ...left };
};
