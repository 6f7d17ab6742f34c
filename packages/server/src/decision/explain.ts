/** Why a decision that is on record was made: in a sentence for operators, in one for the person, and point by point. */
import type { Instant, RequirementTrace } from '@stile/core';
import { instant, isInstant, isJsonObject } from '@stile/core';
import { translate } from '../pages/messages.ts';
import { demandOf } from '../pages/reason.ts';
import type { AuditRecord } from '../store/records.ts';
import { reasonFor, tellingRequirement } from './for-person.ts';
import { factorInWords, listed, requirementInWords } from './in-words.ts';
import { meaningOf } from './reasons.ts';

/** One demand, with its verdict. */
export interface ExplainedRequirement {
  readonly met: boolean;
  /** Why, as a stable word. */
  readonly reason: string;
  /** The demand and its verdict in words. */
  readonly says: string;
}

/** One execution of an Action. */
interface ExplainedAction {
  readonly action: string;
  readonly version: string;
  readonly outcome: string;
  readonly says: string;
}

export interface Explanation {
  /** In one sentence, for operators. */
  readonly sentence: string;
  /** What the person was told by the page that asked; null when they were asked for no proof. */
  readonly person: string | null;
  readonly reason: string | null;
  readonly requirements: readonly ExplainedRequirement[];
  /** Wishes that could not be fulfilled, and were dropped. */
  readonly dropped: readonly ExplainedRequirement[];
  /** Demands that are only tried. */
  readonly shadow: readonly ExplainedRequirement[];
  readonly actions: readonly ExplainedAction[];
}

/** What a scope of an API allows, in English. */
type Describe = (audience: string, scope: string) => string | undefined;

type Json = Readonly<Record<string, unknown>>;

const textIn = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

const textsIn = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];

const objectsIn = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.filter(isJsonObject) : []);

/** Whether this is what `explainRequirement` wrote. */
const isRequirement = (value: Json | RequirementTrace): value is RequirementTrace =>
  isJsonObject(value.source) &&
  typeof value.source.from === 'string' &&
  typeof value.met === 'boolean' &&
  typeof value.reason === 'string' &&
  (value.since === undefined || isInstant(value.since));

const requirementsIn = (value: unknown): readonly RequirementTrace[] =>
  objectsIn(value).flatMap((one) => (isRequirement(one) ? [one] : []));

interface Read {
  readonly record: AuditRecord;
  readonly step: string | undefined;
  readonly reason: string | undefined;
  readonly requirements: readonly RequirementTrace[];
  /** The moment that ages were counted back from. */
  readonly agesFrom: Instant;
  readonly actions: readonly ExplainedAction[];
}

const readOf = (record: AuditRecord): Read => {
  const { trace, facts, reason, actions } = record.details;
  const [traced, made]: readonly [Json, Json] = [isJsonObject(trace) ? trace : {}, isJsonObject(facts) ? facts : {}];
  return {
    record,
    step: record.details.step === 'redirect' ? 'redirect' : textIn(traced.step),
    reason: textIn(traced.reason) ?? textIn(reason),
    requirements: requirementsIn(traced.requirements),
    agesFrom: isInstant(made.agesFrom) ? made.agesFrom : record.at,
    actions: objectsIn(actions).map(explainedAction),
  };
};

const explainedAction = ({ action, version, outcome, reason, ms }: Json): ExplainedAction => {
  const [name, ended, why] = [textIn(action) ?? '?', textIn(outcome) ?? '?', textIn(reason)];
  const did: Readonly<Record<string, string>> = {
    finished: 'came to its end',
    suspended: 'waits for the person',
    denied: 'denied',
    failed: 'failed',
  };
  const meaning = why === undefined ? undefined : (meaningOf(`action_${why}`) ?? why);
  const took = typeof ms === 'number' ? `, in ${ms} ms` : '';
  return {
    action: name,
    version: textIn(version) ?? '?',
    outcome: ended,
    says: `the Action ${name} (version ${textIn(version) ?? '?'}) ${did[ended] ?? ended}${meaning ? `: ${meaning}` : ''}${took}`,
  };
};

