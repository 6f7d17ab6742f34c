/** The store's port of the policies that decisions were made by. */
import type { Instant } from '@stile/core';

/** A declared policy, as text, by the digest of that text. */
export interface PolicyRecord {
  readonly digest: string;
  readonly text: string;
  /** When a server decided by it first. */
  readonly firstAt: Instant;
  /** Until when one is known to have decided by it. */
  readonly lastAt: Instant;
}

export interface PolicyStore {
  /** Keeps a policy; of one that is kept already it notes that it still is decided by. */
  keep(policy: Omit<PolicyRecord, 'lastAt'>): Promise<void>;
  find(digest: string): Promise<PolicyRecord | undefined>;
  /** The one that was kept last of those that were kept before it. */
  before(digest: string): Promise<PolicyRecord | undefined>;
  /** Forgets all that nobody has decided by from a moment on, but for one. Returns how many. */
  forget(unusedSince: Instant, except: string): Promise<number>;
}
