/**
 * What an Action can ask for. Nothing is done at once: what is asked for is done together when the last Action has come to its end, and
 * not at all when one of them fails. An Action can demand more, narrow, deny and add; it can never take a demand away.
 */
import type { AuthenticationContext } from './event.ts';
import type { AdditionalFactors, EnrollableFactor, Factor } from './factors.ts';
import type { Json } from './json.ts';

export interface PostLoginApi {
  readonly access: {
    /**
     * Denies the login. No later Action runs; metadata of the person that was set is kept all the same.
     *
     * @param reason goes to the application as `error_description`
     */
    deny(reason: string): PostLoginApi;
  };
  readonly accessToken: {
    /**
     * Adds a claim to the access token. Restricted names (`acr`, `sub`, `scope` …) are left out, with a warning in the console; so is
     * a value that is `undefined`.
     */
    setCustomClaim(key: string, value: unknown): PostLoginApi;
    /** Adds a scope, if the client may have it and what the scope demands is proven. */
    addScope(scope: string): PostLoginApi;
    removeScope(scope: string): PostLoginApi;
  };
  readonly idToken: {
    /** Adds a claim to the ID token; as for the access token. */
    setCustomClaim(key: string, value: unknown): PostLoginApi;
  };
  readonly multifactor: {
    /**
     * Demands more than one kind of proof, once the last Action has run.
     *
     * @param provider `any`; Auth0's older names mean the same; `none` demands nothing, and lowers nothing
     */
    enable(
      provider: 'any' | 'none' | 'guardian' | 'google-authenticator',
      options?: {
        /**
         * `true`: proofs of this session will do, and a remembered browser may be spared them. `false`, or nothing: one of them must
         * be of this transaction.
         */
        readonly allowRememberBrowser?: boolean;
        /** Accepted for Auth0's sake, and not used. */
        readonly providerOptions?: Readonly<Record<string, unknown>>;
      },
    ): PostLoginApi;
  };
  readonly authentication: AuthenticationApi;
  /** Not known to Auth0. */
  readonly stepUp: {
    /**
     * Goes on when the proof is there, and asks for it if it is not: the code behind it is the code after the challenge.
     *
     * @example
     * await api.stepUp.require({ acr: 'mfa', maxAge: '5m', reason: 'You are about to change your address' });
     */
    require(demand: StepUpDemand): Promise<AuthenticationContext>;
  };
  readonly redirect: RedirectApi;
  readonly user: {
    /** Sets a key of `user_metadata`; `null` takes it out. Written once, at the end. */
    setUserMetadata(key: string, value: Json | undefined): PostLoginApi;
    /** Sets a key of `app_metadata`; `null` takes it out. Written once, at the end. */
    setAppMetadata(key: string, value: Json | undefined): PostLoginApi;
  };
  readonly cache: CacheApi;
  readonly transaction: {
    /** Later Actions of this transaction find it in `event.transaction.metadata`. */
    setMetadata(key: string, value: string | number | boolean): PostLoginApi;
  };
  readonly validation: {
    /** Denies the login with an error code of your own: the application is told it as `error`, and the message as `error_description`. */
    error(code: string, message: string): PostLoginApi;
  };
  readonly session: SessionApi;
  readonly refreshToken: RefreshTokenApi;
}

export interface StepUpDemand {
  /** The level to be proven, by its name; any of several. Without it any level will do, if it is fresh enough. */
  readonly acr?: string | readonly string[];
  /** How old the proof may be when the request was made: in seconds, or a duration as `5m`. */
  readonly maxAge?: number | string;
  /** Shown to the person, in one short sentence. */
  readonly reason?: string;
}

