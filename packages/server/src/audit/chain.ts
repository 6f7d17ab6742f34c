/**
 * The chain over all audit records: every record is sealed by a hash over the one before and over itself, so that whoever knows one hash
 * can tell whether anything up to it was changed, taken out, put in or moved.
 */
import { hash } from 'node:crypto';
import type { AuditRecord } from '../store/records.ts';

/** What stands before the first record: 32 zero bytes, in base64url. */
export const BEGINNING = Buffer.alloc(32).toString('base64url');

/**
 * The hash that seals a record: SHA-256, in base64url, over the 43 characters of the hash before and the JSON of the record, without
 * spaces, its members in the order of their names. Members that are null are left out, so that what was sealed stays true when a
 * later version of Stile keeps more of new records. Within `details` the members keep the order in which they were written, in the
 * database as in an export.
 */
export const sealOf = (previous: string, record: AuditRecord): string =>
  sealOfMembers(previous, { ...record }, JSON.stringify(record.details));

/**
 * The same, by the JSON of the details as the database keeps it: to parse it and write it anew would cost more than all the rest.
 *
 * @param details what stands for the member of that name
 */
export const sealOfMembers = (previous: string, record: Readonly<Record<string, unknown>>, details: string): string => {
  let text = previous;
  for (const name of Object.keys(record).sort()) {
    const value = record[name];
    if (value === null || value === undefined) continue;
    text += `${text === previous ? '{' : ','}${JSON.stringify(name)}:${name === 'details' ? details : JSON.stringify(value)}`;
  }
  return hash('sha256', `${text}}`, 'base64url');
};
