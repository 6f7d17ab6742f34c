/**
 * A second opinion for the tests of the laws: the same questions, answered another way than the rules answer them,
 * by the definitions alone and without any search.
 */
import type { AuthenticationContext } from './authentication-context.ts';
import type { AuthenticationEvent } from './authentication-event.ts';
import type { Decision } from './next-step.ts';
import type { Level, ProofClass } from './policy/levels.ts';
import type { Requirement } from './policy/requirement.ts';
import type { Choice } from './step-up.ts';

const isOf = (proofClass: ProofClass, { kinds, phishingResistant, hardwareBound }: AuthenticationEvent): boolean =>
  proofClass === 'any' ||
  (proofClass === 'not-knowledge' && (kinds.includes('possession') || kinds.includes('inherence'))) ||
  (proofClass === 'phishing-resistant' && phishingResistant) ||
  (proofClass === 'phishing-resistant-hardware' && phishingResistant && hardwareBound);

/** The second at which a level was renewed last; -1 when the events do not earn it. */
const renewal = (level: Level, events: readonly AuthenticationEvent[]): number => {
  const kinds = new Set(events.flatMap((event) => event.kinds));
  const earned = events.some(({ first }) => first) && events.some((event) => isOf(level.shownBy, event));
  if (!earned || kinds.size < level.kinds) return -1;
  return Math.max(-1, ...events.filter((event) => isOf(level.renewedBy, event)).map(({ at }) => at));
};

const counting = (
  events: readonly AuthenticationEvent[],
  requirements: readonly Requirement[],
): readonly AuthenticationEvent[] => {
  const from = Math.max(0, ...requirements.map(({ binds, since }) => (binds === 'every' && since ? since : 0)));
  return events.filter(({ at }) => at >= from);
};

/**
 * Requirements are met when every one of them finds a level of its own that was renewed at or after the latest of all
 * their moments (and, when none names a level, some level was).
 */
export const isMet = (
  events: readonly AuthenticationEvent[],
  requirements: readonly Requirement[],
  levels: readonly Level[],
): boolean => {
  const pool = counting(events, requirements);
  const from = latestSince(requirements);
  const fresh = levels.filter((level) => renewal(level, pool) >= from).map(({ acr }) => acr);
  const factorsAreThere = requirements.every(
    ({ factors, since = 0 }) =>
      factors === undefined || pool.some(({ factor, at }) => factors.includes(factor) && at >= since),
  );
  return (
    factorsAreThere &&
    fresh.length > 0 &&
    requirements.every(({ acr }) => acr === undefined || acr.some((name) => fresh.includes(name)))
  );
};

/** The moment since which a level must have been renewed; a factor that is wanted for itself does not ask for that. */
const latestSince = (requirements: readonly Requirement[]): number =>
  Math.max(0, ...requirements.map(({ since, factors }) => (factors === undefined ? (since ?? 0) : 0)));

/** What a context says that its events do not. */
export const untruths = (
  context: AuthenticationContext,
  events: readonly AuthenticationEvent[],
  requirements: readonly Requirement[],
  levels: readonly Level[],
): readonly string[] => {
  const pool = counting(events, requirements);
  const held = levels.filter((level) => renewal(level, pool) >= context.authTime);
  const mfa = levels.find((level) => level.acr === 'mfa' && renewal(level, pool) >= 0);
  const times = new Map<string, number>();
  for (const { amr, at } of pool) for (const name of amr) times.set(name, Math.max(at, times.get(name) ?? at));
  times.delete('mfa');
  if (mfa) times.set('mfa', renewal(mfa, pool));
  const sorted = (pairs: Iterable<readonly [string, number]>): string =>
    Array.from(pairs, ([name, at]) => `${name}@${at}`)
      .toSorted()
      .join(' ');
  const checks: Readonly<Record<string, boolean>> = {
    acr: held.some(({ acr, aliases }) => acr === context.acr || aliases.includes(context.acr)),
    acrs: JSON.stringify(held.map(({ acr }) => acr)) === JSON.stringify(context.acrs),
    auth_time: levels.some((level) => renewal(level, pool) === context.authTime),
    amr: JSON.stringify([...times.keys()].toSorted()) === JSON.stringify(context.amr.toSorted()),
    amr_times: sorted(times) === sorted(Object.entries(context.amrTimes)),
    since: context.authTime >= latestSince(requirements),
    required: requirements.every(({ acr }) => acr === undefined || acr.some((name) => context.acrs.includes(name))),
  };
  return Object.keys(checks).filter((name) => !checks[name]);
};

/** How many proofs are still to be given; more than can be asked for when nothing would do. */
export const missing = (choices: readonly Choice[]): number => choices[0]?.length ?? 4;

const RANKS: Readonly<Record<string, number>> = {
  all_met: 0,
  consent_missing: 1,
  consent_asked_again: 1,
  consent_needs_page: 1,
  proof_missing: 2,
  challenge_needs_page: 2,
  enrolment_needs_page: 6,
  nothing_enrolled: 7,
  account_not_selected: 8,
  selection_needs_page: 8,
  another_person: 9,
  not_the_expected_person: 9,
  nobody_signed_in: 10,
  no_first_factor: 10,
  other_person_expected: 10,
  login_needs_page: 10,
  unattainable: 11,
};

/** How far a decision is from a token: the later a step is asked about, the nearer. */
export const distance = ({ next, trace }: Decision): number => {
  if (next.step === 'challenge') return 2 + missing(next.anyOf);
  return next.step === 'enrol' ? 6 : (RANKS[trace.reason] ?? Number.NaN);
};
