/**
 * The chain over all audit records: every record is sealed by a hash over the one before and over itself, so that whoever knows one hash
 * can tell whether anything up to it was changed, taken out, put in or moved.
 */
import { createHash } from 'node:crypto';
import type { AuditRecord } from '../store/records.ts';
import { canonicalJson } from './canonical-json.ts';

/** What stands before the first record: 32 zero bytes. */
export const BEGINNING = Buffer.alloc(32).toString('base64url');

/**
 * The hash that seals a record: SHA-256 over the 32 bytes of the previous hash, and the canonical JSON of the record. Members that are
 * null are left out, so that what was sealed stays true when a later version of Stile keeps more of new records.
 *
 * @param previous the hash of the record before, in base64url
 */
export const sealOf = (previous: string, record: AuditRecord): string =>
  createHash('sha256')
    .update(Buffer.from(previous, 'base64url'))
    .update(canonicalJson(Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null))))
    .digest('base64url');
