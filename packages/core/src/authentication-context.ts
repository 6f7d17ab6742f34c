import type { AuthenticationEvent, Kind } from './authentication-event.ts';
import type { Instant } from './instant.ts';
import { latest } from './instant.ts';
import type { Level, ProofClass } from './policy/levels.ts';
import { belongsTo } from './policy/levels.ts';

/** What a set of events is worth, in the words of OpenID Connect Core 1.0, section 2. Derived, never stored on a session. */
export interface AuthenticationContext {
  /** The level reported, by its own name or by the name it was asked for. */
  readonly acr: string;
  /** Every level whose latest renewing proof lies at or after `authTime`: each is true *of that moment or later*. */
  readonly acrs: readonly string[];
  readonly amr: readonly string[];
  /** The latest moment at which each value of `amr` was proven. */
  readonly amrTimes: Readonly<Record<string, Instant>>;
  /** The latest proof that renews the level. */
  readonly authTime: Instant;
}

/** A level that some events have earned, and the proof that renewed it last. */
export interface EarnedLevel {
  readonly level: Level;
  readonly renewedBy: AuthenticationEvent;
}

/** The latest event of a class; among several of one second, the one appended last. */
const latestOf = (events: readonly AuthenticationEvent[], proofClass: ProofClass): AuthenticationEvent | undefined => {
  let last: AuthenticationEvent | undefined;
  for (const event of events) {
    if (belongsTo(event, proofClass) && (!last || event.at >= last.at)) last = event;
  }
  return last;
};

/**
 * Whether events that hold a first factor earn a level, and by which proof it was renewed last.
 *
 * @param kinds how many different kinds of proof they are
 */
const earn = (level: Level, events: readonly AuthenticationEvent[], kinds: number): EarnedLevel | undefined => {
  if (kinds < level.kinds || !events.some((event) => belongsTo(event, level.shownBy))) return undefined;
  const renewedBy = latestOf(events, level.renewedBy);
  return renewedBy && { level, renewedBy };
};

const KINDS: readonly Kind[] = ['knowledge', 'possession', 'inherence'];

/** All levels that the events earn, strongest first. */
export const earnedLevels = (
  levels: readonly Level[],
  events: readonly AuthenticationEvent[],
): readonly EarnedLevel[] => {
  if (!events.some((event) => event.first)) return [];
  const kinds = KINDS.filter((kind) => events.some((event) => event.kinds.includes(kind))).length;
  // Asked several times for each decision; `flatMap` would cost as much as the rest of it.
  const earned: EarnedLevel[] = [];
  for (const level of levels) {
    const one = earn(level, events, kinds);
    if (one) earned.push(one);
  }
  return earned;
};

/** The levels that were renewed at or after the moment of one of them: what is true then or later. */
export const acrsSince = ({ renewedBy: { at } }: EarnedLevel, earned: readonly EarnedLevel[]): readonly string[] =>
  earned.filter(({ renewedBy }) => renewedBy.at >= at).map(({ level }) => level.acr);

/**
 * The context of one earned level.
 *
 * @param earned every level that the same events earn
 */
export const contextOf = (
  chosen: EarnedLevel,
  earned: readonly EarnedLevel[],
  events: readonly AuthenticationEvent[],
): AuthenticationContext => {
  const authTime = chosen.renewedBy.at;
  const amrTimes = new Map<string, Instant>();
  for (const event of events) {
    for (const method of event.amr) amrTimes.set(method, latest(amrTimes.get(method) ?? event.at, event.at));
  }
  // RFC 8176 lists `mfa` beside the methods it was made of. No proof brings it along: it is there when the level that
  // bears its name was earned, and as old as that.
  amrTimes.delete('mfa');
  const multiFactor = earned.find(({ level }) => level.acr === 'mfa');
  if (multiFactor) amrTimes.set('mfa', multiFactor.renewedBy.at);
  return {
    acr: chosen.level.acr,
    acrs: acrsSince(chosen, earned),
    amr: [...amrTimes.keys()].sort(),
    amrTimes: Object.fromEntries(amrTimes),
    authTime,
  };
};
