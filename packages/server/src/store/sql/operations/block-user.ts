import type { Instant } from '@stile/core';
import type { AuditRecord } from '../../records.ts';
import { build } from '../build.ts';
import type { Operation } from '../operation.ts';
import { run } from '../operation.ts';
import { appendAudit } from './audit.ts';
import { revokeAllGrants } from './grants.ts';
import { endAllSessions } from './sessions.ts';

/** A block ends everything the user had; lifting it brings nothing back. */
export function* setBlocked(id: string, blockedAt: Instant | null, audit: readonly AuditRecord[]): Operation<boolean> {
  const changed = yield* run(build.updateTable('user').set({ blocked_at: blockedAt }).where('id', '=', id));
  if (changed === 0) return false;
  if (blockedAt !== null) {
    yield* endAllSessions(id, blockedAt, []);
    yield* revokeAllGrants(id, blockedAt, 'user-blocked');
  }
  yield* appendAudit(audit);
  return true;
}
