export type ClientAuthenticationMethod = 'none' | 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt';
export type GrantType = 'authorization_code' | 'refresh_token' | 'client_credentials';

/** A client as the rules see it. Its secrets and keys belong to the shell. */
export interface Client {
  readonly id: string;
  /** The name people see. */
  readonly name: string;
  /** Any one of these may be used; `none` makes it a public client and stands alone. */
  readonly authentication: readonly ClientAuthenticationMethod[];
  readonly grantTypes: readonly GrantType[];
  readonly redirectUris: readonly string[];
  readonly postLogoutRedirectUris: readonly string[];
  /** Origins whose scripts may call the token endpoint (CORS) and frame silent authentication. */
  readonly webOrigins: readonly string[];
  /** First-party clients are trusted by the operator: people are not asked for consent. */
  readonly firstParty: boolean;
  /** The scopes it may have, by audience. */
  readonly apis: Readonly<Record<string, readonly string[]>>;
  /** The audience when a request names none. */
  readonly defaultAudience?: string;
  /** A level that every authorization for this client must reach. */
  readonly minimumAcr?: readonly string[];
  /** What the minimum might be one day: judged beside, and nothing comes of it. */
  readonly shadow?: { readonly minimumAcr: readonly string[] };
  /**
   * How `acr_values` is read. `required` (RFC 9470, section 5): met, or the request fails.
   * `voluntary` (OpenID Connect Core 1.0, section 3.1.2.1): fulfilled when it can be.
   */
  readonly acrValues: 'required' | 'voluntary';
  /** `required`: always. `unless-nonce`: a confidential client may rely on `nonce` instead (OAuth 2.1). `optional`: Auth0's way. */
  readonly pkce: 'required' | 'unless-nonce' | 'optional';
  readonly idTokenAlg: 'RS256' | 'ES256';
}

/** A public client cannot keep a secret (RFC 6749, section 2.1). */
export const isPublic = (client: Client): boolean => client.authentication.includes('none');
