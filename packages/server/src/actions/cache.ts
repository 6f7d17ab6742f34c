/** A few strings that Actions keep between runs: read once for a run, and written back after it. */
import type { Instant } from '@stile/core';
import { instant } from '@stile/core';
import type { Deps } from '../deps.ts';
import type { CacheChange } from '../store/action-ports.ts';
import { POST_LOGIN } from './deploy/deploy.ts';
import type { ActionCache, CacheEntry } from './world.ts';

/** Auth0's limits: what an Action asks for beyond them is refused to it before it comes here. */
const LIMITS = { entries: 20, totalBytes: 8192 };
const LONGEST_SECONDS = 86_400;

export interface OpenCache extends ActionCache {
  /** Keeps what was written. What cannot be kept is gone: nothing may rest on it, and nobody is refused for it. */
  close(): Promise<void>;
}

/** Reads what is kept; nothing when it cannot be read. */
export const openCache = async ({ store, log, now }: Pick<Deps, 'log' | 'now' | 'store'>): Promise<OpenCache> => {
  const kept = await store.actions.cached(POST_LOGIN, now()).catch((error: unknown) => {
    log.warn({ err: error }, 'what Actions keep could not be read');
    return [];
  });
  const held = new Map<string, CacheEntry>(
    kept.map(({ key, value, expiresAt }) => [key, { value, expiresAtMs: expiresAt * 1000 }]),
  );
  const changed = new Map<string, CacheEntry | null>();
  return {
    entries: (nowMs) => Object.fromEntries([...held].filter(([, { expiresAtMs }]) => expiresAtMs > nowMs)),
    write: (changes) => {
      for (const [key, entry] of changes) {
        changed.set(key, entry);
        if (entry === null) held.delete(key);
        else held.set(key, entry);
      }
    },
    close: async () => {
      if (changed.size === 0) return;
      await store.actions
        .changeCache(
          POST_LOGIN,
          [...changed].map((change) => changeOf(change, now())),
          LIMITS,
          now(),
        )
        .catch((error: unknown) => {
          log.warn({ err: error }, 'what Actions keep could not be written');
        });
    },
  };
};

/** Never later than was said: what may be gone at any time may also be gone a moment early. */
const changeOf = ([key, entry]: readonly [string, CacheEntry | null], now: Instant): CacheChange => {
  if (entry === null) return { delete: key };
  const seconds = Math.min(Math.floor(entry.expiresAtMs / 1000), now + LONGEST_SECONDS);
  return { set: { key, value: entry.value, expiresAt: instant(Math.max(0, seconds)) } };
};
