/** What Actions want done with the issuing of a code or token. Nothing of it is done before the run has come to its end. */
import type { Instant } from '@stile/core';
import type { Json, JsonObject } from './call.ts';

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

/** What two effects have in common when the later one leaves nothing of the earlier. */
const subjectOf = (one: Effect): string => {
  if ('key' in one) return `${one.effect} ${one.key}`;
  if ('name' in one) return `${one.effect} ${one.name}`;
  if ('scope' in one) return `scope ${one.scope}`;
  return 'url' in one ? `${one.effect} ${one.url}` : one.effect;
};

/** The effects without those of which nothing is left, so that a run stays small however often an Action changes its mind. */
export const withoutUndone = (effects: readonly Effect[]): readonly Effect[] => {
  const left = new Map<string, Effect>();
  for (const one of effects) {
    const subject = subjectOf(one);
    const before = left.get(subject);
    const isLater = before !== undefined && 'at' in before && 'at' in one && before.at < one.at;
    left.delete(subject);
    left.set(subject, isLater ? before : one);
  }
  return [...left.values()];
};

type MetadataEffect = Extract<Effect, { readonly key: string }>['effect'];

/** What the effects leave of metadata: by key, the last word counts. */
export const changesOf = (effects: readonly Effect[], of: MetadataEffect): Changes =>
  Object.fromEntries(
    effects.flatMap((one): readonly (readonly [string, Json])[] => (one.effect === of ? [[one.key, one.value]] : [])),
  );

/** Metadata with changes made to it. */
export const withChanges = (metadata: JsonObject, changes: Changes): JsonObject =>
  Object.fromEntries(Object.entries({ ...metadata, ...changes }).filter(([, value]) => value !== null));

const claimsOf = (effects: readonly Effect[], of: 'access-token-claim' | 'id-token-claim'): JsonObject =>
  Object.fromEntries(
    effects.flatMap((one): readonly (readonly [string, Json])[] => (one.effect === of ? [[one.name, one.value]] : [])),
  );

/** The scopes whose last word was the one that is asked for. */
const scopesOf = (effects: readonly Effect[], of: 'add-scope' | 'remove-scope'): readonly string[] => {
  const last = new Map<string, Effect['effect']>();
  for (const one of effects) {
    if (one.effect === 'add-scope' || one.effect === 'remove-scope') last.set(one.scope, one.effect);
  }
  return [...last].flatMap(([scope, effect]) => (effect === of ? [scope] : []));
};

type MomentEffect = Extract<Effect, { readonly at: Instant }>['effect'];

const earliest = (effects: readonly Effect[], of: MomentEffect): Instant | undefined =>
  effects
    .flatMap((one) => (one.effect === of ? [one.at] : []))
    .reduce<Instant | undefined>((first, at) => (first === undefined || at < first ? at : first), undefined);

const lifeChanges = (effects: readonly Effect[], of: 'session' | 'refresh-token'): LifeChanges => {
  const expiresAt = earliest(effects, `${of}-expires-at`);
  const idleExpiresAt = earliest(effects, `${of}-idle-expires-at`);
  const evicted = effects.findLastIndex(({ effect }) => effect === `${of}-metadata-evict`);
  return {
    ...(expiresAt !== undefined && { expiresAt }),
    ...(idleExpiresAt !== undefined && { idleExpiresAt }),
    evictMetadata: evicted >= 0,
    metadata: changesOf(effects.slice(evicted + 1), `${of}-metadata`),
  };
};

const lastOf = <T extends Effect['effect']>(effects: readonly Effect[], of: T) =>
  effects.findLast((one): one is Extract<Effect, { readonly effect: T }> => one.effect === of);

const sessionChanges = (effects: readonly Effect[]): RunEffects['session'] => {
  const mode = lastOf(effects, 'session-cookie-mode')?.mode;
  const revoked = lastOf(effects, 'session-revoke');
  return {
    ...lifeChanges(effects, 'session'),
    ...(mode !== undefined && { cookieMode: mode }),
    ...(revoked && {
      revoke: { reason: revoked.reason, preserveRefreshTokens: revoked.preserveRefreshTokens },
    }),
  };
};

const refreshTokenChanges = (effects: readonly Effect[]): RunEffects['refreshToken'] => {
  const revoked = lastOf(effects, 'refresh-token-revoke');
  return { ...lifeChanges(effects, 'refresh-token'), ...(revoked && { revoke: { reason: revoked.reason } }) };
};

/** All effects together. */
export const mergeEffects = (effects: readonly Effect[]): RunEffects => ({
  accessTokenClaims: claimsOf(effects, 'access-token-claim'),
  idTokenClaims: claimsOf(effects, 'id-token-claim'),
  addedScopes: scopesOf(effects, 'add-scope'),
  removedScopes: scopesOf(effects, 'remove-scope'),
  userMetadata: changesOf(effects, 'user-metadata'),
  appMetadata: changesOf(effects, 'app-metadata'),
  session: sessionChanges(effects),
  refreshToken: refreshTokenChanges(effects),
  recordedMethods: [...new Set(effects.flatMap((one) => (one.effect === 'record-method' ? [one.url] : [])))],
});

/** Effects that a denial leaves in force: what is known of the person, and what the denial itself ends. */
const OUTLIVE_DENIAL: readonly Effect['effect'][] = [
  'user-metadata',
  'app-metadata',
  'session-revoke',
  'refresh-token-revoke',
];

export const afterDenial = (effects: readonly Effect[]): readonly Effect[] =>
  effects.filter(({ effect }) => OUTLIVE_DENIAL.includes(effect));
