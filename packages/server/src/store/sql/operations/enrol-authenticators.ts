import type { Instant } from '@stile/core';
import type { Changed, NewEnrolment, OwnerGuard } from '../../ports.ts';
import type { AuditRecord, Authenticator } from '../../records.ts';
import { build } from '../build.ts';
import type { Operation } from '../operation.ts';
import { first, run } from '../operation.ts';
import { authenticators } from '../tables/people.ts';
import { template } from '../template.ts';
import { appendAudit } from './audit.ts';
import { forgetUsed } from './ceremonies.ts';
import { consume } from './consume.ts';
import { stands } from './owner-guard.ts';
import { enrol, findUser, replaceMaterial } from './people.ts';
import { signOut } from './sign-out.ts';

type EnrolmentOutcome = 'enrolled' | 'already-used' | 'session-gone' | 'taken';

/** Adds authenticators to a user. Whoever runs it must keep nothing unless it says `enrolled`. */
export function* enrolAuthenticators(enrolment: NewEnrolment): Operation<EnrolmentOutcome> {
  const { userId, guard } = enrolment;
  const user = yield* findUser(userId);
  if (user === undefined || user.blockedAt !== null) return 'session-gone';
  if (!(yield* stands(userId, guard))) return 'session-gone';
  for (const once of enrolment.consume) {
    if (!(yield* consume(once))) return 'already-used';
  }
  for (const { lookup } of enrolment.authenticators) {
    if (lookup !== null && (yield* findByLookup(lookup)) !== undefined) return 'taken';
  }
  const { inPlaceOf } = enrolment;
  if (inPlaceOf === undefined) yield* enrol(userId, enrolment.authenticators);
  else if (!(yield* renew(enrolment, inPlaceOf))) return 'taken';
  const { signOutElsewhereAt } = enrolment;
  if (signOutElsewhereAt !== undefined) {
    yield* signOut(userId, { except: guard?.sessionId ?? null }, signOutElsewhereAt, [], null);
  }
  yield* forgetUsed(enrolment.consume);
  yield* appendAudit(enrolment.audit);
  return 'enrolled';
}

/** Gives an authenticator the material of the new one; nothing when it is gone, another's, or was changed meanwhile. */
function* renew(
  { userId, authenticators: fresh }: NewEnrolment,
  former: Pick<Authenticator, 'id' | 'material'>,
): Operation<boolean> {
  const [only, ...others] = fresh;
  if (only === undefined || others.length > 0) throw new Error('One authenticator takes the place of one.');
  const found = yield* first(build.selectFrom('authenticator').selectAll().where('id', '=', former.id), authenticators);
  if (found?.userId !== userId || found.factor !== only.factor) return false;
  return yield* replaceMaterial(former.id, former.material, only.material);
}

const byLookup = template<{ lookup: string }>((hole) =>
  build.selectFrom('authenticator').selectAll().where('lookup', '=', hole('lookup')),
);

export const findByLookup = (lookup: string): Operation<Authenticator | undefined> =>
  first(byLookup({ lookup }), authenticators);

function* change(
  userId: string,
  id: string,
  changed: { readonly name: string } | { readonly preferred_at: Instant },
  audit: readonly AuditRecord[],
  guard: OwnerGuard | null,
): Operation<Changed> {
  if (!(yield* stands(userId, guard))) return 'session-gone';
  const query = build.updateTable('authenticator').set(changed).where('id', '=', id).where('user_id', '=', userId);
  if ((yield* run(query)) === 0) return 'unknown';
  yield* appendAudit(audit);
  return 'done';
}

export const renameAuthenticator = (
  userId: string,
  id: string,
  name: string,
  audit: readonly AuditRecord[],
  guard: OwnerGuard | null,
) => change(userId, id, { name }, audit, guard);

export const preferAuthenticator = (
  userId: string,
  id: string,
  now: Instant,
  audit: readonly AuditRecord[],
  guard: OwnerGuard | null,
) => change(userId, id, { preferred_at: now }, audit, guard);
