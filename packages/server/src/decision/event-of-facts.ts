/**
 * What an Action is shown of a decision that was made before: what is in its facts, and for the rest what is kept of the person today.
 * Facts hold no address, no browser and no parameters of the application; those are empty.
 */
import { contextThatMeets, instant } from '@stile/core';
import type { EventInput, RiskInput } from '../actions/event-input.ts';
import { personInput } from '../actions/person-input.ts';
import type { Config } from '../config/config.ts';
import { presentSignals } from '../risk/signals.ts';
import type { UserProfile } from '../store/profile-ports.ts';
import type { User } from '../store/records.ts';
import type { DecisionFacts, SignedIn } from './facts.ts';

/** Somebody as they are kept today. */
export interface PersonToday {
  readonly user: User;
  readonly profile: UserProfile | undefined;
}

const riskOf = ({ circumstances }: SignedIn, { risk }: Config): readonly RiskInput[] =>
  circumstances
    ? presentSignals(circumstances, risk).map(({ signal, assumed }) => ({ signal, present: true, assumed }))
    : [];

/** @param id names the decision, as the transaction */
export const eventOfFacts = (
  id: string,
  facts: DecisionFacts,
  person: SignedIn,
  today: PersonToday,
  config: Config,
): EventInput => {
  const { request, requestedScopes, audience, clientId, at } = facts;
  const client = config.clients.get(clientId);
  const began = instant(Math.min(at, ...person.events.map((event) => event.at)));
  const place = person.circumstances?.place;
  return {
    issuer: config.issuer,
    person: personInput(
      today.user,
      today.profile,
      person.enrolled.map(({ factor }) => ({ factor })),
    ),
    events: person.events,
    context: contextThatMeets(person.events, [], config.levels),
    session: {
      id: person.sessionId,
      createdAt: began,
      lastSeenAt: at,
      userAgent: '',
      address: '',
      clientIds: [clientId],
      metadata: {},
      recordedMethods: [],
    },
    refreshToken: undefined,
    client: { id: clientId, name: client?.name ?? clientId, metadata: client?.metadata ?? {} },
    request: {
      method: 'GET',
      hostname: new URL(config.issuer).hostname,
      ip: '',
      query: {},
      body: {},
      ...(typeof place === 'object' && { place: { country: place.country, ...place.coordinates } }),
    },
    transaction: {
      id,
      path: 'authorize',
      acrValues: request.acrValues,
      maxAgeSeconds: request.maxAgeSeconds,
      prompt: request.prompt,
      scopes: requestedScopes,
      audience: audience ?? client?.defaultAudience,
      redirectUri: client?.redirectUris[0],
      responseType: ['code'],
      uiLocales: [],
      locale: 'en',
    },
    risk: riskOf(person, config),
    logins: today.profile?.logins ?? 1,
  };
};
