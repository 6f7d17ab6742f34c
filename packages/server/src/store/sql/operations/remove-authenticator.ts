import { isDeepStrictEqual } from 'node:util';
import type { Instant } from '@stile/core';
import type { Changed, Ended, OwnerGuard } from '../../ports.ts';
import type { AuditRecord } from '../../records.ts';
import { build } from '../build.ts';
import type { Operation } from '../operation.ts';
import { first, rows, run } from '../operation.ts';
import { grants } from '../tables/grants.ts';
import { authenticators } from '../tables/people.ts';
import { sessions } from '../tables/sessions.ts';
import { appendAudit } from './audit.ts';
import { consume } from './consume.ts';
import { forgetDevicesOf } from './forget-devices.ts';
import { revokeGrant } from './grants.ts';
import { stands } from './owner-guard.ts';
import { authenticatorsOf } from './people.ts';
import { endSession } from './sessions.ts';

/** Takes an authenticator away from a user, and everything that rests on a proof of it. */
export function* removeAuthenticator(
  userId: string,
  id: string,
  now: Instant,
  audit: readonly AuditRecord[],
  guard: OwnerGuard | null,
  among?: readonly string[],
): Operation<Ended | Exclude<Changed, 'done'>> {
  if (!(yield* stands(userId, guard))) return 'session-gone';
  const found = yield* first(build.selectFrom('authenticator').selectAll().where('id', '=', id), authenticators);
  if (found?.userId !== userId) return 'unknown';
  if (among && !isDeepStrictEqual((yield* authenticatorsOf(userId)).map((one) => one.id).sort(), among.toSorted())) {
    return 'unknown';
  }
  // Remembered for ever: a proof that was checked a moment ago is not recorded any more.
  yield* consume({ kind: 'authenticator', key: id, expiresAt: null });
  yield* run(build.deleteFrom('authenticator').where('id', '=', id));
  const lost = { sessions: yield* forgetProofs(userId, id, now), grants: yield* revokeWhatRestsOn(userId, id, now) };
  yield* forgetDevicesOf(userId, now);
  yield* appendAudit(audit);
  return lost;
}

function* forgetProofs(userId: string, id: string, now: Instant): Operation<number> {
  const alive = yield* rows(
    build.selectFrom('session').selectAll().where('user_id', '=', userId).where('ended_at', 'is', null),
    sessions,
  );
  const touched = alive.filter(({ events }) => events.some(({ authenticator }) => authenticator === id));
  for (const session of touched) {
    const events = session.events.filter(({ authenticator }) => authenticator !== id);
    const { events: json } = sessions.row({ ...session, events });
    yield* run(build.updateTable('session').set({ events: json }).where('id', '=', session.id));
    if (!events.some((event) => event.first)) yield* endSession(session.id, now, []);
  }
  return touched.length;
}

function* revokeWhatRestsOn(userId: string, id: string, now: Instant): Operation<number> {
  const alive = yield* rows(
    build.selectFrom('grant').selectAll().where('user_id', '=', userId).where('revoked_at', 'is', null),
    grants,
  );
  const touched = alive.filter(({ events }) => events.some(({ authenticator }) => authenticator === id));
  for (const grant of touched) yield* revokeGrant(grant.id, now, 'authenticator-removed', []);
  return touched.length;
}
