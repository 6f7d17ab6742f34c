/**
 * THE DISPATCHER: given everything that is known, what happens next? The only place where it is decided.
 *
 * Pages never decide what comes next; they record a fact and ask again.
 */
import type { AuthenticationContext } from './authentication-context.ts';
import type { AuthenticationEvent, Proof } from './authentication-event.ts';
import type { Prompt } from './authorization-request/authorization-request.ts';
import type { OAuthError } from './error.ts';
import { oauthError } from './error.ts';
import type { Instant } from './instant.ts';
import type { RequirementTrace } from './policy/explain.ts';
import { explainRequirement } from './policy/explain.ts';
import type { Level } from './policy/levels.ts';
import type { Requirement } from './policy/requirement.ts';
import type { Choice } from './step-up.ts';
import { choicesThatMeet, contextThatMeets, isAttainable } from './step-up.ts';

/** The person whose session it is. */
export interface Person {
  readonly userId: string;
  readonly events: readonly AuthenticationEvent[];
  /** What they could prove, strongest first. */
  readonly enrolled: readonly Proof[];
}

/** All that the next step depends on. */
export interface Situation {
  readonly prompt: readonly Prompt[];
  readonly requestedAt: Instant;
  readonly requirements: readonly Requirement[];
  readonly levels: readonly Level[];
  readonly person?: Person;
  /** The one person the client wants: from `id_token_hint` or the `sub` claim. */
  readonly expectedUser?: string;
  /** The person who began to answer this request; nobody else may finish it. */
  readonly pinnedUser?: string;
  /** When the person chose an account for this request. */
  readonly accountSelectedAt?: Instant;
  /** When the person consented within this request. */
  readonly consentedAt?: Instant;
  /** The scopes that need a consent which is not on record. */
  readonly consentMissing: readonly string[];
  /** What every kind of authenticator that this server can verify would prove. */
  readonly installed: readonly Proof[];
  /** What a person without a fitting authenticator may enrol behind a guard; empty: they are refused. */
  readonly enrollable: readonly Proof[];
}

export type NextStep =
  | { readonly step: 'login'; readonly expectedUser?: string }
  | { readonly step: 'select-account' }
  /** Prove any one of these; several in one choice means all of them, one after the other. */
  | { readonly step: 'challenge'; readonly anyOf: readonly Choice[] }
  | { readonly step: 'enrol'; readonly anyOf: readonly Proof[] }
  | { readonly step: 'consent'; readonly scopes: readonly string[] }
  | { readonly step: 'issue'; readonly context: AuthenticationContext; readonly requirements: readonly Requirement[] }
  | { readonly step: 'refuse'; readonly error: OAuthError };

/** Why it was decided so; stored with every decision. */
export interface Trace {
  readonly step: NextStep['step'];
  /** A stable word for what tipped the scales. */
  readonly reason: string;
  readonly requirements: readonly RequirementTrace[];
  /** Wishes that could not be fulfilled and were dropped. */
  readonly dropped: readonly RequirementTrace[];
  /** What demands that are only tried would have made of it, where there are any. */
  readonly shadow?: ShadowTrace;
}

/** What would have been decided, were the demands in the shadow made; and their verdicts. */
export interface ShadowTrace {
  readonly step: NextStep['step'];
  readonly reason: string;
  readonly requirements: readonly RequirementTrace[];
}

export interface Decision {
  readonly next: NextStep;
  readonly trace: Trace;
}

interface Verdict {
  readonly next: NextStep;
  readonly reason: string;
}

/**
 * Decides what happens next, and says why. Total: it has an answer for every situation.
 *
 * Wishes are fulfilled when they can be: all of them, else one, else none. They never refuse anybody, nor send anybody to enrol.
 */
export const nextStep = (situation: Situation): Decision => {
  const wishes = situation.requirements.filter(({ voluntary }) => voluntary);
  for (const kept of [wishes, ...wishes.map((wish) => [wish])]) {
    const decision = decisionWith(kept, situation);
    if (!PROOF_REASONS.has(decision.trace.reason)) return decision;
  }
  return decisionWith([], situation);
};

/** Why a refusal, or an enrolment, comes from a requirement, so that dropping a wish might help. */
const PROOF_REASONS = new Set(['unattainable', 'nothing_enrolled', 'challenge_needs_page', 'enrolment_needs_page']);

/** The decision when these wishes are kept, and the others dropped. */
const decisionWith = (kept: readonly Requirement[], situation: Situation): Decision => {
  const stands = (one: Requirement): boolean => !one.voluntary || kept.includes(one);
  const requirements = situation.requirements.filter(stands);
  const dropped = situation.requirements.filter((one) => !stands(one));
  const { next, reason } = verdict(situation, requirements);
  const events = eventsOf(situation);
  const explain = (requirement: Requirement): RequirementTrace =>
    explainRequirement(requirement, events, situation.levels);
  return {
    next,
    trace: { step: next.step, reason, requirements: requirements.map(explain), dropped: dropped.map(explain) },
  };
};

const eventsOf = ({ person }: Situation): readonly AuthenticationEvent[] => person?.events ?? [];

const verdict = (situation: Situation, requirements: readonly Requirement[]): Verdict => {
  const wanted = interactiveVerdict(situation, requirements);
  return situation.prompt.includes('none') ? withoutPages(wanted, situation, requirements) : wanted;
};

