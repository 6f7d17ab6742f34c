/** What proof something demands, as declared: a level (any of several), an age, or both. */
export interface ProofDemand {
  /** Any one of these levels. */
  readonly acr?: readonly string[];
  /** How old the renewing proof may be. */
  readonly maxAgeSeconds?: number;
}

/** A scope of an API, and what it demands of whoever gets it: from every client, on every grant. */
export interface ScopePolicy {
  /** What the scope allows, in people's words by language: { en: 'Transfer money' }. */
  readonly description: Readonly<Record<string, string>>;
  readonly requires: ProofDemand;
  /** What it might demand one day: judged beside, and nothing comes of it. */
  readonly shadow?: ProofDemand;
  /** A token with this scope is accepted once, and never comes back by refresh. */
  readonly singleUse: boolean;
}

/** An API (resource server): the audience of access tokens. */
export interface Api {
  /** Its identifier: the value of `aud`, of `audience` and of `resource` (RFC 8707). */
  readonly audience: string;
  readonly name: string;
  readonly signingAlg: 'RS256' | 'ES256';
  readonly tokenLifetimeSeconds: number;
  readonly scopes: Readonly<Record<string, ScopePolicy>>;
  /** The clients that speak for the API: they may introspect and consume its tokens. */
  readonly resourceServerClients: readonly string[];
}

/** OpenID Connect's own scopes, and `offline_access`; they belong to no API. */
export const OPENID_SCOPES = ['openid', 'profile', 'email', 'address', 'phone', 'offline_access'] as const;

export const isOpenidScope = (scope: string): boolean => OPENID_SCOPES.some((known) => known === scope);

/** The policy of a scope of an API; own properties only, so that no scope named `constructor` comes to life. */
export const scopePolicy = (api: Api | undefined, scope: string): ScopePolicy | undefined =>
  api && Object.hasOwn(api.scopes, scope) ? api.scopes[scope] : undefined;
