/** What an Action is told: who signs in, to what, how, and what they have proven. Times are ISO 8601 texts unless they say otherwise. */
import type { FactorType } from './factors.ts';
import type { Metadata } from './json.ts';

export interface PostLoginEvent {
  readonly authentication: Authentication;
  readonly authorization: {
    /** The roles of the person. */
    readonly roles: readonly string[];
  };
  readonly client: Client;
  readonly connection: Connection;
  readonly request: Request;
  /** The API that tokens are asked for; absent when only OpenID Connect's own scopes are. */
  readonly resource_server?: {
    /** Its audience. */
    readonly identifier: string;
  };
  /** The secrets of this Action, by name. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Absent where there is no browser. */
  readonly session?: Session;
  /** Present when a refresh token is exchanged. */
  readonly refresh_token?: RefreshToken;
  readonly stats: {
    /** How often this person has signed in, this time included. */
    readonly logins_count: number;
  };
  readonly tenant: {
    /** The host name of this server. */
    readonly id: string;
  };
  readonly transaction: Transaction;
  readonly user: User;
}

export interface Authentication {
  /** Everything that was proven in this session, in order. It is looked up anew before each Action. */
  readonly methods: readonly AuthenticationMethod[];
  /** Present when signs of risk are asked about (`risk` in the configuration). */
  readonly riskAssessment?: RiskAssessment;
  /**
   * What is proven, with the members and units of a token. Absent when no level is reached. Not known to Auth0.
   *
   * @example
   * if (!event.authentication.context?.acrs.includes('phr')) await api.stepUp.require({ acr: 'phr' });
   */
  readonly context?: AuthenticationContext;
}

export interface AuthenticationMethod {
  /**
   * What the session began with: `pwd`, `passkey`, `federated` …; `mfa` for a second factor, under which a passkey is listed as well,
   * being two at once; or the address of a method that an Action recorded.
   */
  readonly name: string;
  readonly timestamp: string;
  /** Of `mfa` only. */
  readonly type?: FactorType;
}

export interface AuthenticationContext {
  /** The strongest level that is reached. */
  readonly acr: string;
  /** Every level that is reached. */
  readonly acrs: readonly string[];
  /** Methods by their names in RFC 8176. */
  readonly amr: readonly string[];
  /** When each of them was proven last, in seconds since 1970. */
  readonly amr_times: Readonly<Record<string, number>>;
  /** When the level was renewed last, in seconds since 1970. */
  readonly auth_time: number;
}

export type Confidence = 'low' | 'medium' | 'high' | 'neutral';

export interface RiskAssessment {
  /** `low` when any sign of risk is there, or could not be judged. */
  readonly confidence: Confidence;
  readonly version: string;
  readonly assessments: {
    readonly NewDevice?: Assessment;
    readonly ImpossibleTravel?: Assessment;
    /** Not known to Auth0, like the two below it. */
    readonly NewCountry?: Assessment;
    readonly LongAbsence?: Assessment;
    readonly ManyFailures?: Assessment;
  };
}

export interface Assessment {
  readonly confidence: Confidence;
  readonly code: string;
}

export interface Client {
  readonly client_id: string;
  readonly name: string;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface Connection {
  readonly id: string;
  readonly name: string;
  /** `auth0` for people whose accounts are kept here, as with Auth0's own databases; `oidc` for those whom others vouch for. */
  readonly strategy: string;
}

/** The request by which the person came; a new one after each redirect. */
export interface Request {
  readonly method: string;
  readonly hostname: string;
  /** The address of the person's device. */
  readonly ip: string;
  readonly user_agent?: string;
  readonly language?: string;
  /** Without what is secret: codes, tokens, passwords. */
  readonly query: Readonly<Record<string, string>>;
  /** Without what is secret. */
  readonly body: Readonly<Record<string, string>>;
  /** Present when a list of locations is configured. */
  readonly geoip?: { readonly countryCode: string; readonly latitude?: number; readonly longitude?: number };
}

export interface Session {
  readonly id: string;
  readonly user_id: string;
  readonly authenticated_at: string;
  readonly created_at: string;
  readonly updated_at: string;
  readonly last_interacted_at: string;
  readonly expires_at?: string;
  readonly idle_expires_at?: string;
  readonly clients: readonly { readonly client_id: string }[];
  readonly device: {
    readonly initial_ip: string;
    readonly initial_user_agent: string;
    readonly last_ip: string;
    readonly last_user_agent: string;
  };
  readonly metadata: Metadata;
}

export interface RefreshToken {
  readonly id: string;
  readonly user_id: string;
  readonly client_id: string;
  readonly session_id?: string;
  readonly created_at: string;
  readonly expires_at: string;
  readonly idle_expires_at: string;
  readonly rotating: boolean;
  readonly resource_servers: readonly { readonly audience: string; readonly scopes: string }[];
  readonly metadata: Metadata;
}

/** On which way tokens are asked for. */
export type Protocol =
  | 'oidc-basic-profile'
  | 'oidc-implicit-profile'
  | 'oidc-hybrid-profile'
  | 'oauth2-refresh-token'
  | 'oauth2-device-code'
  | 'oauth2-password'
  | 'oauth2-token-exchange'
  | 'oidc-ciba';

export interface Transaction {
  readonly id: string;
  /** What was asked for, in order of preference; empty when nothing was. What was *proven* is in `event.authentication`. */
  readonly acr_values: readonly string[];
  /** The age that a proof may have, in seconds, if one was asked for. Not known to Auth0. */
  readonly max_age?: number;
  readonly prompt: readonly string[];
  readonly protocol: Protocol;
  readonly requested_scopes: readonly string[];
  readonly redirect_uri?: string;
  readonly response_type: readonly string[];
  readonly response_mode?: string;
  readonly state?: string;
  readonly login_hint?: string;
  readonly ui_locales: readonly string[];
  /** The language of the pages. */
  readonly locale: string;
  /** What Actions before this one have set with `api.transaction.setMetadata`. */
  readonly metadata: Metadata;
}

export interface User {
  readonly user_id: string;
  readonly username: string;
  readonly email?: string;
  readonly email_verified?: boolean;
  readonly family_name?: string;
  readonly given_name?: string;
  readonly name?: string;
  readonly nickname?: string;
  readonly phone_number?: string;
  readonly phone_verified?: boolean;
  readonly picture?: string;
  readonly created_at: string;
  readonly updated_at: string;
  readonly last_password_reset?: string;
  /** With what Actions before this one have set. */
  readonly user_metadata: Metadata;
  /** With what Actions before this one have set. */
  readonly app_metadata: Metadata;
  /** Each kind of second factor that the person has, once. */
  readonly enrolledFactors: readonly EnrolledFactor[];
  /** The same without the email address and recovery codes, which make nobody enrolled by themselves. */
  readonly multifactor: readonly FactorType[];
  readonly identities: readonly {
    readonly connection: string;
    readonly provider: string;
    readonly user_id: string;
    readonly isSocial: boolean;
  }[];
}

export interface EnrolledFactor {
  readonly type: FactorType;
  /** How a phone is reached. */
  readonly method?: 'sms' | 'voice';
  readonly options?: { readonly preferredMethod: 'sms' | 'voice' };
}
