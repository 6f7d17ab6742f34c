import type { Instant } from '@stile/core';
import type { Ended } from '../../ports.ts';
import type { AuditRecord } from '../../records.ts';
import { build } from '../build.ts';
import type { Operation } from '../operation.ts';
import { run } from '../operation.ts';
import { appendAudit } from './audit.ts';

/** Signs everybody out everywhere. Whoever ended before keeps the moment of it, and the reason. */
export function* endEverything(now: Instant, audit: (ended: Ended) => readonly AuditRecord[]): Operation<Ended> {
  const sessions = yield* run(build.updateTable('session').set({ ended_at: now }).where('ended_at', 'is', null));
  const grants = yield* run(
    build
      .updateTable('grant')
      .set({ revoked_at: now, revoked_reason: 'everybody-signed-out' })
      .where('revoked_at', 'is', null),
  );
  const ended = { sessions, grants };
  yield* appendAudit(audit(ended));
  return ended;
}
