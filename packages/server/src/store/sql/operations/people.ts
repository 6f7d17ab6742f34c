import { isDeepStrictEqual } from 'node:util';
import type { Instant } from '@stile/core';
import type { MaterialChange } from '../../ports.ts';
import type { AuditRecord, Authenticator, Consent, EnrolmentTicket, User } from '../../records.ts';
import { build } from '../build.ts';
import type { Operation } from '../operation.ts';
import { first, rows, run, runOnOne } from '../operation.ts';
import { authenticators, consents, enrolmentTickets, users } from '../tables/people.ts';
import { template } from '../template.ts';
import { appendAudit } from './audit.ts';
import { consumedOf } from './consume.ts';

const userById = template<{ id: string }>((hole) => build.selectFrom('user').selectAll().where('id', '=', hole('id')));
const userByUsername = template<{ username: string }>((hole) =>
  build.selectFrom('user').selectAll().where('username', '=', hole('username')),
);
const ofUser = template<{ userId: string }>((hole) =>
  build.selectFrom('authenticator').selectAll().where('user_id', '=', hole('userId')),
);
const authenticatorById = template<{ id: string }>((hole) =>
  build.selectFrom('authenticator').selectAll().where('id', '=', hole('id')),
);
const noteLastUse = template<{ id: string; at: Instant }>((hole) =>
  build
    .updateTable('authenticator')
    .set({ last_used_at: hole('at') })
    .where('id', '=', hole('id')),
);
const consentsBetween = template<{ userId: string; clientId: string }>((hole) =>
  build
    .selectFrom('consent')
    .selectAll()
    .where('user_id', '=', hole('userId'))
    .where('client_id', '=', hole('clientId'))
    .orderBy('audience')
    .orderBy('scope'),
);

export const findUser = (id: string): Operation<User | undefined> => first(userById({ id }), users);

/** In the order of their ids. */
export const usersAfter = (id: string, atMost: number): Operation<readonly User[]> =>
  rows(build.selectFrom('user').selectAll().where('id', '>', id).orderBy('id').limit(atMost), users);

export const findUserByUsername = (username: string): Operation<User | undefined> =>
  first(userByUsername({ username }), users);

export function* seedUser(user: User, theirs: readonly Authenticator[]): Operation<boolean> {
  const added = yield* run(
    build
      .insertInto('user')
      .values(users.row(user))
      .onConflict((conflict) => conflict.column('id').doNothing()),
  );
  if (added === 0) return false;
  yield* enrol(user.id, theirs);
  return true;
}

/** Adds authenticators to a user, and only to that one. */
export function* enrol(userId: string, enrolled: readonly Authenticator[]): Operation<void> {
  for (const authenticator of enrolled) {
    if (authenticator.userId !== userId) throw new Error('An authenticator is enrolled for somebody else.');
    yield* runOnOne(build.insertInto('authenticator').values(authenticators.row(authenticator)));
  }
}

/** The oldest first. They are a handful, and asked for at every step, so they are put in order here: the database would build a sorter. */
export function* authenticatorsOf(userId: string): Operation<readonly Authenticator[]> {
  const found = yield* rows(ofUser({ userId }), authenticators);
  return found.toSorted((one, other) => one.createdAt - other.createdAt || (one.id < other.id ? -1 : 1));
}

const findAuthenticator = (id: string): Operation<Authenticator | undefined> =>
  first(authenticatorById({ id }), authenticators);

export function* replaceMaterial(
  id: string,
  old: Authenticator['material'],
  material: Authenticator['material'],
  audit: readonly AuditRecord[] = [],
): Operation<boolean> {
  const found = yield* findAuthenticator(id);
  if (found === undefined || !isDeepStrictEqual(found.material, old)) return false;
  yield* keepMaterial({ ...found, material });
  yield* appendAudit(audit);
  return true;
}

function* keepMaterial(authenticator: Authenticator): Operation<void> {
  const { material } = authenticators.row(authenticator);
  yield* runOnOne(build.updateTable('authenticator').set({ material }).where('id', '=', authenticator.id));
}

/** Does to what a factor keeps what a proof does to it. Says what keeps the proof from counting, if anything does. */
export function* changeMaterial(
  userId: string,
  { authenticatorId, seen, becomes }: MaterialChange,
): Operation<'gone' | 'changed' | undefined> {
  const found = yield* findAuthenticator(authenticatorId);
  if (found?.userId !== userId) return 'gone';
  const { material } = found;
  if (!Object.entries(seen).every(([part, value]) => isDeepStrictEqual(material[part], value))) return 'changed';
  if (Object.keys(becomes).length > 0) yield* keepMaterial({ ...found, material: { ...material, ...becomes } });
  return undefined;
}

/** Notes that a user proved an authenticator. One that is not enrolled here (a login elsewhere) leaves no note. */
export function* noteUse(authenticatorId: string, userId: string, at: Instant): Operation<void> {
  const found = yield* findAuthenticator(authenticatorId);
  if (found === undefined) return;
  if (found.userId !== userId) throw new Error('A proof was made with the authenticator of somebody else.');
  yield* run(noteLastUse({ id: authenticatorId, at }));
}

export const saveTicket = (ticket: EnrolmentTicket): Operation<void> =>
  runOnOne(build.insertInto('enrolment_ticket').values(enrolmentTickets.row(ticket)));

export function* findTicket(ticketHash: string, now: Instant): Operation<EnrolmentTicket | undefined> {
  const ticket = yield* first(
    build
      .selectFrom('enrolment_ticket')
      .selectAll()
      .where('ticket_hash', '=', ticketHash)
      .where('expires_at', '>', now),
    enrolmentTickets,
  );
  const used = yield* consumedOf('enrolment-ticket', [ticketHash]);
  return used.length > 0 ? undefined : ticket;
}

export const consentsOf = (userId: string, clientId: string): Operation<readonly Consent[]> =>
  rows(consentsBetween({ userId, clientId }), consents);

/** Remembers consents; one that was given before is given anew. */
export function* rememberConsents(given: readonly Consent[]): Operation<void> {
  for (const consent of given) {
    yield* runOnOne(
      build
        .insertInto('consent')
        .values(consents.row(consent))
        .onConflict((conflict) =>
          conflict
            .columns(['user_id', 'client_id', 'audience', 'scope'])
            .doUpdateSet({ granted_at: consent.grantedAt }),
        ),
    );
  }
}
