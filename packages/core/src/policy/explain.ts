import { earnedLevels } from '../authentication-context.ts';
import type { AuthenticationEvent } from '../authentication-event.ts';
import type { Instant } from '../instant.ts';
import { areMet } from '../step-up.ts';
import type { Level } from './levels.ts';
import type { Requirement, RequirementSource } from './requirement.ts';

/** Why a requirement is met or not, in stable words. */
export type RequirementReason =
  /** Met by the proof named. */
  | 'met'
  /** Nobody has signed in. */
  | 'nobody_signed_in'
  /** None of the levels asked for exists here. */
  | 'level_unknown'
  /** The proofs do not add up to the level. */
  | 'level_not_shown'
  /** None of the factors that are wanted was proven. */
  | 'factor_not_shown'
  /** They do, but the one that renews it is too old. */
  | 'proof_too_old'
  /** Every proof must be newer than the moment required, and they are not. */
  | 'proofs_too_old';

export interface RequirementTrace {
  readonly source: RequirementSource;
  readonly acr?: readonly string[];
  readonly since?: Instant;
  readonly factors?: readonly string[];
  readonly binds: 'proof' | 'every';
  readonly voluntary?: true;
  readonly met: boolean;
  readonly reason: RequirementReason;
  /** The proof that met it, or the latest that would have if it were fresher. */
  readonly by?: { readonly authenticator: string; readonly factor: string; readonly at: Instant };
}

/** Explains one requirement against the facts. The verdict is the one of the same predicate that decides. */
export const explainRequirement = (
  requirement: Requirement,
  events: readonly AuthenticationEvent[],
  levels: readonly Level[],
): RequirementTrace => {
  const { asked: _, ...shown } = requirement;
  const met = areMet(events, [requirement], levels);
  const by = renewingProof(requirement, events, levels);
  return {
    ...shown,
    met,
    reason: met ? 'met' : reasonUnmet(requirement, events, levels),
    ...(by && { by: { authenticator: by.authenticator, factor: by.factor, at: by.at } }),
  };
};

const reasonUnmet = (
  requirement: Requirement,
  events: readonly AuthenticationEvent[],
  levels: readonly Level[],
): RequirementReason => {
  if (requirement.acr?.length === 0) return 'level_unknown';
  if (!events.some(({ first }) => first)) return 'nobody_signed_in';
  const { since: _, ...ageless } = requirement;
  if (!areMet(events, [ageless], levels)) {
    const { factors: _factors, ...anyFactor } = ageless;
    return areMet(events, [anyFactor], levels) ? 'factor_not_shown' : 'level_not_shown';
  }
  return requirement.binds === 'every' ? 'proofs_too_old' : 'proof_too_old';
};

const renewingProof = (
  { acr, factors }: Requirement,
  events: readonly AuthenticationEvent[],
  levels: readonly Level[],
): AuthenticationEvent | undefined =>
  (factors
    ? events.filter(({ factor }) => factors.includes(factor))
    : earnedLevels(levels, events)
        .filter(({ level }) => acr === undefined || acr.includes(level.acr))
        .map(({ renewedBy }) => renewedBy)
  ).reduce<AuthenticationEvent | undefined>((last, event) => (last && last.at >= event.at ? last : event), undefined);
