/** What another policy would change of a decision: one word for each kind of change. */
import { isJsonObject } from '@stile/core';
import type { Outcome } from './recorded.ts';

/** Every kind of change, the gravest first. */
export const CHANGES = [
  /** Nobody could meet it, or they have nothing enrolled that would do: refused. */
  'locked_out',
  /** Refused for another reason. */
  'newly_refused',
  /** Sent to set up something that they do not have. */
  'newly_enrolling',
  /** Let through then; asked now. */
  'newly_asked',
  /** Granted, but not the same scopes. */
  'other_scopes',
  /** Asked then as well, but for something else. */
  'asked_otherwise',
  'refused_otherwise',
  /** Asked then; let through now. */
  'no_longer_asked',
  /** Refused then; asked or let through now. */
  'no_longer_refused',
] as const;

export type Change = (typeof CHANGES)[number];

/** How many of each kind. */
export type Changes = Readonly<Record<Change, number>>;

export const NO_CHANGES: Changes = {
  locked_out: 0,
  newly_refused: 0,
  newly_enrolling: 0,
  newly_asked: 0,
  other_scopes: 0,
  asked_otherwise: 0,
  refused_otherwise: 0,
  no_longer_asked: 0,
  no_longer_refused: 0,
};

type Fate = 'issue' | 'ask' | 'enrol' | 'refuse' | 'locked-out';

/** A silent request cannot be asked: it is refused, and the application comes again with a page. That is being asked as well. */
const fateOf = ({ step, reason }: Outcome): Fate => {
  if (step === 'refuse') {
    if (reason === 'nothing_enrolled' || reason === 'unattainable') return 'locked-out';
    if (reason === 'enrolment_needs_page') return 'enrol';
    return reason.endsWith('_needs_page') ? 'ask' : 'refuse';
  }
  return step === 'issue' || step === 'enrol' ? step : 'ask';
};

const whatIsMissing = ({ trace }: Outcome): string => {
  const requirements: readonly unknown[] = Array.isArray(trace?.requirements) ? trace.requirements : [];
  return JSON.stringify(
    requirements
      .filter((one) => isJsonObject(one))
      .filter(({ met }) => met === false)
      .map(({ source, acr, since, factors, binds }) => [source, acr, since, factors, binds]),
  );
};

const isAskedTheSame = (one: Outcome, other: Outcome): boolean =>
  one.step === other.step && one.reason === other.reason && whatIsMissing(one) === whatIsMissing(other);

const areSameScopes = (one: readonly string[] = [], other: readonly string[] = []): boolean =>
  one.length === other.length && one.every((scope) => other.includes(scope));

const withinFate = (fate: Fate, then: Outcome, now: Outcome): Change | undefined => {
  switch (fate) {
    case 'issue':
      return areSameScopes(then.scopes, now.scopes) ? undefined : 'other_scopes';
    case 'ask':
    case 'enrol':
      return isAskedTheSame(then, now) ? undefined : 'asked_otherwise';
    case 'refuse':
    case 'locked-out':
      return then.reason === now.reason ? undefined : 'refused_otherwise';
  }
};

/** What became of a decision, if anything did. */
export const changeOf = (then: Outcome, now: Outcome): Change | undefined => {
  const [before, after] = [fateOf(then), fateOf(now)];
  if (before === after) return withinFate(after, then, now);
  const wasRefused = before === 'refuse' || before === 'locked-out';
  switch (after) {
    case 'locked-out':
      return 'locked_out';
    case 'refuse':
      return wasRefused ? 'refused_otherwise' : 'newly_refused';
    case 'enrol':
      return wasRefused ? 'no_longer_refused' : 'newly_enrolling';
    case 'ask':
      if (wasRefused) return 'no_longer_refused';
      return before === 'issue' ? 'newly_asked' : 'asked_otherwise';
    case 'issue':
      return wasRefused ? 'no_longer_refused' : 'no_longer_asked';
  }
};