const DEMANDED = {
  'sign-in': 'Asked to sign in again',
  'second-proof': 'Asked for a second factor',
  passkey: 'Asked for a passkey',
} as const;

/** What tips the scales: what is not met, or (of what was granted) what was demanded. */
const because = ({ requirements, agesFrom }: Read, met: boolean): string | undefined => {
  const tells = requirements.filter((one) => one.met === met);
  const first = met ? (tells.findLast(({ source }) => source.from === 'scope') ?? tells[0]) : tellingRequirement(tells);
  if (!first) return undefined;
  const more = tells.length - 1;
  return `${requirementInWords(first, agesFrom)}${more > 0 ? `; and ${more} more` : ''}`;
};

/** A meaning inside a sentence. */
const inside = (meaning: string | undefined): string | undefined =>
  meaning && `${meaning.charAt(0).toLowerCase()}${meaning.slice(1).replace(/\.$/, '')}`;

const asked = (read: Read): string => {
  const why = because(read, false) ?? inside(meaningOf(read.reason ?? '')) ?? read.reason;
  const tail = why === undefined ? '' : ` because ${why}`;
  const unmet = tellingRequirement(read.requirements);
  switch (read.step) {
    case 'login':
      return `Asked to sign in because ${inside(meaningOf(read.reason ?? '')) ?? why ?? 'it is not known who it is'}`;
    case 'select-account':
      return 'Asked to choose an account because the application wants it';
    case 'enrol':
      return `Asked to set something up${tail}, and nothing that is set up would do`;
    case 'consent':
      return `Asked for consent because ${inside(meaningOf(read.reason ?? '')) ?? 'the application needs it'}`;
    case 'redirect':
      return `Sent to another site because ${read.actions.at(-1)?.says ?? 'an Action wants it'}`;
    default:
      if (unmet?.factors !== undefined && unmet.acr === undefined) {
        return `Asked for ${listed(unmet.factors.map(factorInWords), 'or')}${tail}`;
      }
      return `${DEMANDED[demandOf(unmet?.acr?.[0])]}${tail}`;
  }
};

const granted = (read: Read): string => {
  const { scopes, acr, spared } = read.record.details;
  const what = textsIn(scopes).length > 0 ? listed(textsIn(scopes), 'and') : 'no scope';
  const why = because(read, true);
  const level = textIn(acr);
  const lenient = objectsIn(spared).length > 0 ? '; a remembered browser was spared a demand' : '';
  return `Granted ${what}${level === undefined ? '' : ` at ${level}`}${why === undefined ? '' : ` because ${why}`}${lenient}`;
};

const refused = (read: Read, what: string): string => {
  const code = textIn(read.record.details.error);
  const culprit = read.actions.find(({ outcome }) => outcome === 'denied' || outcome === 'failed');
  const isOfAction = read.reason?.startsWith('action_') === true || read.reason === 'denied_by_action';
  const why =
    isOfAction && culprit
      ? culprit.says
      : (inside(meaningOf(read.reason ?? '')) ?? read.reason ?? 'it is not known why');
  const demand = isOfAction ? undefined : because(read, false);
  return `${what}${code === undefined ? '' : ` (${code})`} because ${why}${demand === undefined ? '' : `; ${demand}`}`;
};

const grantTypeOf = ({ record }: Read): string => {
  const grantType = textIn(record.details.grantType);
  return grantType === undefined ? '' : ` by ${grantType}`;
};

const tokenGranted = (read: Read): string => {
  const { scopes, leftOut, repeated } = read.record.details;
  const what = textsIn(scopes).length > 0 ? `a token for ${listed(textsIn(scopes), 'and')}` : 'a token';
  const gone = textsIn(leftOut);
  return [
    `Granted ${what}${grantTypeOf(read)}`,
    gone.length === 0
      ? ''
      : `; left out ${listed(gone, 'and')}, of which the demand has lapsed or the token is good for one use`,
    repeated === true ? '; the refresh token was sent a second time within the grace' : '',
  ].join('');
};

