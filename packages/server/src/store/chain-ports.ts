/** The store's port of the chain over the audit records. */
import type { Instant, JsonObject } from '@stile/core';
import type { AuditRecord } from './records.ts';

/** The place of one record in the chain. */
export interface ChainLink {
  /** Counts from 1, without gaps. */
  readonly seq: number;
  readonly recordId: string;
  /** SHA-256 over the hash before and the record, in base64url. */
  readonly hash: string;
}

/** A link with its record; null when that is gone. */
export interface SealedRecord extends ChainLink {
  readonly record: AuditRecord | null;
}

/** A signed statement of how far the chain went at a moment. */
export interface Checkpoint {
  /** The last record that it vouches for. */
  readonly seq: number;
  /** The first record that was still to be kept. */
  readonly first: number;
  readonly at: Instant;
  /** The statement, as a compact JWS. */
  readonly jws: string;
  /** The public key that it was signed with, which is published no more some day. */
  readonly jwk: JsonObject;
}

export interface ChainStore {
  /**
   * Atomic: seals records that are not sealed yet, in the order of their time and id. Any number of processes may do it at once; each
   * record is sealed once. Returns how many were.
   */
  seal(atMost: number): Promise<number>;
  /** The last link. */
  head(): Promise<ChainLink | undefined>;
  /** The link of a record. */
  find(recordId: string): Promise<ChainLink | undefined>;
  /** What comes after a link, in order. */
  after(seq: number, atMost: number): Promise<readonly SealedRecord[]>;
  /** Records that wait to be sealed, the oldest first. */
  waiting(atMost: number): Promise<readonly AuditRecord[]>;
  /** Records that are marked as sealed, and are not in the chain: nobody but a forger makes such. */
  strays(atMost: number): Promise<readonly AuditRecord[]>;
  /** Keeps a checkpoint; one for the same records is there already, or it is kept. */
  keep(checkpoint: Checkpoint): Promise<void>;
  /** All that are kept, in the order of the chain. */
  checkpoints(): Promise<readonly Checkpoint[]>;
  latestCheckpoint(): Promise<Checkpoint | undefined>;
  /**
   * Forgets the records before one, with their links and checkpoints, in small steps. The link right before it stays, for the chain goes
   * on from there. Returns how many records went.
   */
  forget(first: number): Promise<number>;
}
