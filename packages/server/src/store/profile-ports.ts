/** The store's port of what is kept about a person beside how they sign in. */
import type { Instant } from '@stile/core';
import type { AuditRecord } from './records.ts';

/** JSON that belongs to applications and Actions, by name. */
export type Metadata = Readonly<Record<string, unknown>>;

export interface UserProfile {
  /** What the person themselves may be shown and change. */
  readonly userMetadata: Metadata;
  /** What only administrators and Actions write. */
  readonly appMetadata: Metadata;
  /** How often a session of this person was begun. */
  readonly logins: number;
  readonly lastLoginAt: Instant | null;
}

/** Each name takes its new value in the place of the old one, as a whole; null takes the name away. */
export interface MetadataChange {
  readonly userMetadata?: Metadata;
  readonly appMetadata?: Metadata;
}

export interface ProfileStore {
  profile(id: string): Promise<UserProfile | undefined>;
  /**
   * Atomic: merges into what there is. Nothing unless it is `merged`: `too-large` when one of the two would be larger, as JSON in
   * UTF-8, than it may be; `gone` when there is no such user.
   */
  mergeMetadata(
    id: string,
    change: MetadataChange,
    audit: readonly AuditRecord[],
  ): Promise<'merged' | 'too-large' | 'gone'>;
}

/** How large the metadata of a user may be, each of the two. */
export const MOST_METADATA_BYTES = 32 * 1024;
