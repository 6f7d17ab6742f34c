import type { Proof } from '@stile/core';
import { isJsonObject } from '@stile/core';
import type { Once, Store } from '../store/ports.ts';
import type { Authenticator } from '../store/records.ts';
import type { FactorTraits } from './factor.ts';
import { factors } from './factor.ts';

/** A factor by name, if this server can verify it. */
const factorNamed = (name: string): FactorTraits | undefined =>
  name === 'password' || name === 'totp' || name === 'recovery-code' ? factors[name] : undefined;

const proofOf = (traits: FactorTraits, authenticator: string): Proof => {
  const { strength: _strength, ...proof } = traits;
  return { ...proof, authenticator };
};

/** What an authenticator would prove; nothing for a factor that this server cannot verify. */
export const wouldProve = (authenticator: Authenticator): Proof | undefined => {
  const traits = factorNamed(authenticator.factor);
  return traits && proofOf(traits, authenticator.id);
};

/** What one authenticator of every kind that this server can verify would prove. */
export const installedProofs: readonly Proof[] = Object.values(factors).map((traits) =>
  proofOf(traits, `any-${traits.factor}`),
);

/** What a person may enrol while stepping up, behind the guard: an authenticator app. */
export const enrollableProofs: readonly Proof[] = [proofOf(factors.totp, 'new-totp')];

const strengthOf = ({ factor }: Authenticator): number => factorNamed(factor)?.strength ?? 0;

/** A person's authenticators that can still prove something, strongest first. */
export const usableAuthenticators = async (userId: string, store: Store): Promise<readonly UsableAuthenticator[]> => {
  const all = [...(await store.authenticators.ofUser(userId))].sort(
    (one, other) => strengthOf(other) - strengthOf(one),
  );
  const usable = await Promise.all(all.map((authenticator) => asUsable(authenticator, store)));
  return usable.filter((found) => found !== undefined);
};

/** An authenticator that can be proven now. */
export interface UsableAuthenticator {
  readonly authenticator: Authenticator;
  readonly proof: Proof;
  /** How many of its one-time parts are left; only for recovery codes. */
  readonly codesLeft?: number;
}

const asUsable = async (authenticator: Authenticator, store: Store): Promise<UsableAuthenticator | undefined> => {
  const proof = wouldProve(authenticator);
  if (!proof) return undefined;
  if (authenticator.factor !== 'recovery-code') return { authenticator, proof };
  const keys = recoveryCodesOf(authenticator).map(({ id }) => recoveryCodeOnce(authenticator, id).key);
  const used = await store.authenticators.usedOf('recovery-code', keys);
  const codesLeft = keys.length - used.length;
  return codesLeft > 0 ? { authenticator, proof, codesLeft } : undefined;
};

/** The stored recovery codes of an authenticator. */
export const recoveryCodesOf = ({
  material,
}: Authenticator): readonly { readonly id: string; readonly hash: string }[] => {
  const codes = material.codes;
  if (!Array.isArray(codes)) return [];
  return codes.flatMap((code: unknown) =>
    isJsonObject(code) && typeof code.id === 'string' && typeof code.hash === 'string'
      ? [{ id: code.id, hash: code.hash }]
      : [],
  );
};

/** What using a recovery code uses up. */
export const recoveryCodeOnce = (authenticator: Authenticator, codeId: string): Once => ({
  kind: 'recovery-code',
  key: `${authenticator.id}:${codeId}`,
  expiresAt: null,
});
