/** The decision over facts and policy. Pure; production, "what if" and replay ask the same function. */
import type { Api, Client, Decision, OAuthError, Requirement, Result, Situation } from '@stile/core';
import {
  collectRequirements,
  explainRequirement,
  grantableScopes,
  levelNamed,
  nextStep,
  oauthError,
  ok,
  refused,
  secondsAfter,
  shadowRequirements,
  targetApi,
} from '@stile/core';
import { enrollableNow } from '../recovery/guards.ts';
import { riskDemands } from '../risk/demands.ts';
import { sparedBy } from '../session/remembered-device.ts';
import type { DecisionFacts, WantedByActions } from './facts.ts';
import type { Policy } from './policy.ts';

/** A decision with what it came from. */
export interface Judged {
  readonly decision: Decision;
  /** The scopes that will be granted if the person agrees. */
  readonly scopes: readonly string[];
  /** What would have been demanded, were the browser not remembered. */
  readonly spared: readonly Requirement[];
}

interface Target {
  readonly client: Client;
  readonly api: Api | undefined;
  readonly scopes: readonly string[];
}

/** Client, API and scopes by this policy. In production the request was refused before, if there are none. */
const targetOf = (facts: DecisionFacts, { apis, clients }: Policy): Result<Target, OAuthError> => {
  const client = clients.get(facts.clientId);
  if (!client) return refused(oauthError('unauthorized_client', 'client_unknown', 'There is no such client'));
  const api = targetApi(apis, facts.audience ?? client.defaultAudience, client);
  if (!api.ok) return api;
  const scopes = grantableScopes(facts.requestedScopes, client, api.value);
  if (!scopes.ok) return scopes;
  if (!mayAdd(facts.actions, client, api.value)) {
    return refused(oauthError('server_error', 'scope_of_action_not_allowed', 'An Action of this server failed'));
  }
  return ok({ client, api: api.value, scopes: withActions(scopes.value, facts.actions) });
};

/** Whether the client could have asked itself for the scopes that Actions add: no Action gives more than the client may have. */
const mayAdd = (actions: WantedByActions | undefined, client: Client, api: Api | undefined): boolean => {
  if (actions === undefined || actions.addScopes.length === 0) return true;
  const possible = grantableScopes(actions.addScopes, client, api);
  return possible.ok && possible.value.length === actions.addScopes.length;
};

/** The scopes as the Actions left them. */
export const withActions = (scopes: readonly string[], actions: WantedByActions | undefined): readonly string[] =>
  actions === undefined
    ? scopes
    : [...new Set([...scopes, ...actions.addScopes])].filter((scope) => !actions.removeScopes.includes(scope));

const ofEverySignIn = (acr: readonly string[] | undefined, levels: Policy['levels']): readonly Requirement[] =>
  acr === undefined
    ? []
    : [
        {
          source: { from: 'user' },
          acr: acr.flatMap((name) => levelNamed(levels, name)?.acr ?? []),
          binds: 'proof',
        },
      ];

/** What is demanded of every sign-in. */
export const everySignInDemands = ({ everySignIn, levels }: Policy): readonly Requirement[] =>
  ofEverySignIn(everySignIn?.acr, levels);

/** What is demanded of somebody besides what request, scopes and client demand: of every sign-in, and because of signs of risk. */
export const demandsBesides = (person: DecisionFacts['person'], policy: Policy): readonly Requirement[] =>
  person === undefined
    ? []
    : [...everySignInDemands(policy), ...(person.circumstances ? riskDemands(person.circumstances, policy) : [])];

const sparedHere = (
  { person, at }: DecisionFacts,
  demands: readonly Requirement[],
  policy: Policy,
): readonly Requirement[] => {
  const device = person?.remembered;
  if (device === undefined || policy.rememberDevice === undefined) return [];
  return at < secondsAfter(device.createdAt, policy.rememberDevice.age) ? sparedBy(device, demands, policy) : [];
};

const situationOf = (
  facts: DecisionFacts,
  target: Target,
  demands: readonly Requirement[],
  policy: Policy,
): Situation => {
  const { person, request, requestedAt, agesFrom, expectedUser, pinnedUser, accountSelectedAt, consentedAt } = facts;
  const { levels, installed } = policy;
  return {
    prompt: request.prompt,
    requestedAt,
    requirements: collectRequirements(request, { ...target, levels, requestedAt, agesFrom, further: demands }),
    levels,
    installed,
    consentMissing: target.client.firstParty ? [] : (person?.consentMissing ?? []),
    enrollable: person ? enrollableNow(person, policy) : [],
    ...(person && { person: { userId: person.userId, events: person.events, enrolled: person.enrolled } }),
    ...(expectedUser !== undefined && { expectedUser }),
    ...(pinnedUser !== undefined && { pinnedUser }),
    ...(accountSelectedAt !== undefined && { accountSelectedAt }),
    ...(consentedAt !== undefined && { consentedAt }),
  };
};

/** What might be demanded one day. */
const shadowsOf = (
  { agesFrom }: DecisionFacts,
  { client, api, scopes }: Target,
  { levels, shadow }: Policy,
): readonly Requirement[] => [
  ...shadowRequirements(client, api, scopes, levels, agesFrom),
  ...ofEverySignIn(shadow?.everySignIn.acr, levels),
];

/** Tells in the trace what would be otherwise, were it demanded. The decision itself was made without. */
const withShadow = (
  decision: Decision,
  situation: Situation,
  facts: DecisionFacts,
  target: Target,
  policy: Policy,
): Decision => {
  const isAbout = situation.person !== undefined && decision.next.step !== 'login';
  const shadows = isAbout ? shadowsOf(facts, target, policy) : [];
  if (shadows.length === 0) return decision;
  const { levels, person, requirements } = situation;
  const { step, reason } = nextStep({ ...situation, requirements: [...requirements, ...shadows] }).trace;
  const verdicts = shadows.map((requirement) => explainRequirement(requirement, person?.events ?? [], levels));
  return { ...decision, trace: { ...decision.trace, shadow: { step, reason, requirements: verdicts } } };
};

const refusal = (error: OAuthError, { trace }: Pick<Decision, 'trace'>): Decision => ({
  next: { step: 'refuse', error },
  trace: { ...trace, step: 'refuse', reason: error.reason },
});

const NO_TRACE: Decision['trace'] = { step: 'refuse', reason: '', requirements: [], dropped: [] };

/** The decision. Total: it has an answer for every fact and every policy. */
export const decisionOf = (facts: DecisionFacts, policy: Policy): Judged => {
  const target = targetOf(facts, policy);
  const all = [...demandsBesides(facts.person, policy), ...(facts.actions?.spareable ?? [])];
  const spared = sparedHere(facts, all, policy);
  const demands = [...all.filter((demand) => !spared.includes(demand)), ...(facts.actions?.requirements ?? [])];
  if (!target.ok) return { decision: refusal(target.error, { trace: NO_TRACE }), scopes: [], spared };
  const situation = situationOf(facts, target.value, demands, policy);
  const decision = withShadow(nextStep(situation), situation, facts, target.value, policy);
  const denied = facts.actions?.refusal;
  const isBeforeActions = decision.next.step === 'login' || decision.next.step === 'select-account';
  return {
    // Nobody is told what an Action thinks of somebody else: it refuses whoever is signed in, and is the right one.
    decision:
      denied === undefined || isBeforeActions || decision.next.step === 'refuse'
        ? decision
        : refusal(oauthError(denied.error, denied.reason, denied.description), decision),
    scopes: target.value.scopes,
    spared,
  };
};
