import type { Instant } from '@stile/core';
import type { Changed, OwnerGuard } from '../../ports.ts';
import type { AuditRecord, RememberedDevice } from '../../records.ts';
import { build } from '../build.ts';
import type { Operation } from '../operation.ts';
import { first, rows, run, runOnOne } from '../operation.ts';
import { rememberedDevices } from '../tables/people.ts';
import { appendAudit } from './audit.ts';
import { forgetting } from './forget-devices.ts';
import { stands } from './owner-guard.ts';

export function* rememberDevice(
  device: RememberedDevice,
  audit: readonly AuditRecord[],
  guard: OwnerGuard | null,
): Operation<boolean> {
  if (!(yield* stands(device.userId, guard))) return false;
  yield* runOnOne(build.insertInto('remembered_device').values(rememberedDevices.row(device)));
  yield* appendAudit(audit);
  return true;
}

const remembered = (now: Instant) =>
  build.selectFrom('remembered_device').selectAll().where('expires_at', '>', now).where('revoked_at', 'is', null);

export const findDevice = (secretHash: string, now: Instant): Operation<RememberedDevice | undefined> =>
  first(remembered(now).where('secret_hash', '=', secretHash), rememberedDevices);

export const devicesOf = (userId: string, now: Instant): Operation<readonly RememberedDevice[]> =>
  rows(
    remembered(now).where('user_id', '=', userId).orderBy('created_at', 'desc').orderBy('id', 'desc'),
    rememberedDevices,
  );

export function* touchDevice(id: string, now: Instant): Operation<void> {
  yield* run(
    build
      .updateTable('remembered_device')
      .set({ last_used_at: now })
      .where('id', '=', id)
      .where('last_used_at', '<', now),
  );
}

export function* revokeDevice(
  userId: string,
  id: string,
  now: Instant,
  audit: readonly AuditRecord[],
  guard: OwnerGuard | null,
): Operation<Changed> {
  if (!(yield* stands(userId, guard))) return 'session-gone';
  if ((yield* run(forgetting(userId, now).where('id', '=', id))) === 0) return 'unknown';
  yield* appendAudit(audit);
  return 'done';
}
