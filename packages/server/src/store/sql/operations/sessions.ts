import type { Instant } from '@stile/core';
import type { AuditRecord, Session } from '../../records.ts';
import { build } from '../build.ts';
import type { Operation } from '../operation.ts';
import { first, run } from '../operation.ts';
import { sessions } from '../tables/sessions.ts';
import { appendAudit } from './audit.ts';

export const findSession = (id: string): Operation<Session | undefined> =>
  first(build.selectFrom('session').selectAll().where('id', '=', id), sessions);

/** By its secret, or else by its former one. */
export function* findSessionBySecret(secretHash: string): Operation<Session | undefined> {
  const current = yield* first(build.selectFrom('session').selectAll().where('secret_hash', '=', secretHash), sessions);
  if (current !== undefined) return current;
  return yield* first(
    build.selectFrom('session').selectAll().where('former_secret_hash', '=', secretHash).limit(1),
    sessions,
  );
}

/**
 * Replaces the secret, if it is still the one the caller saw. It becomes the former one, so that whichever of two answers the
 * browser keeps, it is recognised. The moment of rotation stays: the time in which a double click may come does not begin anew.
 */
export function* rotateSession(id: string, secretHash: string, newSecretHash: string): Operation<boolean> {
  const rotated = yield* run(
    build
      .updateTable('session')
      .set((row) => ({ former_secret_hash: row.ref('secret_hash'), secret_hash: newSecretHash }))
      .where('id', '=', id)
      .where('secret_hash', '=', secretHash)
      .where('ended_at', 'is', null),
  );
  return rotated === 1;
}

/** Notes that the session was seen; never sets the note back. */
export const touchSession = (id: string, now: Instant): Operation<number> =>
  run(
    build
      .updateTable('session')
      .set({ last_seen_at: now })
      .where('id', '=', id)
      .where('last_seen_at', '<', now)
      .where('ended_at', 'is', null),
  );

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
  yield* appendAudit(audit);
  return ended;
}
