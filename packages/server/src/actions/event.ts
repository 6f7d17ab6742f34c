/**
 * Makes the `event` of an Action: what Auth0's post-login trigger gives, from what Stile knows. What Stile does not have is not there;
 * `docs/guides/actions.md` lists it.
 */
import type { Instant } from '@stile/core';
import type { Json, JsonObject } from './call.ts';
import type {
  EventInput,
  PersonInput,
  RefreshTokenInput,
  RequestInput,
  SessionInput,
  TransactionInput,
} from './event-input.ts';
import { enrolledFactors, multifactorOf } from './factor-names.ts';
import { defined, isJson } from './json.ts';
import { authenticationOf, isoTime } from './methods.ts';
import { protocolOf } from './protocol.ts';
import { withoutSecrets } from './request-secrets.ts';

/** What Actions of the same run have done so far, as far as later ones see it. */
export interface SoFar {
  readonly userMetadata: JsonObject;
  readonly appMetadata: JsonObject;
  readonly transactionMetadata: JsonObject;
  /** Whether the request is the one by which somebody came back from a redirect. */
  readonly isContinued: boolean;
}

const time = (at: Instant | undefined): string | undefined => (at === undefined ? undefined : isoTime(at));

/** Where somebody's account is kept: here, unless another identity provider vouched for them. */
const connectionOf = ({ events }: Pick<EventInput, 'events'>): JsonObject =>
  events.find(({ first }) => first)?.factor === 'federated'
    ? { id: 'con_federated', name: 'federated', strategy: 'oidc' }
    : { id: 'con_stile', name: 'Username-Password-Authentication', strategy: 'auth0' };

const CLAIMS = 'email email_verified family_name given_name name nickname phone_number picture'.split(' ');

const userOf = (person: PersonInput, connection: JsonObject, soFar: SoFar): JsonObject => {
  const enrolled = enrolledFactors(person.authenticators);
  const claim = (name: string): Json | undefined => {
    const value = person.claims[name];
    return isJson(value) ? value : undefined;
  };
  return defined({
    user_id: person.id,
    username: person.username,
    ...Object.fromEntries(CLAIMS.map((name) => [name, claim(name)])),
    phone_verified: claim('phone_number_verified'),
    created_at: isoTime(person.createdAt),
    updated_at: isoTime(person.updatedAt ?? person.createdAt),
    last_password_reset: time(person.lastPasswordChangeAt),
    user_metadata: soFar.userMetadata,
    app_metadata: soFar.appMetadata,
    enrolledFactors: enrolled,
    multifactor: multifactorOf(enrolled),
    identities: [
      { connection: connection.name ?? '', provider: connection.strategy ?? '', user_id: person.id, isSocial: false },
    ],
  });
};

const requestOf = (request: RequestInput, { isContinued }: SoFar): JsonObject =>
  defined({
    method: request.method,
    hostname: request.hostname,
    ip: request.ip,
    user_agent: request.userAgent,
    language: request.language,
    query: withoutSecrets(request.query, isContinued),
    body: withoutSecrets(request.body, isContinued),
    geoip:
      request.place &&
      defined({
        countryCode: request.place.country,
        latitude: request.place.latitude,
        longitude: request.place.longitude,
      }),
  });

const transactionOf = (transaction: TransactionInput, { transactionMetadata }: SoFar): JsonObject =>
  defined({
    id: transaction.id,
    acr_values: transaction.acrValues,
    max_age: transaction.maxAgeSeconds,
    prompt: transaction.prompt,
    protocol: protocolOf(transaction),
    requested_scopes: transaction.scopes,
    redirect_uri: transaction.redirectUri,
    response_type: transaction.responseType,
    response_mode: transaction.responseMode,
    state: transaction.state,
    login_hint: transaction.loginHint,
    ui_locales: transaction.uiLocales,
    locale: transaction.locale,
    metadata: transactionMetadata,
  });

const sessionOf = (session: SessionInput, { request, person }: EventInput): JsonObject =>
  defined({
    id: session.id,
    user_id: person.id,
    authenticated_at: isoTime(session.createdAt),
    created_at: isoTime(session.createdAt),
    updated_at: isoTime(session.lastSeenAt),
    last_interacted_at: isoTime(session.lastSeenAt),
    expires_at: time(session.expiresAt),
    idle_expires_at: time(session.idleExpiresAt),
    clients: session.clientIds.map((id) => ({ client_id: id })),
    device: {
      initial_ip: session.address,
      initial_user_agent: session.userAgent,
      last_ip: request.ip,
      last_user_agent: request.userAgent ?? '',
    },
    metadata: session.metadata,
  });

const refreshTokenOf = (token: RefreshTokenInput, { person }: EventInput): JsonObject =>
  defined({
    id: token.id,
    user_id: person.id,
    client_id: token.clientId,
    session_id: token.sessionId,
    created_at: isoTime(token.createdAt),
    expires_at: isoTime(token.expiresAt),
    idle_expires_at: isoTime(token.idleExpiresAt),
    rotating: true,
    resource_servers:
      token.audience === undefined ? [] : [{ audience: token.audience, scopes: token.scopes.join(' ') }],
    metadata: token.metadata,
  });

/** The event of the post-login trigger, without `secrets`: these are added for the call alone, and kept nowhere. */
export const postLoginEvent = (input: EventInput, soFar: SoFar): JsonObject => {
  const { person, client, session, refreshToken, transaction } = input;
  const connection = connectionOf(input);
  return defined({
    authentication: authenticationOf(input),
    authorization: { roles: person.roles },
    client: { client_id: client.id, name: client.name, metadata: client.metadata },
    connection,
    request: requestOf(input.request, soFar),
    resource_server: transaction.audience === undefined ? undefined : { identifier: transaction.audience },
    session: session && sessionOf(session, input),
    refresh_token: refreshToken && refreshTokenOf(refreshToken, input),
    stats: { logins_count: input.logins },
    tenant: { id: new URL(input.issuer).hostname },
    transaction: transactionOf(transaction, soFar),
    user: userOf(person, connection, soFar),
  });
};
