/**
 * What an Action is shown of a decision that was made before: what is in its facts, and for the rest what is kept of the person today.
 * Facts hold no address, no browser and no parameters of the application; those are empty.
 */
import type { Instant } from '@stile/core';
import { contextThatMeets, countingProofs, instant } from '@stile/core';
import type { ClientInput, EventInput, RequestInput, RiskInput, SessionInput } from '../actions/event-input.ts';
import { personInput } from '../actions/person-input.ts';
import { transactionBase } from '../authorization/action-input.ts';
import type { Config } from '../config/config.ts';
import { presentSignals } from '../risk/signals.ts';
import type { UserProfile } from '../store/profile-ports.ts';
import type { User } from '../store/records.ts';
import type { DecisionFacts, SignedIn } from './facts.ts';
import type { TokenFacts } from './token-facts.ts';

/** Somebody as they are kept today. */
export interface PersonToday {
  readonly user: User;
  readonly profile: UserProfile | undefined;
}

const riskOf = ({ circumstances }: SignedIn, { risk }: Config): readonly RiskInput[] =>
  circumstances
    ? presentSignals(circumstances, risk).map(({ signal, assumed }) => ({ signal, present: true, assumed }))
    : [];

const clientInput = (id: string, { clients }: Config): ClientInput => {
  const client = clients.get(id);
  return { id, name: client?.name ?? id, metadata: client?.metadata ?? {} };
};

const requestInput = (method: string, { issuer }: Config): RequestInput => ({
  method,
  hostname: new URL(issuer).hostname,
  ip: '',
  query: {},
  body: {},
});

/** A session is as old as what was proven first in it, for all that is on record. */
const sessionInput = (
  id: string,
  { at, clientId }: Pick<DecisionFacts, 'at' | 'clientId'>,
  events: SignedIn['events'],
): SessionInput => ({
  id,
  createdAt: instant(Math.min(at, ...events.map((event) => event.at))),
  lastSeenAt: at,
  userAgent: '',
  address: '',
  clientIds: [clientId],
  metadata: {},
  recordedMethods: [],
});

/** @param id names the decision, as the transaction */
export const eventOfFacts = (
  id: string,
  facts: DecisionFacts,
  person: SignedIn,
  today: PersonToday,
  config: Config,
): EventInput => {
  const { request, requestedScopes, audience, clientId } = facts;
  const client = config.clients.get(clientId);
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
    session: sessionInput(person.sessionId, facts, person.events),
    refreshToken: undefined,
    client: clientInput(clientId, config),
    request: {
      ...requestInput('GET', config),
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

/** When a grant was asked for; where nobody kept it, all that was proven counts as proven for it. */
export const askedForAt = ({ at, grant: { requestedAt, events } }: TokenFacts): Instant =>
  requestedAt ?? instant(Math.min(at, ...events.map((event) => event.at)));

/**
 * The same of a refresh. What session and refresh token are called, and since when there is one, is not in the facts either: the names are
 * empty, and no token is older than the proofs that it was given for.
 *
 * @param enrolled the factors that they could prove today
 */
export const eventOfTokenFacts = (
  id: string,
  facts: TokenFacts & Required<Pick<TokenFacts, 'refreshToken'>>,
  today: PersonToday,
  enrolled: readonly string[],
  config: Config,
): EventInput => {
  const { at, clientId, grant, askedScopes, sessionAlive, refreshToken } = facts;
  const events = countingProofs(grant.events, at);
  const audience = grant.audience ?? undefined;
  return {
    issuer: config.issuer,
    person: personInput(
      today.user,
      today.profile,
      enrolled.map((factor) => ({ factor })),
    ),
    events,
    context: contextThatMeets(events, [], config.levels),
    session: sessionAlive ? sessionInput('', facts, events) : undefined,
    refreshToken: {
      ...refreshToken,
      id: '',
      createdAt: instant(Math.max(0, ...events.map((event) => event.at))),
      audience,
      scopes: grant.scopes,
      metadata: {},
    },
    client: clientInput(clientId, config),
    request: { ...requestInput('POST', config), body: { grant_type: 'refresh_token' } },
    transaction: { ...transactionBase('refresh', id, 'en'), scopes: askedScopes ?? grant.scopes, audience },
    risk: [],
    logins: today.profile?.logins ?? 1,
  };
};
