/**
 * Adding an authenticator, whatever its kind: it is asked for, begun, shown, and finished by an answer that proves that its owner has
 * it. What is under way is a ceremony of the purpose `enrol`, bound to one session, and used up together with the enrolment. The proof
 * that comes with it is for that alone: it is no event of the session (T13).
 */
import { secondsAfter } from '@stile/core';
import type { Deps } from '../deps.ts';
import { randomId } from '../deps.ts';
import type { Answer, Begun, CannotBegin, Enrolment, Factor, NewAuthenticator, Refusal } from '../factors/factor.ts';
import { factorNamed, factors } from '../factors/factors.ts';
import { knownBrowser } from '../session/known-browser.ts';
import type { NewEnrolment } from '../store/ports.ts';
import type { Authenticator, Ceremony } from '../store/records.ts';

import { takeTry } from '../throttle/take-try.ts';
import { changeRecord, tellOwner } from './notices.ts';
import type { Owner } from './owner.ts';

/** A factor that people can enrol by themselves. */
export type EnrollableFactor = Factor & { readonly enrolment: Enrolment };

const isEnrollable = (factor: Factor): factor is EnrollableFactor => factor.enrolment !== undefined;

/** What a person can add, the strongest first. */
export const enrollableFactors = ({ config }: Pick<Deps, 'config'>): readonly EnrollableFactor[] =>
  factors
    .filter(isEnrollable)
    .filter((factor) => factor.available(config))
    .toSorted((one, other) => other.strength - one.strength);

/** An enrolment that is under way. */
export interface UnderWay {
  readonly factor: EnrollableFactor;
  readonly ceremony: Ceremony;
}

/** @param bond names the session and the way in which it is done, so that a page and an application do not answer one another */
export const beginEnrolment = async (
  factor: EnrollableFactor,
  owner: Owner,
  bond: string,
  answer: Answer,
  deps: Deps,
): Promise<(UnderWay & Pick<Begun, 'told'>) | CannotBegin> => {
  const id = randomId(deps, 'cer');
  const begun = await factor.enrolment.begin(owner, answer, id, deps);
  if (!begun.ok) return begun;
  const ceremony: Ceremony = {
    id,
    purpose: 'enrol',
    factor: factor.name,
    userId: owner.user.id,
    authenticatorId: null,
    boundTo: bond,
    data: begun.data,
    answer: null,
    createdAt: deps.now(),
    expiresAt: secondsAfter(deps.now(), factor.enrolment.lifetimeSeconds),
  };
  await deps.store.ceremonies.begin(ceremony);
  return { factor, ceremony, ...(begun.told && { told: begun.told }) };
};

/** What this person began under that bond and has not finished. */
export const enrolmentUnderWay = async (userId: string, bond: string, deps: Deps): Promise<UnderWay | undefined> => {
  const key = { purpose: 'enrol', boundTo: bond, authenticatorId: null } as const;
  const ceremony = await deps.store.ceremonies.underWay(key, deps.now());
  const factor = ceremony?.userId === userId ? factorNamed(ceremony.factor) : undefined;
  return ceremony && factor && isEnrollable(factor) && factor.available(deps.config) ? { factor, ceremony } : undefined;
};

export type Finished =
  | {
      readonly outcome: 'enrolled';
      readonly authenticators: readonly Authenticator[];
      readonly recoveryCodes: readonly string[];
    }
  | { readonly outcome: 'refused'; readonly reason: Refusal }
  | { readonly outcome: 'throttled'; readonly retryAfterSeconds: number }
  /** It was finished, replaced or ended meanwhile. */
  | { readonly outcome: 'over' }
  /** What it rests on has ended meanwhile. */
  | { readonly outcome: 'session-gone' }
  /** The very thing is somebody's already. */
  | { readonly outcome: 'taken' };

/**
 * Judges the last answer, within the limits, and enrols.
 *
 * @param name what its owner calls it; else it is called by its kind
 */
export const finishEnrolment = async (
  { factor, ceremony }: UnderWay,
  owner: Owner,
  answer: Answer,
  name: string | undefined,
  deps: Deps,
): Promise<Finished> => {
  const { user, request, caller } = owner;
  const limits = factor.limits({
    userId: user.id,
    username: user.username,
    authenticatorId: ceremony.id,
    address: caller.address,
    knownBrowser: await knownBrowser(user.id, request, deps),
  });
  const throttle = await takeTry(limits, deps);
  if (!throttle.allowed) return { outcome: 'throttled', retryAfterSeconds: throttle.retryAfterSeconds };
  const finished = await factor.enrolment.finish(owner, ceremony, answer, deps.now(), deps);
  if (!finished.ok) {
    deps.metrics.failed(factor.name, finished.reason);
    return { outcome: 'refused', reason: finished.reason };
  }
  const authenticators = finished.authenticators.map((made, index) =>
    asAuthenticator(made, user.id, index === 0 ? name : undefined, deps),
  );
  const renewal = factor.enrolment.renews === true ? await renewedBy(authenticators, deps) : {};
  const change = renewal.inPlaceOf ? 'recovery_codes.renewed' : 'authenticator.added';
  const enrolled = authenticators.map(({ id, factor: kind }) => ({ id, factor: kind }));
  const outcome = await deps.store.authenticators.enrol({
    userId: user.id,
    guard: owner.guard,
    authenticators,
    ...renewal,
    consume: [{ kind: 'ceremony', key: ceremony.id, expiresAt: ceremony.expiresAt }, ...finished.consume],
    audit: [changeRecord(owner, change, { factor: factor.name, enrolled }, deps)],
  });
  if (outcome === 'taken' || outcome === 'session-gone') return { outcome };
  if (outcome === 'already-used') return { outcome: 'over' };
  tellOwner(owner, change, deps, authenticators[0]?.name);
  return { outcome, authenticators, recoveryCodes: finished.show?.recoveryCodes ?? [] };
};

const asAuthenticator = (
  made: NewAuthenticator,
  userId: string,
  name: string | undefined,
  deps: Deps,
): Authenticator => ({
  ...made,
  userId,
  name: name ?? made.name,
  createdAt: deps.now(),
  lastUsedAt: null,
  preferredAt: null,
});

/** The one that a new sheet takes the place of, if there is one. */
const renewedBy = async (
  [fresh, ...others]: readonly Authenticator[],
  deps: Deps,
): Promise<Pick<NewEnrolment, 'inPlaceOf'>> => {
  if (!fresh || others.length > 0) return {};
  const theirs = await deps.store.authenticators.ofUser(fresh.userId);
  const former = theirs.find(({ factor }) => factor === fresh.factor);
  return former ? { inPlaceOf: former } : {};
};
