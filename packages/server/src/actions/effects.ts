/** What Actions want done with the issuing of a code or token. Nothing of it is done before the run has come to its end. */
import type { Instant } from '@stile/core';
import type { Json } from './call.ts';

/** Changes of a record of metadata by key; `null` takes a key out. */
export type Changes = Readonly<Record<string, Json>>;

/** What one command of an Action wants, checked. */
export type Effect =
  | { readonly effect: 'access-token-claim' | 'id-token-claim'; readonly name: string; readonly value: Json }
  | { readonly effect: 'add-scope' | 'remove-scope'; readonly scope: string }
  | {
      readonly effect: 'user-metadata' | 'app-metadata' | 'session-metadata' | 'refresh-token-metadata';
      readonly key: string;
      /** `null` takes it out. */
      readonly value: Json;
    }
  | { readonly effect: 'session-metadata-evict' | 'refresh-token-metadata-evict' }
  | { readonly effect: 'transaction-metadata'; readonly key: string; readonly value: Json }
  | {
      readonly effect:
        | 'session-expires-at'
        | 'session-idle-expires-at'
        | 'refresh-token-expires-at'
        | 'refresh-token-idle-expires-at';
      readonly at: Instant;
    }
  | { readonly effect: 'session-cookie-mode'; readonly mode: 'persistent' | 'non-persistent' }
  | { readonly effect: 'session-revoke'; readonly reason: string; readonly preserveRefreshTokens: boolean }
  | { readonly effect: 'refresh-token-revoke'; readonly reason: string }
  | { readonly effect: 'record-method'; readonly url: string };

/** What is to be changed of a session or a refresh token. */
export interface LifeChanges {
  /** It ends then at the latest; the earliest value that any Action named. */
  readonly expiresAt?: Instant;
  readonly idleExpiresAt?: Instant;
  /** All that it had is taken out first. */
  readonly evictMetadata: boolean;
  readonly metadata: Changes;
}

/** All effects of a run together, as they are to be performed. */
export interface RunEffects {
  readonly accessTokenClaims: Readonly<Record<string, Json>>;
  readonly idTokenClaims: Readonly<Record<string, Json>>;
  /** Beside those that were asked for: what the client may not have, or what a proof is missing for, is not given for all that. */
  readonly addedScopes: readonly string[];
  readonly removedScopes: readonly string[];
  /** Performed even if the run ended in a denial. */
  readonly userMetadata: Changes;
  /** Performed even if the run ended in a denial. */
  readonly appMetadata: Changes;
  readonly session: LifeChanges & {
    readonly cookieMode?: 'persistent' | 'non-persistent';
    /** The session ends, whatever else; the run was denied with it. */
    readonly revoke?: { readonly reason: string; readonly preserveRefreshTokens: boolean };
  };
  readonly refreshToken: LifeChanges & {
    /** The refresh token and its family end; the run was denied with it. */
    readonly revoke?: { readonly reason: string };
  };
  /** Methods of others that were completed after a redirect. They are told to Actions of later transactions, and prove nothing. */
  readonly recordedMethods: readonly string[];
}
