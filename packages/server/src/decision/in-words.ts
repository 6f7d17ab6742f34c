/** Decisions in a sentence, for operators: in English, of the trace and nothing else. */
import type { Instant, NextStep, RequirementTrace } from '@stile/core';
import type { Span } from '../pages/duration.ts';
import { age, limit } from '../pages/duration.ts';
import { meaningOf } from './reasons.ts';

const span = ({ count, unit }: Span): string => `${count} ${unit}${count === 1 ? '' : 's'}`;

/** Names in a sentence: `openid, profile and transfer:funds`. */
export const listed = (names: readonly string[], last: 'and' | 'or'): string =>
  names.length < 2 ? (names[0] ?? 'nothing') : `${names.slice(0, -1).join(', ')} ${last} ${names.at(-1)}`;

const oneOf = (names: readonly string[]): string => listed(names, 'or');

const FACTORS: Readonly<Record<string, string>> = {
  totp: 'code',
  email: 'code by mail',
  phone: 'code by phone',
  webauthn: 'passkey',
  push: 'approval',
  'recovery-code': 'recovery code',
  federated: 'sign-in elsewhere',
};

/** What a proof by a factor is called: `code`, `passkey`. */
export const factorInWords = (factor: string): string => FACTORS[factor] ?? factor;

/** Who demands: `transfer:funds`, `the client web` … */
export const whoDemands = ({ source }: Pick<RequirementTrace, 'source'>): string => {
  switch (source.from) {
    case 'request':
      return `the request (${source.parameter})`;
    case 'scope':
      return source.scope;
    case 'client':
      return "the client's minimum";
    case 'user':
      return 'every sign-in';
    case 'role':
      return `the role ${source.role}`;
    case 'risk':
      return `the sign of risk ${source.signal}`;
    case 'action':
      return `the Action ${source.action}`;
  }
};

/** What is demanded: `mfa within 5 minutes`. */
const whatIsDemanded = ({ acr, factors, since, binds }: RequirementTrace, agesFrom: Instant): string => {
  const what = [...(acr ? [oneOf(acr)] : []), ...(factors ? [oneOf(factors)] : [])];
  const named = what.length > 0 ? what.join(' and ') : binds === 'every' ? 'a sign-in' : 'a proof';
  if (since === undefined) return named;
  const allowed = agesFrom - since;
  return allowed > 0 ? `${named} within ${span(limit(allowed))}` : `${named} given anew`;
};

const old = (seconds: number): string => `${span(age(Math.max(0, seconds)))} old`;

/** Why it is met or not: `the last code was 47 minutes old`. */
const whyUnmet = ({ reason, by, acr }: RequirementTrace, now: Instant): string => {
  const latest = by && `the last ${factorInWords(by.factor)} was ${old(now - by.at)}`;
  switch (reason) {
    case 'met':
      return by ? `the ${factorInWords(by.factor)} was ${old(now - by.at)}` : 'it is met';
    case 'nobody_signed_in':
      return 'nobody has signed in';
    case 'level_unknown':
      return acr?.length === 0 ? 'there is no such level' : 'the level is unknown';
    case 'level_not_shown':
      return 'it was not shown';
    case 'factor_not_shown':
      return 'it was not proven';
    case 'proof_too_old':
      return latest ?? 'the proof is too old';
    case 'proofs_too_old':
      return 'not every proof is that fresh';
    default:
      // A word of another version of Stile.
      return reason;
  }
};

/** A requirement with its verdict: `transfer:funds demands mfa within 5 minutes; the last proof by totp was 47 minutes ago`. */
export const requirementInWords = (requirement: RequirementTrace, agesFrom: Instant): string =>
  `${whoDemands(requirement)} demands ${whatIsDemanded(requirement, agesFrom)}; ${whyUnmet(requirement, agesFrom)}`;

/** What a reason means, inside a sentence. */
const meaning = (reason: string): string => {
  const says = meaningOf(reason);
  return says === undefined ? reason : `${says.charAt(0).toLowerCase()}${says.slice(1, -1)}`;
};

/** What happens, as it is said of somebody: `asked for totp or webauthn`. */
export const stepInWords = (next: NextStep): string => {
  switch (next.step) {
    case 'login':
      return 'asked to sign in';
    case 'select-account':
      return 'asked to choose an account';
    case 'challenge':
      return `asked for ${oneOf([...new Set(next.anyOf.map((choice) => choice.map(({ factor }) => factor).join(' and ')))])}`;
    case 'enrol':
      return `asked to set up ${oneOf([...new Set(next.anyOf.map(({ factor }) => factor))])}`;
    case 'consent':
      return next.scopes.length > 0 ? `asked to agree to ${next.scopes.join(' ')}` : 'asked to agree again';
    case 'issue':
      return 'let through';
    case 'refuse':
      return `refused (${next.error.code}), for ${meaning(next.error.reason)}`;
  }
};

/** What tips the scales: the requirements that are not met, or those that are. */
const because = (step: NextStep['step'], requirements: readonly RequirementTrace[], agesFrom: Instant): string => {
  const tells = requirements.filter(({ met }) => met === (step === 'issue'));
  const said = tells.slice(0, 2).map((one) => requirementInWords(one, agesFrom));
  const more = tells.length - said.length;
  if (said.length === 0) return '';
  return `${step === 'issue' ? ': ' : ' because '}${said.join(', and ')}${more > 0 ? `, and ${more} more` : ''}`;
};

/** A whole decision: `asked for totp because transfer:funds demands mfa within 5 minutes; …`. */
export const decisionInWords = (
  { next, trace }: { readonly next: NextStep; readonly trace: { readonly requirements: readonly RequirementTrace[] } },
  agesFrom: Instant,
): string => `${stepInWords(next)}${because(next.step, trace.requirements, agesFrom)}`;
