/** `api.cache`: a few strings that may be there again the next time. What goes wrong is an answer, as with Auth0, not an exception. */
import { byteLength } from './base64url.ts';
import type { Host } from './host.ts';
import { isObject } from './values.ts';

const DEFAULT_MS = 15 * 60_000;
const LONGEST_MS = 24 * 3_600_000;
const MOST = { entries: 20, key: 64, value: 4096, total: 8192 };

const failure = (code: string) => ({ type: 'error', code });

const isAmount = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

/** When an entry is to expire; an answer when that cannot be. */
const expiryOf = (options: unknown, nowMs: number): number | ReturnType<typeof failure> => {
  const { ttl, expires_at: at } = isObject(options) ? options : {};
  if ((ttl !== undefined && !isAmount(ttl)) || (at !== undefined && !isAmount(at))) return failure('InvalidExpiry');
  const expiresAt = Math.min(
    ttl === undefined ? Number.POSITIVE_INFINITY : nowMs + ttl,
    at === undefined ? Number.POSITIVE_INFINITY : at,
  );
  const chosen = Math.floor(expiresAt === Number.POSITIVE_INFINITY ? nowMs + DEFAULT_MS : expiresAt);
  if (chosen <= nowMs) return failure('ItemAlreadyExpired');
  return Math.min(chosen, Math.floor(nowMs) + LONGEST_MS);
};

export const buildCache = (host: Host) => {
  const held = new Map(
    Object.entries(host.context.cache).map(([key, { value, expiresAtMs }]) => [key, { value, expiresAtMs }]),
  );
  const size = (): number =>
    [...held].reduce((total, [key, { value }]) => total + byteLength(key) + byteLength(value), 0);
  const checkedKey = (call: string, key: unknown): string => {
    if (typeof key !== 'string' || key === '') throw new TypeError(`api.cache.${call}: key must be a string`);
    return key;
  };
  return {
    get: (key: unknown) => {
      const entry = held.get(checkedKey('get', key));
      return entry && entry.expiresAtMs > host.nowMs()
        ? { value: entry.value, expires_at: entry.expiresAtMs }
        : undefined;
    },
    set: (given: unknown, value: unknown, options?: unknown) => {
      const key = checkedKey('set', given);
      if (typeof value !== 'string') throw new TypeError('api.cache.set: value must be a string');
      if (byteLength(key) > MOST.key) return failure('CacheKeySizeExceeded');
      if (byteLength(value) > MOST.value) return failure('CacheValueSizeExceeded');
      const expiresAtMs = expiryOf(options, host.nowMs());
      if (typeof expiresAtMs !== 'number') return expiresAtMs;
      const before = held.get(key);
      held.set(key, { value, expiresAtMs });
      if (held.size > MOST.entries || size() > MOST.total) {
        if (before) held.set(key, before);
        else held.delete(key);
        return failure('CacheSizeExceeded');
      }
      host.record('cache.set', [key, value, expiresAtMs]);
      return { type: 'success', record: { value, expires_at: expiresAtMs } };
    },
    delete: (given: unknown) => {
      const key = checkedKey('delete', given);
      if (!held.delete(key)) return failure('CacheKeyDoesNotExist');
      host.record('cache.delete', [key]);
      return { type: 'success' };
    },
  };
};

export const CACHE = { DEFAULT_MS, LONGEST_MS, MOST, failure, isAmount, expiryOf, buildCache };
