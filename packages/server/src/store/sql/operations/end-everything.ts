import type { Instant } from '@stile/core';
import type { Ended, Standings } from '../../ports.ts';
import type { AuditRecord } from '../../records.ts';
import { build } from '../build.ts';
import type { Operation } from '../operation.ts';
import { rows, run } from '../operation.ts';
import { cells } from '../tables/table.ts';
import { appendAudit } from './audit.ts';

/** Signs everybody out everywhere. Whoever ended before keeps the moment of it, and the reason. */
export function* endEverything(
  now: Instant,
  standing: Standings,
  audit: (ended: Ended) => readonly AuditRecord[],
): Operation<Ended> {
  const sessions = yield* countStanding(standing);
  yield* run(build.updateTable('session').set({ ended_at: now }).where('ended_at', 'is', null));
  const grants = yield* run(
    build
      .updateTable('grant')
      .set({ revoked_at: now, revoked_reason: 'everybody-signed-out' })
      .where('revoked_at', 'is', null),
  );
  yield* run(build.updateTable('remembered_device').set({ revoked_at: now }).where('revoked_at', 'is', null));
  const ended = { sessions, grants };
  yield* appendAudit(audit(ended));
  return ended;
}

/** Nobody ended a session that ran out by itself, and it is none of those that end now. */
function* countStanding({ begunAfter, seenAfter }: Standings): Operation<number> {
  const [counted = 0] = yield* rows(
    build
      .selectFrom('session')
      .select((session) => session.fn.countAll().as('sessions'))
      .where('ended_at', 'is', null)
      .where('created_at', '>', begunAfter)
      .where('last_seen_at', '>', seenAfter),
    { parse: (row) => Number(cells(row).get('sessions')) },
  );
  return counted;
}
