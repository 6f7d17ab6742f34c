/** What commands of Actions demand of a person, given what the person has; and what `api.stepUp.require` does. */
import type { Instant, Level, Result } from '@stile/core';
import { agesFrom, durationInSeconds, instant, levelNamed, ok, refused, secondsBefore } from '@stile/core';
import { z } from 'zod';
import type { JsonObject } from './call.ts';
import type { ActionRun, Demand, RunFailure } from './run-state.ts';
import type { ActionWorld } from './world.ts';

/** Why something that was demanded cannot be. */
export interface Undemandable {
  readonly failure: RunFailure;
  readonly message: string;
}

const stepUpDemand = z.strictObject({
  acr: z.array(z.string().min(1).max(256)).min(1).max(10).optional(),
  maxAge: z.union([z.number().int().min(0).max(1_000_000_000), z.string().max(16)]).optional(),
  reason: z.string().max(300).optional(),
});

/** Levels by their own names. One that does not exist could never be met, and would be a slip of the author's. */
const levelsNamed = (names: readonly string[], levels: readonly Level[]): Result<readonly string[], Undemandable> => {
  const unknown = names.find((name) => levelNamed(levels, name) === undefined);
  return unknown === undefined
    ? ok(names.flatMap((name) => levelNamed(levels, name)?.acr ?? []))
    : refused({ failure: 'invalid_command', message: `There is no level ${unknown.slice(0, 100)}` });
};

/**
 * What `api.stepUp.require` demands. An age is counted back from the request, as that of `max_age` is, so that a proof which was given
 * for it is never too old for it again; but a request that was left lying keeps no old proof fresh.
 */
export const demandOfStepUp = (
  asked: JsonObject,
  action: string,
  { requestedAt }: Pick<ActionRun, 'requestedAt'>,
  { levels, nowMs }: Pick<ActionWorld, 'levels' | 'nowMs'>,
): Result<Demand, Undemandable> => {
  const bad = (message: string): Result<never, Undemandable> =>
    refused({ failure: 'invalid_command', message: `api.stepUp.require: ${message}` });
  const parsed = stepUpDemand.safeParse(asked);
  if (!parsed.success) return bad(z.prettifyError(parsed.error).slice(0, 300));
  const { acr, maxAge, reason } = parsed.data;
  if (acr === undefined && maxAge === undefined) return bad('name acr, maxAge, or both');
  const seconds = typeof maxAge === 'string' ? durationInSeconds(maxAge) : maxAge;
  if (maxAge !== undefined && seconds === undefined) return bad('maxAge must be seconds, or a duration as "5m"');
  const named = acr === undefined ? undefined : levelsNamed(acr, levels);
  if (named?.ok === false) return named;
  const countedFrom = agesFrom(requestedAt, instant(Math.floor(nowMs() / 1000)));
  return ok({
    action,
    by: 'step-up',
    ...(named && { acr: named.value }),
    ...(seconds !== undefined && { since: secondsBefore(countedFrom, seconds) }),
    ...(reason !== undefined && reason !== '' && { reason }),
  });
};

/**
 * What `multifactor.enable` demands: more than one kind of proof. Without leave to remember the browser one of them has to be of this
 * transaction; with it, those of the session do, and whoever is remembered may be spared.
 */
export const demandOfEnable = (
  action: string,
  mayRemember: boolean,
  requestedAt: Instant,
  levels: readonly Level[],
): Result<Demand, Undemandable> => {
  const level = levelNamed(levels, 'mfa');
  if (level === undefined) return refused({ failure: 'no_usable_factor', message: 'There is no level mfa here' });
  return ok({
    action,
    by: 'multifactor.enable',
    acr: [level.acr],
    ...(mayRemember ? { sparedByRememberedBrowser: true as const } : { since: requestedAt }),
  });
};

/** What a challenge demands of this person: one of the factors that they have and that can be asked for here. */
const demandOfChallenge = (
  action: string,
  factors: readonly string[],
  { requestedAt }: Pick<ActionRun, 'requestedAt'>,
  { availableFactors, input }: ActionWorld,
): Result<Demand, Undemandable> => {
  const has = new Set(input.person.authenticators.map(({ factor }) => factor));
  const usable = factors.filter((factor) => has.has(factor) && availableFactors.includes(factor));
  return usable.length > 0
    ? ok({ action, by: 'challenge', factors: usable, since: requestedAt })
    : refused({ failure: 'no_usable_factor', message: `The person can use none of ${factors.join(', ')}` });
};

/** What an enrolment demands: one of the factors that the person has not; nothing when they have them all. */
const demandOfEnrolment = (
  action: string,
  factors: readonly string[],
  { requestedAt }: Pick<ActionRun, 'requestedAt'>,
  { availableFactors, enrollableFactors, input }: ActionWorld,
): Result<Demand | undefined, Undemandable> => {
  const has = new Set(input.person.authenticators.map(({ factor }) => factor));
  const available = factors.filter((factor) => availableFactors.includes(factor));
  if (available.length > 0 && available.every((factor) => has.has(factor))) return ok(undefined);
  const missing = available.filter((factor) => !has.has(factor) && enrollableFactors.includes(factor));
  return missing.length > 0
    ? ok({ action, by: 'enrol', factors: missing, since: requestedAt })
    : refused({ failure: 'no_usable_factor', message: `The person can enrol none of ${factors.join(', ')}` });
};

export const demandOf = (
  { does, factors }: { readonly does: 'challenge' | 'enrol'; readonly factors: readonly string[] },
  action: string,
  run: Pick<ActionRun, 'requestedAt'>,
  world: ActionWorld,
): Result<Demand | undefined, Undemandable> =>
  does === 'challenge'
    ? demandOfChallenge(action, factors, run, world)
    : demandOfEnrolment(action, factors, run, world);
