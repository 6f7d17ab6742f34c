import type { ChainLink, Checkpoint } from '../../chain-ports.ts';
import type { AuditRecord } from '../../records.ts';
import { anyObject } from './facts.ts';
import { json, nullable, seconds, table, text, whole } from './table.ts';

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

/** Audit records with their details as the text that is kept, which is what the chain is over. */
export const recordsAsKept = table<Omit<AuditRecord, 'details'> & { readonly details: string }>()({
  id: text('id'),
  at: seconds('at'),
  type: text('type'),
  userId: nullable(text('user_id')),
  clientId: nullable(text('client_id')),
  sessionId: nullable(text('session_id')),
  grantId: nullable(text('grant_id')),
  requestId: nullable(text('request_id')),
  details: text('details'),
});
