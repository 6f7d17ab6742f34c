/** What a challenge may ask for, as the decision has it; and whose answer it was. */
import type { Proof } from '@stile/core';
import type { UsableAuthenticator } from '../factors/authenticators.ts';
import type { Answer } from '../factors/factor.ts';
import type { Opened } from './open.ts';

/** One way of the page: an authenticator, or all of a factor whose answers say which of them they come from. */
export interface Candidate extends UsableAuthenticator {
  /** What forms and addresses call it. */
  readonly name: string;
  /** Any of these may answer; itself, and no other that would not do. */
  readonly anyOf: readonly UsableAuthenticator[];
}

/** What may be proven next: the first of every choice. */
export const candidates = ({ decided }: Opened): readonly Candidate[] => {
  const { next } = decided.decision;
  if (next.step !== 'challenge') return [];
  const first = next.anyOf.map(([proof]) => proof).filter((proof): proof is Proof => proof !== undefined);
  const fitting = decided.authenticators.filter(({ authenticator }) =>
    first.some((proof) => proof.authenticator === authenticator.id),
  );
  return fitting.flatMap((usable) => candidateOf(usable, fitting));
};

/** The best of those that are asked for together stands for all of them. */
const candidateOf = (usable: UsableAuthenticator, fitting: readonly UsableAuthenticator[]): readonly Candidate[] => {
  const { factor, authenticator } = usable;
  if (!factor.lookupIn) return [{ ...usable, name: authenticator.id, anyOf: [usable] }];
  const anyOf = fitting.filter((other) => other.factor === factor);
  return anyOf[0] === usable ? [{ ...usable, name: factor.name, anyOf }] : [];
};

export const chosen = (all: readonly Candidate[], name: string | undefined): Candidate | undefined =>
  all.find((candidate) => candidate.name === name);

/** The very one that answered. Whoever is none of those that may is judged by the first of them, and refused as another. */
export const answering = (candidate: Candidate, answer: Answer): Candidate => {
  const lookup = candidate.factor.lookupIn?.(answer);
  const found = candidate.anyOf.find(({ authenticator }) => authenticator.lookup === lookup);
  return lookup === undefined || !found ? candidate : { ...candidate, ...found };
};

/** Asked for by itself from now on. */
export const byItself = (candidate: Candidate): Candidate => ({ ...candidate, anyOf: [candidate] });
