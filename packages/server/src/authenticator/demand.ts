/**
 * What has to be proven before a person changes what they prove themselves with, or ends their other sessions. It is said as a
 * requirement, and core's own predicate judges it: there is no second one.
 */
import type { AuthenticationEvent, Instant, Level, ProofDemand } from '@stile/core';
import { attainableLevels, contextThatMeets, countingProofs, secondsBefore } from '@stile/core';
import type { Config } from '../config/config.ts';
import type { UsableAuthenticator } from '../factors/authenticators.ts';
import { factors, proofOf } from '../factors/factors.ts';

/** The proof for a change is not older. */
export const CHANGE_MAX_AGE_SECONDS = 300;

/** The weakest level that nobody reaches by what they know alone: what a second proof is, whatever the levels are called. */
export const secondProofLevel = (levels: readonly Level[]): Level | undefined => {
  const known = factors
    .flatMap(({ name, best }) => best.map((traits, index) => proofOf(traits, `any-${name}-${index}`)))
    .filter(({ kinds }) => kinds.every((kind) => kind === 'knowledge'));
  const byKnowledge = attainableLevels(levels, known);
  return levels.findLast((level) => !byKnowledge.includes(level));
};

/** What is about to be changed. Adding an authenticator raises what its owner can show; whoever only knows a password must not do that. */
export type Change = 'add' | 'other';

/** A demand of one level and an age: what the account pages ask of an authorization request. */
export type ChangeDemand = ProofDemand & { readonly acr: readonly [string]; readonly maxAgeSeconds: number };

/**
 * What a change demands of a person: the strongest level that they can show, and in the last five minutes. To add an authenticator
 * takes a second proof at least; who has none is led through the guarded enrolment, or is refused (law 7).
 */
export const changeDemand = (
  change: Change,
  usable: readonly Pick<UsableAuthenticator, 'proof'>[],
  { levels }: Pick<Config, 'levels'>,
): ChangeDemand => {
  const second = secondProofLevel(levels);
  const reachable = attainableLevels(
    levels,
    usable.map(({ proof }) => proof),
  );
  const [strongest = levels.at(-1)] = reachable;
  const isEnough = change === 'other' || second === undefined || reachable.includes(second);
  return { acr: [(isEnough ? strongest : second)?.acr ?? ''], maxAgeSeconds: CHANGE_MAX_AGE_SECONDS };
};

/** Whether the proofs of a session meet a demand at this moment. */
export const meetsDemand = (
  events: readonly AuthenticationEvent[],
  { acr, maxAgeSeconds }: ChangeDemand,
  now: Instant,
  { levels }: Pick<Config, 'levels'>,
): boolean => {
  const requirement = {
    source: { from: 'user' },
    acr,
    since: secondsBefore(now, maxAgeSeconds),
    binds: 'proof',
  } as const;
  return contextThatMeets(countingProofs(events, now), [requirement], levels) !== undefined;
};

/** Whether somebody has anything by which they could; what is known alone is never enough. */
export const canProveToAdd = (usable: readonly Pick<UsableAuthenticator, 'proof'>[]): boolean =>
  usable.some(({ proof }) => proof.kinds.some((kind) => kind !== 'knowledge'));

/**
 * Whether somebody has just proven enough to add an authenticator, by one that they have: what stands before an addition at the account
 * pages stands before one on the way to a token as well (T8). Whoever has nothing but a password has not.
 */
export const hasProvenToAdd = (
  events: readonly AuthenticationEvent[],
  usable: readonly Pick<UsableAuthenticator, 'proof'>[],
  now: Instant,
  config: Pick<Config, 'levels'>,
): boolean => canProveToAdd(usable) && meetsDemand(events, changeDemand('add', usable, config), now, config);
