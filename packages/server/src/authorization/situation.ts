/**
 * Loads what the next step depends on, and asks for it. Every page and the authorization endpoint ask here,
 * so that they cannot disagree.
 */
import type { Decision, Instant } from '@stile/core';
import { agesFrom, countingProofs, isOpenidScope, isPublic, requestMoment } from '@stile/core';
import { hasProvenToAdd } from '../authenticator/demand.ts';
import { decisionOf, demandsBesides, withActions } from '../decision/decide.ts';
import type { DecisionFacts, SignedIn, WantedByActions } from '../decision/facts.ts';
import { policyOf } from '../decision/policy.ts';
import type { Deps } from '../deps.ts';
import type { UsableAuthenticator } from '../factors/authenticators.ts';
import { usableAuthenticators } from '../factors/authenticators.ts';
import { isRecovering } from '../recovery/guard-proof.ts';
import { channelOf, mailMayGuard, withoutLost } from '../recovery/guards.ts';
import { circumstancesOf } from '../risk/circumstances.ts';
import type { CurrentSession } from '../session/current-session.ts';
import { rememberedDevice } from '../session/remembered-device.ts';
import type { Interaction, RememberedDevice } from '../store/records.ts';
import type { Asking, Further } from './further.ts';
import type { ValidatedRequest } from './validated-request.ts';

/** A decision with everything it was made from. */
export interface Decided {
  readonly decision: Decision;
  readonly facts: DecisionFacts;
  readonly validated: ValidatedRequest;
  readonly current: CurrentSession | undefined;
  readonly authenticators: readonly UsableAuthenticator[];
  readonly requestedAt: Instant;
  /** The moment that ages were counted back from; the same for the grant that may come of it. */
  readonly agesFrom: Instant;
  readonly interaction: Interaction | undefined;
  /** The scopes that will be granted if the person agrees. */
  readonly scopes: readonly string[];
  /** What the person has to agree to, if the client is not the operator's own. */
  readonly consentScopes: readonly string[];
  readonly further: Further;
}

/** What is asked about. */
export interface Question {
  readonly validated: ValidatedRequest;
  readonly interaction: Interaction | undefined;
  readonly current: CurrentSession | undefined;
  /** What the bound Actions want; nothing before they were asked. */
  readonly actions?: WantedByActions;
}

/** Decides what happens next with a request. Reads only. */
export const decide = async (question: Question, asking: Asking, deps: Deps): Promise<Decided> => {
  const { validated, interaction, current, actions } = question;
  const now = deps.now();
  const requestedAt =
    interaction?.requestedAt ?? requestMoment(now, countingProofs(current?.session.events ?? [], now));
  const counted = { requestedAt, agesFrom: agesFrom(requestedAt, now) };
  const loaded = current && (await personOf(current, question, requestedAt, asking, deps));
  const { request, expectedUser, client } = validated;
  const facts: DecisionFacts = {
    at: now,
    ...counted,
    clientId: client.id,
    requestedScopes: request.scopes,
    request: demandsIn(request),
    ...(request.audience !== undefined && { audience: request.audience }),
    ...(loaded && { person: loaded.person }),
    ...(expectedUser !== undefined && { expectedUser }),
    ...(interaction && fromInteraction(interaction)),
    ...(actions && { actions }),
  };
  const { decision, scopes, spared } = decisionOf(facts, policyOf(deps.config));
  return {
    decision,
    facts,
    scopes,
    consentScopes: withActions(validated.consentScopes, actions),
    validated,
    current,
    authenticators: loaded?.authenticators ?? [],
    ...counted,
    interaction,
    further: { spared, device: loaded?.device, circumstances: loaded?.person.circumstances },
  };
};

const demandsIn = ({
  acrValues,
  acrClaim,
  maxAgeSeconds,
  prompt,
}: ValidatedRequest['request']): DecisionFacts['request'] => ({
  acrValues,
  prompt,
  ...(acrClaim && { acrClaim }),
  ...(maxAgeSeconds !== undefined && { maxAgeSeconds }),
});

interface Loaded {
  readonly person: SignedIn;
  readonly authenticators: readonly UsableAuthenticator[];
  readonly device: RememberedDevice | undefined;
}

/** What is known of whoever is signed in. */
const personOf = async (
  current: CurrentSession,
  { validated, interaction, actions }: Question,
  requestedAt: Instant,
  asking: Asking,
  deps: Deps,
): Promise<Loaded> => {
  const { user, session } = current;
  const authenticators = await usableAuthenticators(user.id, deps);
  const recovering = await isRecovering(interaction, user, deps);
  const circumstances = await circumstancesOf(current, { ...asking, requestedAt }, deps);
  const recoversBy = channelOf(authenticators);
  const events = countingProofs(session.events, deps.now());
  const known: SignedIn = {
    userId: user.id,
    sessionId: session.id,
    events,
    enrolled: (recovering ? withoutLost(authenticators) : authenticators).map(({ proof }) => proof),
    consentMissing: await missingConsents(validated, withActions(validated.consentScopes, actions), user.id, deps),
    mailMayGuard: mailMayGuard(user, authenticators, deps),
    isRecovering: recovering,
    ...(hasProvenToAdd(events, authenticators, deps.now(), deps.config) && { hasProvenToAdd: true as const }),
    ...(recoversBy !== undefined && { recoversBy }),
    ...(circumstances && { circumstances }),
  };
  const isAskedMore = demandsBesides(known, policyOf(deps.config)).length > 0 || (actions?.spareable ?? []).length > 0;
  const device = isAskedMore ? await rememberedDevice(user.id, asking.request, deps) : undefined;
  const remembered = device && { id: device.id, acrs: device.acrs, createdAt: device.createdAt };
  return { person: { ...known, ...(remembered && { remembered }) }, authenticators, device };
};

const fromInteraction = ({ userId, accountSelectedAt, consentedAt }: Interaction): Partial<DecisionFacts> => ({
  ...(userId !== null && { pinnedUser: userId }),
  ...(accountSelectedAt !== null && { accountSelectedAt }),
  ...(consentedAt !== null && { consentedAt }),
});

/** The audience a consent is kept under. */
export const consentAudience = (scope: string, audience: string | undefined): string =>
  isOpenidScope(scope) ? '' : (audience ?? '');

/** The scopes that a client which is not the operator's own needs the person's word for. */
const missingConsents = async (
  { client, api, request }: ValidatedRequest,
  scopes: readonly string[],
  userId: string,
  deps: Deps,
): Promise<readonly string[]> => {
  if (client.firstParty) return [];
  // Any program on the device can say that it is this client and listen there, so a consent of before proves nothing
  // (RFC 8252, section 8.6): the person is asked every time.
  if (isPublic(client) && !request.channel.redirect.uri.startsWith('https:')) return scopes;
  const given = await deps.store.grants.consentsOf(userId, client.id);
  return scopes.filter(
    (scope) =>
      !given.some((consent) => consent.scope === scope && consent.audience === consentAudience(scope, api?.audience)),
  );
};
