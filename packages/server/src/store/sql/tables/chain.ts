import type { ChainLink, Checkpoint } from '../../chain-ports.ts';
import { anyObject } from './facts.ts';
import { json, seconds, table, text, whole } from './table.ts';

export const links = table<ChainLink>()({ seq: whole('seq'), recordId: text('record_id'), hash: text('hash') });

/** Whether a record is in the chain: 0 or 1. */
export interface Sealing {
  readonly sealed: number;
}

export const checkpoints = table<Checkpoint>()({
  seq: whole('seq'),
  first: whole('first'),
  at: seconds('at'),
  jws: text('jws'),
  jwk: json('jwk', anyObject),
});
