import type { Instant } from '@stile/core';
import type { SessionChange } from '../../ports.ts';
import type { AuditRecord, Session } from '../../records.ts';
import { build } from '../build.ts';
import type { Operation } from '../operation.ts';
import { first, rows, run, runOnOne } from '../operation.ts';
import { sessions } from '../tables/sessions.ts';
import { template } from '../template.ts';
import { appendAudit } from './audit.ts';
import { forgetDevicesOf } from './forget-devices.ts';

const sessionById = template<{ id: string }>((hole) =>
  build.selectFrom('session').selectAll().where('id', '=', hole('id')),
);
const sessionBySecret = template<{ secretHash: string }>((hole) =>
  build.selectFrom('session').selectAll().where('secret_hash', '=', hole('secretHash')),
);
const touch = template<{ id: string; now: Instant }>((hole) =>
  build
    .updateTable('session')
    .set({ last_seen_at: hole('now') })
    .where('id', '=', hole('id'))
    .where('last_seen_at', '<', hole('now'))
    .where('ended_at', 'is', null),
);

export const findSession = (id: string): Operation<Session | undefined> => first(sessionById({ id }), sessions);

export const findSessionBySecret = (secretHash: string): Operation<Session | undefined> =>
  first(sessionBySecret({ secretHash }), sessions);

export const sessionsOf = (userId: string): Operation<readonly Session[]> =>
  rows(
    build
      .selectFrom('session')
      .selectAll()
      .where('user_id', '=', userId)
      .where('ended_at', 'is', null)
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc'),
    sessions,
  );

/** Notes that the session was seen; never sets the note back. */
export const touchSession = (id: string, now: Instant): Operation<number> => run(touch({ id, now }));

export function* amendSession(id: string, change: (session: Session) => SessionChange): Operation<boolean> {
  const found = yield* findSession(id);
  if (found === undefined || found.endedAt !== null) return false;
  const { cookie_mode, expires_at, idle_expires_at, metadata, methods } = sessions.row({ ...found, ...change(found) });
  yield* runOnOne(
    build
      .updateTable('session')
      .set({ cookie_mode, expires_at, idle_expires_at, metadata, methods })
      .where('id', '=', id),
  );
  return true;
}

export function* endSession(id: string, now: Instant, audit: readonly AuditRecord[]): Operation<boolean> {
  const ended = yield* run(
    build.updateTable('session').set({ ended_at: now }).where('id', '=', id).where('ended_at', 'is', null),
  );
  if (ended === 0) return false;
  yield* appendAudit(audit);
  return true;
}

export function* endAllSessions(userId: string, now: Instant, audit: readonly AuditRecord[]): Operation<number> {
  const ended = yield* run(
    build.updateTable('session').set({ ended_at: now }).where('user_id', '=', userId).where('ended_at', 'is', null),
  );
  yield* forgetDevicesOf(userId, now);
  yield* appendAudit(audit);
  return ended;
}
