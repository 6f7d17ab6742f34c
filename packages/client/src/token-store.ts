import { parseJsonObject } from '@stile/core';
import type { StepUp } from './challenge.ts';
import { isSeconds, isStringList } from './json.ts';
import type { Proof } from './proof.ts';
import { asOf, judge } from './proof.ts';

/** The token an application uses all day, and what renews it. Instants are whole seconds since the epoch. */
export interface EverydayTokens {
  readonly accessToken: string;
  readonly expiresAt: number;
  readonly scope: readonly string[];
  readonly refreshToken?: string;
  readonly idToken?: string;
  /** The `sub` of the ID token: the user to whom every later step-up is pinned. */
  readonly subject?: string;
}

/** A token that a step-up earned, and the proof behind it. It has no refresh token: an elevation ends with it. */
export interface ElevatedToken extends Proof {
  readonly accessToken: string;
  readonly expiresAt: number;
  readonly audience: string;
  readonly scope: readonly string[];
  /** Serves one call only. */
  readonly singleUse: boolean;
}

/** What a call needs of an elevated token. */
export interface ElevationNeed extends StepUp {
  readonly audience: string;
}

/** The two methods of `Storage` that are needed, and `getItem`. `sessionStorage` and `localStorage` fit. */
export interface KeyValueStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/**
 * Keeps everyday and elevated tokens apart. Elevated tokens live in memory alone, whatever the storage: they end with
 * the page at the latest.
 */
export interface TokenStore {
  everyday(audience: string): EverydayTokens | undefined;
  saveEveryday(audience: string, tokens: EverydayTokens): void;
  dropEveryday(audience: string): void;
  /** An elevated token that meets the need now. A single-use token leaves the store with this call. */
  takeElevated(need: ElevationNeed): ElevatedToken | undefined;
  saveElevated(token: ElevatedToken): void;
  /** Forgets one elevated token: it was used up, or the API no longer takes it. */
  discard(token: ElevatedToken): void;
  /** Ends the elevation, of one audience or of all. The everyday tokens stay. */
  dropElevation(audience?: string): void;
  /** Forgets everything, everyday tokens included. */
  clear(): void;
}

export interface TokenStoreOptions {
  /**
   * Where the everyday tokens are kept; memory unless given. What is in a browser's storage can be read by every
   * script of the origin.
   */
  readonly storage?: KeyValueStorage;
  /** Prefix of the keys in `storage`. */
  readonly prefix?: string;
  /** The current instant in seconds. */
  readonly now?: () => number;
}

// A token about to expire would die on its way; a max_age about to lapse would be challenged on arrival.
const marginSeconds = 5;
const capacity = 16;

/** Whether a token has what a call needs, at an instant. What is unknown about the token does not count as met. */
function meetsNeed(token: ElevatedToken, need: ElevationNeed, now: number): boolean {
  if (token.audience !== need.audience || token.expiresAt - marginSeconds <= now) return false;
  if (!(need.scope ?? []).every((scope) => token.scope.includes(scope))) return false;
  const { acrValues, maxAgeSeconds } = need;
  const ageSeconds = maxAgeSeconds === undefined ? undefined : Math.max(0, maxAgeSeconds - marginSeconds);
  return judge(asOf(token, now), { acrValues, maxAgeSeconds: ageSeconds }, now, 0).met;
}

/** A token store in memory, or with its everyday tokens in a storage of the application's choice. */
export function createTokenStore(options: TokenStoreOptions = {}): TokenStore {
  const now = options.now ?? currentInstant;
  const storage = options.storage ?? memoryStorage();
  const prefix = options.prefix ?? 'stile:everyday:';
  const audiences = new Set<string>();
  const elevated = new Map<string, ElevatedToken>();

  const dropElevation = (audience?: string): void => {
    for (const [key, token] of elevated) {
      if (audience === undefined || token.audience === audience) elevated.delete(key);
    }
  };

  return {
    everyday(audience) {
      audiences.add(audience);
      return parseEveryday(storage.getItem(prefix + audience));
    },
    saveEveryday(audience, tokens) {
      audiences.add(audience);
      storage.setItem(prefix + audience, JSON.stringify(tokens));
    },
    dropEveryday: (audience) => storage.removeItem(prefix + audience),
    takeElevated(need) {
      const instant = now();
      for (const [key, token] of elevated) {
        if (token.expiresAt <= instant) elevated.delete(key);
      }
      for (const [key, token] of elevated) {
        if (!meetsNeed(token, need, instant)) continue;
        if (token.singleUse) elevated.delete(key);
        return token;
      }
      return undefined;
    },
    saveElevated(token) {
      const key = keyOf(token);
      elevated.delete(key);
      elevated.set(key, token);
      const [oldest] = elevated.keys();
      if (elevated.size > capacity && oldest !== undefined) elevated.delete(oldest);
    },
    discard(token) {
      if (elevated.get(keyOf(token))?.accessToken === token.accessToken) elevated.delete(keyOf(token));
    },
    dropElevation,
    clear() {
      dropElevation();
      for (const audience of audiences) storage.removeItem(prefix + audience);
    },
  };
}

/** The clock, read here and nowhere else: whole seconds since the epoch. */
export function currentInstant(): number {
  return Math.floor(Date.now() / 1000);
}

/** A storage that ends with the page or the process. */
export function memoryStorage(): KeyValueStorage {
  const items = new Map<string, string>();
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => {
      items.set(key, value);
    },
    removeItem: (key) => {
      items.delete(key);
    },
  };
}

function keyOf(token: ElevatedToken): string {
  const { audience, scope, acr, acrs = [] } = token;
  return JSON.stringify([audience, [...scope].sort(), acr ?? null, [...acrs].sort()]);
}

function parseEveryday(text: string | null): EverydayTokens | undefined {
  const record = text === null ? undefined : parseJsonObject(text);
  if (record === undefined) return undefined;
  const { accessToken, expiresAt, scope, refreshToken, idToken, subject } = record;
  if (typeof accessToken !== 'string' || !isSeconds(expiresAt) || !isStringList(scope)) return undefined;
  return {
    accessToken,
    expiresAt,
    scope,
    ...(typeof refreshToken === 'string' ? { refreshToken } : {}),
    ...(typeof idToken === 'string' ? { idToken } : {}),
    ...(typeof subject === 'string' ? { subject } : {}),
  };
}
