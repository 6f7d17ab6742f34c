import type { Instant } from '@stile/core';
import type { Ended } from '../../ports.ts';
import type { AuditRecord } from '../../records.ts';
import { build } from '../build.ts';
import type { Operation } from '../operation.ts';
import { run } from '../operation.ts';
import { appendAudit } from './audit.ts';
import { revokeDevicesOf } from './devices.ts';

/** Signs a person out of one session, or of all but one, with what was granted there. */
export function* signOut(
  userId: string,
  which: { readonly only: string } | { readonly except: string | null },
  now: Instant,
  audit: readonly AuditRecord[],
): Operation<Ended> {
  const sessions = build
    .updateTable('session')
    .set({ ended_at: now })
    .where('user_id', '=', userId)
    .where('ended_at', 'is', null);
  const grants = build
    .updateTable('grant')
    .set({ revoked_at: now, revoked_reason: 'signed-out' })
    .where('user_id', '=', userId)
    .where('revoked_at', 'is', null);
  if ('only' in which) {
    const ended = {
      sessions: yield* run(sessions.where('id', '=', which.only)),
      grants: yield* run(grants.where('session_id', '=', which.only)),
    };
    if (ended.sessions + ended.grants > 0) yield* appendAudit(audit);
    return ended;
  }
  const { except } = which;
  const ended = {
    sessions: yield* run(except === null ? sessions : sessions.where('id', '!=', except)),
    grants: yield* run(
      except === null
        ? grants
        : grants.where((row) => row.or([row('session_id', 'is', null), row('session_id', '!=', except)])),
    ),
  };
  yield* revokeDevicesOf(userId, now, []);
  yield* appendAudit(audit);
  return ended;
}