const proof = (read: Read, accepted: boolean): string => {
  const factor = factorInWords(textIn(read.record.details.factor) ?? 'proof');
  if (accepted) return `Accepted the ${factor}`;
  return `Refused the ${factor} because ${inside(meaningOf(read.reason ?? '')) ?? read.reason}`;
};

const sentenceOf = (read: Read): string => {
  switch (read.record.type) {
    case 'authorize.asked':
      return asked(read);
    case 'authorize.granted':
      return granted(read);
    case 'authorize.refused':
      return refused(read, 'Refused');
    case 'authorize.declined':
      return 'Refused because the person said no';
    case 'token.granted':
      return tokenGranted(read);
    case 'token.refused':
      return refused(read, `Refused a token${grantTypeOf(read)}`);
    case 'proof.accepted':
      return proof(read, true);
    case 'proof.refused':
      return proof(read, false);
    default: {
      const why = inside(meaningOf(read.reason ?? ''));
      return `${inPlainWords(read.record)}${why === undefined ? '' : `: ${why}`}`;
    }
  }
};

/** What is no decision, by its own name: `action.bound` is “Action bound”, and of which one, if it tells. */
const inPlainWords = ({ type, details }: Read['record']): string => {
  const words = type.replaceAll(/[._]/g, ' ');
  const name = textIn(details.action) ?? textIn(details.name);
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}${name === undefined ? '' : ` (${name})`}`;
};

const ASKED_FOR_PROOF: readonly (string | undefined)[] = ['challenge', 'enrol'];

/** What the author of the Action says that asks. */
const saidByAction = ({ facts }: Json, { source }: RequirementTrace): string | undefined => {
  const actions = isJsonObject(facts) && isJsonObject(facts.actions) ? facts.actions : {};
  const said =
    source.from === 'action' ? objectsIn(actions.said).find(({ action }) => action === source.action) : undefined;
  return textIn(said?.reason);
};

/** The sentence of the page, in English. */
const personOf = (read: Read, describe: Describe): string | null => {
  const requirement = tellingRequirement(read.requirements);
  if (read.record.type !== 'authorize.asked' || !ASKED_FOR_PROOF.includes(read.step) || !requirement) return null;
  const { source } = requirement;
  const what = source.from === 'scope' ? describe(source.audience, source.scope) : undefined;
  const { facts } = read.record.details;
  const requestedAt = isJsonObject(facts) && isInstant(facts.requestedAt) ? facts.requestedAt : read.agesFrom;
  const moments = { now: instant(read.record.at), requestedAt };
  const sentence = translate('en').because(reasonFor(requirement, moments, what));
  const said = saidByAction(read.record.details, requirement);
  return said === undefined ? sentence : `${sentence} ${said}`;
};

const explained = (requirements: readonly RequirementTrace[], agesFrom: Instant): readonly ExplainedRequirement[] =>
  requirements.map((one) => ({ met: one.met, reason: one.reason, says: requirementInWords(one, agesFrom) }));

/** Explains a record; of one that is no decision there is a sentence and nothing more. */
export const explainDecision = (record: AuditRecord, describe: Describe = () => undefined): Explanation => {
  const read = readOf(record);
  const trace: Json = isJsonObject(record.details.trace) ? record.details.trace : {};
  const shadow = isJsonObject(trace.shadow) ? trace.shadow.requirements : undefined;
  return {
    sentence: `${sentenceOf(read)}.`,
    person: personOf(read, describe),
    reason: read.reason ?? null,
    requirements: explained(read.requirements, read.agesFrom),
    dropped: explained(requirementsIn(trace.dropped), read.agesFrom),
    shadow: explained(requirementsIn(shadow), read.agesFrom),
    actions: read.actions,
  };
};
