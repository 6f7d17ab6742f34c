/** The store's port of the policies that decisions were made by. */
import type { Instant } from '@stile/core';

/** A declared policy, as text, by the digest of that text. */
export interface PolicyRecord {
  readonly digest: string;
  readonly text: string;
  /** When a server decided by it first. */
  readonly firstAt: Instant;
}

export interface PolicyStore {
  /** Keeps a policy, if it is not kept yet. */
  keep(policy: PolicyRecord): Promise<void>;
  find(digest: string): Promise<PolicyRecord | undefined>;
  /** The one that was kept last of those that were kept before it. */
  before(digest: string): Promise<PolicyRecord | undefined>;
}
