import type { Instant } from '@stile/core';
import type { AuditRecord, RememberedDevice } from '../../records.ts';
import { build } from '../build.ts';
import type { Operation } from '../operation.ts';
import { first, rows, run, runOnOne } from '../operation.ts';
import { rememberedDevices } from '../tables/people.ts';
import { appendAudit } from './audit.ts';

export function* rememberDevice(device: RememberedDevice, audit: readonly AuditRecord[]): Operation<void> {
  yield* runOnOne(build.insertInto('remembered_device').values(rememberedDevices.row(device)));
  yield* appendAudit(audit);
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

const revoke = (userId: string, now: Instant) =>
  build
    .updateTable('remembered_device')
    .set({ revoked_at: now })
    .where('user_id', '=', userId)
    .where('revoked_at', 'is', null);

export function* revokeDevice(
  userId: string,
  id: string,
  now: Instant,
  audit: readonly AuditRecord[],
): Operation<boolean> {
  if ((yield* run(revoke(userId, now).where('id', '=', id))) === 0) return false;
  yield* appendAudit(audit);
  return true;
}

export function* revokeDevicesOf(userId: string, now: Instant, audit: readonly AuditRecord[]): Operation<number> {
  const gone = yield* run(revoke(userId, now));
  yield* appendAudit(audit);
  return gone;
}
