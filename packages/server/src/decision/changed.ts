/** A decision that would come out otherwise by another policy: what tipped the scales, and a sentence about it. */
import type { Instant, NextStep, RequirementTrace } from '@stile/core';
import type { Change } from './difference.ts';
import { decisionInWords, stepInWords, whoDemands } from './in-words.ts';
import type { MadeAgain, RecordedDecision } from './recorded.ts';

/** Each kind of change in words: what would become of how many. */
export const CHANGE_WORDS: Readonly<Record<Change, string>> = {
  locked_out: 'locked out: nothing that they have would do',
  newly_refused: 'newly refused',
  newly_enrolling: 'sent to set something up',
  newly_asked: 'newly asked',
  other_scopes: 'granted other scopes',
  asked_otherwise: 'asked for something else',
  refused_otherwise: 'refused for another reason',
  no_longer_asked: 'no longer asked',
  no_longer_refused: 'no longer refused',
};

/** A decision that would come out otherwise. */
export interface Example {
  readonly id: string;
  readonly at: Instant;
  readonly kind: RecordedDecision['kind'];
  readonly clientId: string | null;
  readonly userId: string | null;
  readonly change: Change;
  readonly before: { readonly step: NextStep['step']; readonly reason: string };
  readonly after: { readonly step: NextStep['step']; readonly reason: string };
  /** In one sentence. */
  readonly says: string;
}

/** What of a changed decision is counted. */
export interface Particulars {
  readonly scopes: readonly string[];
  readonly factor: string | undefined;
  readonly causes: readonly string[];
}

const unmetIn = (made: MadeAgain | undefined): readonly RequirementTrace[] =>
  made?.judged?.decision.trace.requirements.filter(({ met }) => !met) ?? [];

const factorOf = (made: MadeAgain | undefined): string | undefined => {
  const next = made?.judged?.decision.next;
  if (next?.step === 'challenge') return next.anyOf[0]?.[0]?.factor;
  return next?.step === 'enrol' ? next.anyOf[0]?.factor : undefined;
};

const without = (one: readonly string[] = [], other: readonly string[] = []): readonly string[] =>
  one.filter((scope) => !other.includes(scope));

/** What tipped the scales: what is missing now, or what was missing then and is not demanded any more. */
export const particularsOf = (
  then: () => MadeAgain | undefined,
  now: MadeAgain,
  stored: RecordedDecision['outcome'],
): Particulars => {
  // Of tokens no demands are on record, then or now.
  const before = now.judged ? then : () => undefined;
  const missing = unmetIn(now);
  const unmet = missing.length > 0 ? missing : unmetIn(before());
  const demanding = unmet.flatMap(({ source }) => (source.from === 'scope' ? [source.scope] : []));
  const exchanged =
    now.outcome.step === 'issue' && stored.step === 'issue'
      ? [...without(stored.scopes, now.outcome.scopes), ...without(now.outcome.scopes, stored.scopes)]
      : [];
  return {
    scopes: [...new Set([...demanding, ...exchanged])],
    factor: factorOf(now) ?? factorOf(before()),
    causes: [...new Set(unmet.map((one) => (one.source.from === 'scope' ? 'a scope' : whoDemands(one))))],
  };
};

const scopesInWords = (then: readonly string[] = [], now: readonly string[] = []): string => {
  const [lost, won] = [without(then, now), without(now, then)];
  return [
    ...(won.length > 0 ? [`be granted ${won.join(' ')} as well`] : []),
    ...(lost.length > 0 ? [`not be granted ${lost.join(' ')}`] : []),
  ].join(' and ');
};

/** What would change, in a sentence about whoever it was. */
export const changeInWords = (
  recorded: RecordedDecision,
  then: MadeAgain | undefined,
  now: MadeAgain,
  change: Change,
): string => {
  const would = `At ${recorded.clientId ?? 'no client'}, ${recorded.userId ?? 'somebody'} would`;
  if (change === 'other_scopes') return `${would} ${scopesInWords(recorded.outcome.scopes, now.outcome.scopes)}.`;
  const agesFrom = recorded.kind === 'authorization' ? recorded.facts.agesFrom : recorded.facts.at;
  const inWords = (made: MadeAgain | undefined): string | undefined =>
    made?.judged ? decisionInWords(made.judged.decision, agesFrom) : made && tokenInWords(made);
  const before = then?.judged ? stepInWords(then.judged.decision.next) : STEPS[recorded.outcome.step];
  return now.outcome.step === 'issue'
    ? `${would} be let through; before, they were ${inWords(then) ?? before}.`
    : `${would} be ${inWords(now)}; before, they were ${before}.`;
};

const STEPS: Readonly<Record<NextStep['step'], string>> = {
  login: 'asked to sign in',
  'select-account': 'asked to choose an account',
  challenge: 'asked for a proof',
  enrol: 'asked to set something up',
  consent: 'asked to agree',
  issue: 'let through',
  refuse: 'refused',
};

const tokenInWords = ({ outcome }: MadeAgain): string =>
  outcome.step === 'issue' ? 'given tokens' : `refused tokens (${outcome.reason})`;
