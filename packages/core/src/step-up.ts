/**
 * THE QUESTION: do these proofs meet these requirements, and if not, which further proof would?
 *
 * Everything else in Stile asks this file. It reads no clock: requirements carry their own moments.
 */
import type { AuthenticationContext, EarnedLevel } from './authentication-context.ts';
import { acrsSince, contextOf, earnedLevels } from './authentication-context.ts';
import type { AuthenticationEvent, Proof } from './authentication-event.ts';
import type { Instant } from './instant.ts';
import { instant, latest } from './instant.ts';
import type { Level } from './policy/levels.ts';
import type { Requirement } from './policy/requirement.ts';

/** A way to meet the requirements: prove this one authenticator, or all of these (two, in a rare case three). */
export type Choice = readonly Proof[];

/** The events that count: all of them, or, if a requirement binds every proof, those since its moment. */
const poolOf = (
  events: readonly AuthenticationEvent[],
  requirements: readonly Requirement[],
): readonly AuthenticationEvent[] => {
  const binding = requirements.filter(({ binds }) => binds === 'every');
  return binding.length === 0 ? events : events.filter((event) => binding.every(({ since }) => isSince(event, since)));
};

const isSince = ({ at }: AuthenticationEvent, since: Instant | undefined): boolean =>
  since === undefined || at >= since;

/** Whether the context of one earned level would meet one requirement. A factor that is wanted for itself renews no level, and none has to be as fresh. */
const meets = (
  candidate: EarnedLevel,
  earned: readonly EarnedLevel[],
  pool: readonly AuthenticationEvent[],
  { acr, since, factors }: Requirement,
): boolean =>
  (acr === undefined || acrsSince(candidate, earned).some((name) => acr.includes(name))) &&
  (factors === undefined
    ? isSince(candidate.renewedBy, since)
    : pool.some((event) => factors.includes(event.factor) && isSince(event, since)));

/**
 * The level of the events in the pool that meets all requirements at once. One that every requirement names (or leaves open) comes before
 * one that only contains what they name; among those the strongest.
 */
const levelThatMeets = (
  earned: readonly EarnedLevel[],
  pool: readonly AuthenticationEvent[],
  requirements: readonly Requirement[],
): EarnedLevel | undefined => {
  const does = (candidate: EarnedLevel): boolean =>
    requirements.every((requirement) => meets(candidate, earned, pool, requirement));
  const isNamed = ({ level }: EarnedLevel): boolean =>
    requirements.every(({ acr }) => acr === undefined || acr.includes(level.acr));
  return earned.find((candidate) => isNamed(candidate) && does(candidate)) ?? earned.find(does);
};

/**
 * Whose word is used when the client asked twice: a need's before a wish's, and that of `claims`, which must be given one
 * of its own values (OpenID Connect Core 1.0, section 5.5.1.1), before that of `acr_values`.
 */
const precedence = ({ source, voluntary }: Requirement): number =>
  (voluntary ? 2 : 0) + (source.from === 'request' && source.parameter === 'claims' ? 0 : 1);

/**
 * The name to report: that of the context's level if the client itself asked for it, else that of the strongest it asked
 * for and the context holds, in the client's own word for it; else the level's own name.
 */
const reportedName = (
  context: AuthenticationContext,
  requirements: readonly Requirement[],
  levels: readonly Level[],
): string => {
  const asking = requirements.filter((requirement) => requirement.asked !== undefined);
  if (asking.length === 0) return context.acr;
  const [asked] = asking.toSorted((one, other) => precedence(one) - precedence(other));
  if (!asked?.asked) return context.acr;
  const names = asked.asked;
  const wanted = levels.filter(({ acr }) => context.acrs.includes(acr) && asked.acr?.includes(acr));
  const level = wanted.find(({ acr }) => acr === context.acr) ?? wanted[0];
  if (!level) return context.acr;
  return names.find((name) => name === level.acr || level.aliases.includes(name)) ?? level.acr;
};

/**
 * The one context that meets all requirements at once; the strongest level that does wins.
 *
 * @returns `undefined` when the events do not meet the requirements.
 */
export const contextThatMeets = (
  events: readonly AuthenticationEvent[],
  requirements: readonly Requirement[],
  levels: readonly Level[],
): AuthenticationContext | undefined => {
  const pool = poolOf(events, requirements);
  const earned = earnedLevels(levels, pool);
  const found = levelThatMeets(earned, pool, requirements);
  if (!found) return undefined;
  const context = contextOf(found, earned, pool);
  return { ...context, acr: reportedName(context, requirements, levels) };
};

/** Whether there is such a context; for whoever does not need it. */
export const areMet = (
  events: readonly AuthenticationEvent[],
  requirements: readonly Requirement[],
  levels: readonly Level[],
): boolean => {
  const pool = poolOf(events, requirements);
  return levelThatMeets(earnedLevels(levels, pool), pool, requirements) !== undefined;
};

const EPOCH = instant(0);

/** The moment at which a proof that is asked for now counts as given: not before anything that is required. */
const whenProven = (events: readonly AuthenticationEvent[], requirements: readonly Requirement[]): Instant =>
  latest(EPOCH, ...events.map(({ at }) => at), ...requirements.map(({ since }) => since ?? EPOCH));

/** Every way to take `size` of the items, in their order. */
const combinations = <T>(items: readonly T[], size: number): readonly (readonly T[])[] =>
  size === 0
    ? [[]]
    : items.flatMap((item, i) => combinations(items.slice(i + 1), size - 1).map((others) => [item, ...others]));

/**
 * The further proofs that would meet the requirements: the single authenticators that suffice, else the pairs, else
 * (for a level of three kinds) the triples. Each is added to the events in thought, and the same question is asked again.
 *
 * @param enrolled what the person could prove, strongest first; that order is kept
 * @returns an empty list when nothing the person has would do
 */
export const choicesThatMeet = (
  events: readonly AuthenticationEvent[],
  enrolled: readonly Proof[],
  requirements: readonly Requirement[],
  levels: readonly Level[],
): readonly Choice[] => {
  const at = whenProven(events, requirements);
  const suffice = (choice: Choice): boolean =>
    areMet([...events, ...choice.map((proof) => ({ ...proof, at }))], requirements, levels);
  for (const size of [1, 2, 3]) {
    const choices = combinations(enrolled, size).filter(suffice);
    if (choices.length > 0) return choices.map(firstFactorFirst);
  }
  return [];
};

/** Whether anybody could meet the requirements at all, with every kind of proof that can be verified here. */
export const isAttainable = (
  requirements: readonly Requirement[],
  installed: readonly Proof[],
  levels: readonly Level[],
): boolean => {
  const at = whenProven([], requirements);
  return areMet(
    installed.map((proof) => ({ ...proof, at })),
    requirements,
    levels,
  );
};

/** People expect to begin with what begins a session. */
const firstFactorFirst = (choice: Choice): Choice =>
  choice.toSorted((one, other) => Number(other.first) - Number(one.first));

/** The levels that anybody could reach with these kinds of proof: what `acr_values_supported` may promise. */
export const attainableLevels = (levels: readonly Level[], installed: readonly Proof[]): readonly Level[] =>
  earnedLevels(
    levels,
    installed.map((proof) => ({ ...proof, at: EPOCH })),
  ).map(({ level }) => level);
