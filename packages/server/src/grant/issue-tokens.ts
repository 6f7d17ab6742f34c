/**
 * The one place where tokens are signed. Every grant comes through here, and laws 1 and 2 are asked once more of the facts,
 * whatever the grant believed.
 */
import type { AccessTokenFacts, Api, Instant } from '@stile/core';
import {
  accessTokenClaims,
  assertIssuable,
  contextThatMeets,
  freshUntil,
  idTokenClaims,
  isElevated,
  isSingleUse,
  NotIssuable,
  releasedClaims,
  secondsAfter,
} from '@stile/core';
import type { RegisteredClient } from '../config/config.ts';
import type { Deps } from '../deps.ts';
import { randomId } from '../deps.ts';
import type { CustomClaims, Grant, User } from '../store/records.ts';
import { requirementsOf } from './standing.ts';

/** For whom, for what, and by which facts. */
export interface Issuance {
  readonly client: RegisteredClient;
  readonly api: Api | undefined;
  readonly scopes: readonly string[];
  /** The person and the grant they made; absent when a client acts for itself. */
  readonly person?: {
    readonly user: User;
    readonly grant: Grant;
    /** From when the scopes' ages are counted: the request for a code, now for a refresh. */
    readonly scopesGrantedAt: Instant;
    readonly nonce: string | null;
    /** What Actions put into these tokens; absent: what they put into those of the grant. */
    readonly customClaims?: CustomClaims;
  };
  readonly refreshToken?: string;
}

/** The body of a successful token response (RFC 6749, section 5.1). */
export interface TokenResponse {
  readonly access_token: string;
  readonly token_type: 'Bearer';
  readonly expires_in: number;
  readonly scope: string;
  readonly id_token?: string;
  readonly refresh_token?: string;
}

/** The lifetime of a token for no API in particular: it opens userinfo alone. */
const USERINFO_TOKEN_SECONDS = 3600;

/** The audience of the userinfo endpoint. */
export const userinfoAudience = (issuer: string): string => `${issuer}userinfo`;

/**
 * Signs the tokens of one issuance.
 *
 * @throws NotIssuable when the facts do not carry what the grant wanted: a bug elsewhere, which ends here in a refusal
 */
export const issueTokens = (issuance: Issuance, deps: Deps): TokenResponse => {
  const { client, api, scopes, person } = issuance;
  const facts = person ? personalFacts(issuance, person, deps) : machineFacts(issuance, deps);
  const custom = person?.customClaims ?? person?.grant.customClaims ?? { accessToken: {}, idToken: {} };
  const accessClaims = accessTokenClaims({ ...facts, customClaims: custom.accessToken });
  const accessToken = deps.keys.sign(api?.signingAlg ?? 'RS256', 'at+jwt', accessClaims);
  const idToken =
    person && facts.context && scopes.includes('openid')
      ? deps.keys.sign(
          client.idTokenAlg,
          'JWT',
          idTokenClaims({
            issuer: facts.issuer,
            subject: facts.subject,
            clientId: client.id,
            issuedAt: facts.issuedAt,
            lifetimeSeconds: deps.config.lifetimes.idToken,
            sessionId: facts.sessionId ?? '',
            context: facts.context,
            userClaims: releasedClaims(scopes, person.user.claims, person.grant.requestedClaims.idToken),
            customClaims: custom.idToken,
            ...(person.nonce !== null && { nonce: person.nonce }),
          }),
        )
      : undefined;
  return {
    access_token: accessToken,
    token_type: 'Bearer',
    expires_in: facts.lifetimeSeconds,
    scope: scopes.join(' '),
    ...(idToken !== undefined && { id_token: idToken }),
    ...(issuance.refreshToken !== undefined && { refresh_token: issuance.refreshToken }),
  };
};

const personalFacts = (
  { client, api, scopes }: Issuance,
  { user, grant, scopesGrantedAt }: NonNullable<Issuance['person']>,
  deps: Deps,
): AccessTokenFacts => {
  const { levels, issuer } = deps.config;
  if (grant.userId !== user.id || grant.clientId !== client.id || grant.audience !== (api?.audience ?? null)) {
    throw new NotIssuable('The grant is of another person, client or API.');
  }
  const requirements = requirementsOf(grant, deps);
  const context = contextThatMeets(grant.events, requirements, levels);
  if (!context) throw new NotIssuable('The requirements of the grant are not met.');
  if (scopes.some((scope) => !grant.scopes.includes(scope))) throw new NotIssuable('A scope was not granted.');
  assertIssuable({
    events: grant.events,
    requirements,
    context,
    scopes,
    api,
    levels,
    scopesGrantedAt,
  });
  const singleUse = isSingleUse(scopes, api);
  const now = deps.now();
  // Nothing is proven in the future; only the second that tells a request from the proof before it is allowed for.
  if (context.authTime > secondsAfter(now, 1)) throw new NotIssuable('A proof lies in the future.');
  const freshness = freshUntil(scopes, api, grant.events, levels, scopesGrantedAt);
  return {
    ...common(client, scopes, singleUse, now, deps),
    lifetimeSeconds: lifetimeOf(api, singleUse, freshness, now, deps),
    subject: user.id,
    // A token that may be used once is for the API alone; userinfo would be a second place to use it. Without an API the
    // default is userinfo, for every access token has an audience (RFC 9068, section 3).
    audience: [
      ...(api ? [api.audience] : []),
      ...(!api || (scopes.includes('openid') && !singleUse) ? [userinfoAudience(issuer)] : []),
    ],
    grantId: grant.id,
    ...(grant.sessionId !== null && { sessionId: grant.sessionId }),
    context,
  };
};

const machineFacts = ({ client, api, scopes }: Issuance, deps: Deps): AccessTokenFacts => {
  if (!api) throw new NotIssuable('A client acting for itself needs an API.');
  assertIssuableToMachine(scopes, api);
  const now = deps.now();
  return {
    ...common(client, scopes, false, now, deps),
    lifetimeSeconds: api.tokenLifetimeSeconds,
    subject: client.id,
    audience: [api.audience],
  };
};

/** Law 1 for a token without a person: no scope of it demands a proof, for nobody could have given one. */
const assertIssuableToMachine = (scopes: readonly string[], api: Api): void => {
  if (scopes.some((scope) => isElevated(scope, api))) throw new NotIssuable('A scope needs a person.');
};

/** A token that demands a fresh proof lives as long as the proof is fresh, and long enough to be used once. */
const LEAST_LIFETIME_SECONDS = 60;

const lifetimeOf = (
  api: Api | undefined,
  singleUse: boolean,
  freshness: Instant | undefined,
  now: Instant,
  { config }: Deps,
): number => {
  const lifetime = api?.tokenLifetimeSeconds ?? USERINFO_TOKEN_SECONDS;
  const fresh = freshness === undefined ? lifetime : Math.max(LEAST_LIFETIME_SECONDS, freshness - now);
  return Math.min(lifetime, fresh, singleUse ? config.lifetimes.singleUseToken : lifetime);
};

const common = (
  client: RegisteredClient,
  scopes: readonly string[],
  singleUse: boolean,
  issuedAt: Instant,
  deps: Deps,
): Omit<AccessTokenFacts, 'subject' | 'audience' | 'lifetimeSeconds'> => ({
  issuer: deps.config.issuer,
  clientId: client.id,
  scopes,
  jti: randomId(deps, 'at'),
  issuedAt,
  singleUse,
});
