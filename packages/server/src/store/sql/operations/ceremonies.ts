import type { Instant } from '@stile/core';
import type { CeremonyKey, Once } from '../../ports.ts';
import type { AuditRecord, Ceremony, Purpose } from '../../records.ts';
import { build } from '../build.ts';
import type { Operation } from '../operation.ts';
import { first, rows, run, runOnOne } from '../operation.ts';
import { ceremonies } from '../tables/people.ts';
import type { RowIn } from '../tables/table.ts';
import { template } from '../template.ts';
import { appendAudit } from './audit.ts';
import { consume, consumedOf } from './consume.ts';

const insert = template<RowIn<typeof ceremonies>>(() => build.insertInto('ceremony').values(ceremonies.holes));
const byId = template<{ id: string; now: Instant }>((hole) =>
  build.selectFrom('ceremony').selectAll().where('id', '=', hole('id')).where('expires_at', '>', hole('now')),
);
const boundTo = template<{ boundTo: string; purpose: Purpose; now: Instant }>((hole) =>
  build
    .selectFrom('ceremony')
    .selectAll()
    .where('bound_to', '=', hole('boundTo'))
    .where('purpose', '=', hole('purpose'))
    .where('expires_at', '>', hole('now')),
);
const unansweredOf = template<{ authenticatorId: string; now: Instant }>((hole) =>
  build
    .selectFrom('ceremony')
    .selectAll()
    .where('authenticator_id', '=', hole('authenticatorId'))
    .where('authenticator_id', 'is not', null)
    .where('answer', 'is', null)
    .where('expires_at', '>', hole('now'))
    .orderBy('created_at')
    .orderBy('id'),
);
const keepAnswer = template<{ id: string; answer: string; now: Instant }>((hole) =>
  build
    .updateTable('ceremony')
    .set({ answer: hole('answer') })
    .where('id', '=', hole('id'))
    .where('answer', 'is', null)
    .where('expires_at', '>', hole('now')),
);

export function* beginCeremony(ceremony: Ceremony): Operation<void> {
  const { boundTo: bond, purpose, authenticatorId } = ceremony;
  const all = yield* rows(boundTo({ boundTo: bond, purpose, now: ceremony.createdAt }), ceremonies);
  for (const former of all.filter((one) => one.authenticatorId === authenticatorId)) yield* takeBack(former);
  yield* runOnOne(insert(ceremonies.row(ceremony)));
}

/** Leaves out those that were used up. */
function* unused(found: readonly Ceremony[]): Operation<readonly Ceremony[]> {
  const keys = found.map(({ id }) => id);
  const used = yield* consumedOf('ceremony', keys);
  return found.filter(({ id }) => !used.includes(id));
}

export function* findCeremony(id: string, now: Instant): Operation<Ceremony | undefined> {
  const found = yield* first(byId({ id, now }), ceremonies);
  return found === undefined ? undefined : (yield* unused([found]))[0];
}

export function* ceremonyUnderWay(key: CeremonyKey, now: Instant): Operation<Ceremony | undefined> {
  const all = yield* rows(boundTo({ boundTo: key.boundTo, purpose: key.purpose, now }), ceremonies);
  return (yield* unused(all.filter(({ authenticatorId }) => authenticatorId === key.authenticatorId)))[0];
}

export function* ceremoniesAsking(authenticatorId: string, now: Instant): Operation<readonly Ceremony[]> {
  return yield* unused(yield* rows(unansweredOf({ authenticatorId, now }), ceremonies));
}

export function* ceremoniesOfPurpose(purpose: Purpose, now: Instant): Operation<readonly Ceremony[]> {
  const found = build.selectFrom('ceremony').selectAll().where('purpose', '=', purpose).where('expires_at', '>', now);
  return yield* unused(yield* rows(found.orderBy('created_at').orderBy('id'), ceremonies));
}

export function* answerCeremony(
  id: string,
  answer: Ceremony['answer'],
  now: Instant,
  audit: readonly AuditRecord[],
): Operation<boolean> {
  if (answer === null || (yield* findCeremony(id, now)) === undefined) return false;
  if ((yield* run(keepAnswer({ id, answer: JSON.stringify(answer), now }))) === 0) return false;
  yield* appendAudit(audit);
  return true;
}

export function* endCeremony(id: string): Operation<void> {
  const found = yield* first(build.selectFrom('ceremony').selectAll().where('id', '=', id), ceremonies);
  if (found) yield* takeBack(found);
}

/** Whoever read it a moment ago cannot make a fact of it any more. */
function* takeBack({ id, expiresAt }: Ceremony): Operation<void> {
  yield* consume({ kind: 'ceremony', key: id, expiresAt });
  yield* run(build.deleteFrom('ceremony').where('id', '=', id));
}

/** Of what led to an enrolment only that it was used up is remembered, not the secrets that were shown with it. */
export function* forgetUsed(consumed: readonly Once[]): Operation<void> {
  for (const { kind, key } of consumed) {
    if (kind === 'ceremony') yield* run(build.deleteFrom('ceremony').where('id', '=', key));
  }
}
