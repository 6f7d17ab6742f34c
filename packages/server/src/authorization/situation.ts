/**
 * Loads what the next step depends on, and asks for it. Every page and the authorization endpoint ask here,
 * so that they cannot disagree.
 */
import type { Decision, Instant, Situation } from '@stile/core';
import {
  agesFrom,
  collectRequirements,
  countingProofs,
  isOpenidScope,
  isPublic,
  nextStep,
  requestMoment,
} from '@stile/core';
import type { Deps } from '../deps.ts';
import type { UsableAuthenticator } from '../factors/authenticators.ts';
import { usableAuthenticators } from '../factors/authenticators.ts';
import { installedProofs } from '../factors/factors.ts';
import { isRecovering } from '../recovery/guard-proof.ts';
import { enrollableBehindGuards, withoutLost } from '../recovery/guards.ts';
import type { CurrentSession } from '../session/current-session.ts';
import type { Interaction } from '../store/records.ts';
import type { Asking, Further } from './further.ts';
import { furtherDemands } from './further.ts';
import type { ValidatedRequest } from './validated-request.ts';

/** A decision with everything it was made from. */
export interface Decided {
  readonly decision: Decision;
  readonly situation: Situation;
  readonly validated: ValidatedRequest;
  readonly current: CurrentSession | undefined;
  readonly authenticators: readonly UsableAuthenticator[];
  readonly requestedAt: Instant;
  /** The moment that ages were counted back from; the same for the grant that may come of it. */
  readonly agesFrom: Instant;
  readonly interaction: Interaction | undefined;
  readonly further: Further;
}

/** Decides what happens next with a request. Reads only. */
export const decide = async (
  validated: ValidatedRequest,
  interaction: Interaction | undefined,
  current: CurrentSession | undefined,
  asking: Asking,
  deps: Deps,
): Promise<Decided> => {
  const now = deps.now();
  const events = countingProofs(current?.session.events ?? [], now);
  const requestedAt = interaction?.requestedAt ?? requestMoment(now, events);
  const counted = { requestedAt, agesFrom: agesFrom(requestedAt, now) };
  const authenticators = current ? await usableAuthenticators(current.user.id, deps) : [];
  const isRecovered = await isRecovering(interaction, current?.user, deps);
  const enrolled = isRecovered ? withoutLost(authenticators) : authenticators;
  const further = await furtherDemands(current, { ...asking, requestedAt }, deps);
  const { request, client, api, scopes, expectedUser } = validated;
  const situation: Situation = {
    prompt: request.prompt,
    requestedAt,
    requirements: collectRequirements(request, {
      client,
      api,
      scopes,
      levels: deps.config.levels,
      ...counted,
      further: further.demands,
    }),
    levels: deps.config.levels,
    consentMissing: current ? await missingConsents(validated, current.user.id, deps) : [],
    installed: installedProofs(deps.config),
    enrollable: current ? enrollableBehindGuards(current.user, authenticators, deps, isRecovered) : [],
    ...(current && {
      person: {
        userId: current.user.id,
        events,
        enrolled: enrolled.map(({ proof }) => proof),
      },
    }),
    ...(expectedUser !== undefined && { expectedUser }),
    ...(interaction && fromInteraction(interaction)),
  };
  const decision = nextStep(situation);
  return { decision, situation, validated, current, authenticators, ...counted, interaction, further };
};

const fromInteraction = ({ userId, accountSelectedAt, consentedAt }: Interaction): Partial<Situation> => ({
  ...(userId !== null && { pinnedUser: userId }),
  ...(accountSelectedAt !== null && { accountSelectedAt }),
  ...(consentedAt !== null && { consentedAt }),
});

/** The audience a consent is kept under. */
export const consentAudience = (scope: string, audience: string | undefined): string =>
  isOpenidScope(scope) ? '' : (audience ?? '');

/** The scopes that a client which is not the operator's own needs the person's word for. */
const missingConsents = async (
  { client, api, consentScopes, request }: ValidatedRequest,
  userId: string,
  deps: Deps,
): Promise<readonly string[]> => {
  if (client.firstParty) return [];
  // Any program on the device can say that it is this client and listen there, so a consent of before proves nothing
  // (RFC 8252, section 8.6): the person is asked every time.
  if (isPublic(client) && !request.channel.redirect.uri.startsWith('https:')) return consentScopes;
  const given = await deps.store.grants.consentsOf(userId, client.id);
  return consentScopes.filter(
    (scope) =>
      !given.some((consent) => consent.scope === scope && consent.audience === consentAudience(scope, api?.audience)),
  );
};
