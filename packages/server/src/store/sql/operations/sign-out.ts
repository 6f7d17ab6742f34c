import type { Instant } from '@stile/core';
import type { Ended, OwnerGuard } from '../../ports.ts';
import type { AuditRecord } from '../../records.ts';
import { build } from '../build.ts';
import type { Operation } from '../operation.ts';
import { run } from '../operation.ts';
import { appendAudit } from './audit.ts';
import { forgetDevicesOf } from './forget-devices.ts';
import { stands } from './owner-guard.ts';

/** Signs a person out of one session, or of all but one, with what was granted there. */
export function* signOut(
  userId: string,
  which: { readonly only: string } | { readonly except: string | null },
  now: Instant,
  audit: readonly AuditRecord[],
  guard: OwnerGuard | null,
): Operation<Ended | 'session-gone'> {
  if (!(yield* stands(userId, guard))) return 'session-gone';
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
  yield* forgetDevicesOf(userId, now);
  yield* appendAudit(audit);
  return ended;
}