/** At most four challenges and enrolments in one login. The login waits after the Action, and later Actions see the new `methods`. */
export interface AuthenticationApi {
  /**
   * Demands a certain factor of this transaction. What the person has not, or has answered an earlier challenge with, is left out; if
   * nothing usable is left the login fails.
   */
  challengeWith(factor: Factor, options?: AdditionalFactors<Factor>): void;
  /** The same, and the person chooses. */
  challengeWithAny(factors: readonly Factor[]): void;
  /** Has the person enrol a factor that they have not. Those who have all that is named are left alone. */
  enrollWith(factor: EnrollableFactor, options?: AdditionalFactors<EnrollableFactor>): void;
  /** The same, and the person chooses. */
  enrollWithAny(factors: readonly EnrollableFactor[]): void;
  /**
   * Records a method that somebody else has checked, after a redirect: in `onContinuePostLogin` only. Later transactions of the session
   * find it in `event.authentication.methods`. It proves nothing by itself.
   *
   * @param providerUrl begins with `https://`
   */
  recordMethod(providerUrl: string): PostLoginApi;
}

export interface RedirectApi {
  /** Whether the person can be sent somewhere: not with `prompt=none`, and not where there is no browser. */
  canRedirect(): boolean;
  /** A token (JWT, HS256) that whoever knows the secret can verify. */
  encodeToken(options: {
    readonly secret: string;
    readonly payload?: Readonly<Record<string, unknown>>;
    /** 900 unless it is said. */
    readonly expiresInSeconds?: number;
  }): string;
  /**
   * Sends the person there when this Action has come to its end. They come back to `/continue` with the `state` that was added, and
   * `onContinuePostLogin` goes on.
   */
  sendUserTo(
    url: string,
    options?: { readonly query?: Readonly<Record<string, string | number | boolean | undefined>> },
  ): PostLoginApi;
  /**
   * The payload of the token that the person brought back: in `onContinuePostLogin` only.
   *
   * @throws TypeError unless it is signed with the secret, not expired, about this person (`sub`) and for this redirect (`state`)
   */
  validateToken(options: {
    readonly secret: string;
    /** `session_token` unless it is said. */
    readonly tokenParameterName?: string;
  }): Readonly<Record<string, unknown>>;
}

/** What is kept may be gone at any time. */
export interface CacheApi {
  get(key: string): CacheRecord | undefined;
  set(
    key: string,
    value: string,
    options?: {
      /** Milliseconds; a quarter of an hour unless it is said, a day at most. */
      readonly ttl?: number;
      /** Milliseconds since 1970. */
      readonly expires_at?: number;
    },
  ): { readonly type: 'success'; readonly record: CacheRecord } | CacheFailure;
  delete(key: string): { readonly type: 'success' } | CacheFailure;
}

export interface CacheRecord {
  readonly value: string;
  /** Milliseconds since 1970. */
  readonly expires_at: number;
}

export interface CacheFailure {
  readonly type: 'error';
  readonly code:
    | 'CacheKeySizeExceeded'
    | 'CacheValueSizeExceeded'
    | 'CacheSizeExceeded'
    | 'ItemAlreadyExpired'
    | 'InvalidExpiry'
    | 'CacheKeyDoesNotExist';
}

/** Of several ends the earliest counts. */
interface Ending {
  /** @param absolute milliseconds since 1970 */
  setExpiresAt(absolute: number): PostLoginApi;
  /** @param idle milliseconds since 1970 */
  setIdleExpiresAt(idle: number): PostLoginApi;
  setMetadata(key: string, value: string | number | boolean): PostLoginApi;
  deleteMetadata(key: string): PostLoginApi;
  /** Takes everything out. */
  evictMetadata(): PostLoginApi;
}

export interface SessionApi extends Ending {
  /** Ends the session and denies the login. */
  revoke(
    reason: string,
    options?: {
      /** Refresh tokens of the session go on. */
      readonly preserveRefreshTokens?: boolean;
    },
  ): PostLoginApi;
  /** `non-persistent`: the session ends with the browser. */
  setCookieMode(mode: 'persistent' | 'non-persistent'): PostLoginApi;
}

export interface RefreshTokenApi extends Ending {
  /** Ends the refresh token that is being exchanged (`oauth2-refresh-token` only), and denies. */
  revoke(reason: string): PostLoginApi;
}