/** What would happen if any page may be shown. */
const interactiveVerdict = (situation: Situation, requirements: readonly Requirement[]): Verdict => {
  const { person, levels, installed } = situation;
  if (!isAttainable(requirements, installed, levels)) return refuse(unmet('unattainable'));
  if (!person) return login(situation, 'nobody_signed_in');
  const identity = identityVerdict(person, situation);
  if (identity) return identity;
  const context = contextThatMeets(person.events, requirements, levels);
  if (!context) return proofVerdict(person, requirements, situation);
  const consent = consentVerdict(situation);
  return consent ?? { next: { step: 'issue', context, requirements }, reason: 'all_met' };
};

const login = ({ expectedUser }: Situation, reason: string): Verdict => ({
  next: { step: 'login', ...(expectedUser !== undefined && { expectedUser }) },
  reason,
});

/** Whether something was done in answer to this request, and not before it. */
const answers = (at: Instant | undefined, { requestedAt }: Situation): boolean => at !== undefined && at >= requestedAt;

/** Is the right person here, and do they want to be? */
const identityVerdict = (person: Person, situation: Situation): Verdict | undefined => {
  const { expectedUser, pinnedUser, prompt, accountSelectedAt } = situation;
  if (!person.events.some(({ first }) => first)) return login(situation, 'no_first_factor');
  // The person who began is the one who finishes: a proof by anyone else is worth nothing here.
  if (pinnedUser !== undefined && pinnedUser !== person.userId) {
    return refuse(oauthError('login_required', 'another_person', 'Another person signed in meanwhile'));
  }
  if (expectedUser !== undefined && expectedUser !== person.userId) {
    return pinnedUser === person.userId
      ? refuse(
          oauthError(
            'login_required',
            'not_the_expected_person',
            'The person who signed in is not the one that was asked for',
          ),
        )
      : login(situation, 'other_person_expected');
  }
  if (!prompt.includes('select_account') || answers(accountSelectedAt, situation)) return undefined;
  // Whoever signed in to answer this very request has chosen by that; somebody who signed in meanwhile for another one has not.
  const signedInSince =
    pinnedUser === person.userId && person.events.some(({ first, at }) => first && answers(at, situation));
  return signedInSince ? undefined : { next: { step: 'select-account' }, reason: 'account_not_selected' };
};

/** The person is here; which further proof would do? */
const proofVerdict = (person: Person, requirements: readonly Requirement[], situation: Situation): Verdict => {
  const { levels, enrollable } = situation;
  const anyOf = choicesThatMeet(person.events, person.enrolled, requirements, levels);
  if (anyOf.length > 0) return { next: { step: 'challenge', anyOf }, reason: 'proof_missing' };
  const fitting = enrollable.filter(
    (proof) => choicesThatMeet(person.events, [...person.enrolled, proof], requirements, levels).length > 0,
  );
  if (fitting.length > 0) return { next: { step: 'enrol', anyOf: fitting }, reason: 'nothing_enrolled' };
  return refuse(unmet('nothing_enrolled'));
};

const consentVerdict = (situation: Situation): Verdict | undefined => {
  const { prompt, consentedAt, consentMissing } = situation;
  if (answers(consentedAt, situation)) return undefined;
  if (consentMissing.length > 0)
    return { next: { step: 'consent', scopes: consentMissing }, reason: 'consent_missing' };
  return prompt.includes('consent')
    ? { next: { step: 'consent', scopes: [] }, reason: 'consent_asked_again' }
    : undefined;
};

const refuse = (error: OAuthError): Verdict => ({ next: { step: 'refuse', error }, reason: error.reason });

const unmet = (reason: string): OAuthError =>
  oauthError('unmet_authentication_requirements', reason, 'The authentication requirements cannot be met');

/**
 * `prompt=none`: no page may be shown (OpenID Connect Core 1.0, section 3.1.2.6).
 * The sentence about multifactor authentication is the one that Auth0's SDKs look for.
 */
const withoutPages = (wanted: Verdict, situation: Situation, requirements: readonly Requirement[]): Verdict => {
  switch (wanted.next.step) {
    case 'issue':
    case 'refuse':
      return wanted;
    case 'login':
      return refuse(oauthError('login_required', 'login_needs_page', 'Login required'));
    case 'challenge':
      return refuse(
        oauthError('login_required', 'challenge_needs_page', sentenceFor(wanted.next.anyOf, situation, requirements)),
      );
    case 'enrol':
      return refuse(
        oauthError('interaction_required', 'enrolment_needs_page', 'The person must set up an authenticator first'),
      );
    case 'select-account':
      return refuse(
        oauthError('account_selection_required', 'selection_needs_page', 'The person must choose an account'),
      );
    case 'consent':
      return refuse(oauthError('consent_required', 'consent_needs_page', 'Consent required'));
  }
};

/** Signing in again is one thing, a further proof another; a level that was not shown before is more than a login. */
const sentenceFor = (anyOf: readonly Choice[], situation: Situation, requirements: readonly Requirement[]): string => {
  const ageless = requirements.map((requirement): Requirement => {
    const { since: _, ...rest } = requirement;
    return rest;
  });
  const shownBefore = contextThatMeets(eventsOf(situation), ageless, situation.levels) !== undefined;
  return shownBefore && anyOf.every((choice) => choice.some(({ first }) => first))
    ? 'Login required'
    : 'Multifactor authentication required';
};
