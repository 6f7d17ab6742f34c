import { isDeepStrictEqual } from 'node:util';
import { countingProofs, latest, withoutOutdone } from '@stile/core';
import type { ProofRecord } from '../../ports.ts';
import type { Session } from '../../records.ts';
import { build } from '../build.ts';
import type { Operation } from '../operation.ts';
import { runOnOne } from '../operation.ts';
import { sessions } from '../tables/sessions.ts';
import type { RowIn } from '../tables/table.ts';
import { template } from '../template.ts';
import { appendAudit } from './audit.ts';
import { forgetUsed } from './ceremonies.ts';
import { consume, consumedOf } from './consume.ts';
import { findByLookup } from './enrol-authenticators.ts';
import { pinUser } from './interactions.ts';
import { changeMaterial, enrol, findUser, noteUse } from './people.ts';
import { countLogin } from './profiles.ts';
import { removeAuthenticator } from './remove-authenticator.ts';
import { endSession, findSession } from './sessions.ts';
import { clearThrottles } from './throttles.ts';

export type ProofOutcome = 'recorded' | 'already-used' | 'session-gone';

/**
 * Records one proof and everything that follows from it. Whoever runs it must keep nothing unless it says `recorded`.
 *
 * @throws when the parts of the proof contradict one another (a session that does not begin with the event, another user's authenticator)
 */
export function* recordProof(proof: ProofRecord): Operation<ProofOutcome> {
  // Removed after the proof was checked.
  if ((yield* consumedOf('authenticator', [proof.event.authenticator])).length > 0) return 'session-gone';
  for (const once of proof.consume) {
    if (!(yield* consume(once))) return 'already-used';
  }
  for (const once of proof.retire) yield* consume(once);
  const session = yield* proof.session.kind === 'begin' ? begin(proof, proof.session) : append(proof, proof.session);
  if (session === undefined) return 'session-gone';
  const user = yield* findUser(session.userId);
  if (user === undefined || user.blockedAt !== null) return 'session-gone';
  if (!(yield* pinUser(proof.interactionId, session.userId))) return 'session-gone';
  for (const { lookup } of proof.enrol) {
    if (lookup !== null && (yield* findByLookup(lookup)) !== undefined) return 'already-used';
  }
  for (const change of proof.materials ?? []) {
    const hindrance = yield* changeMaterial(session.userId, change);
    if (hindrance !== undefined) return hindrance === 'gone' ? 'session-gone' : 'already-used';
  }
  for (const id of proof.remove ?? []) yield* removeAuthenticator(session.userId, id, proof.event.at, [], null);
  yield* enrol(session.userId, proof.enrol);
  if (proof.enrol.length > 0) yield* forgetUsed(proof.consume);
  if (proof.session.kind === 'begin') yield* countLogin(session.userId, proof.event.at);
  yield* noteUse(proof.event.authenticator, session.userId, proof.event.at);
  yield* clearThrottles(proof.clearThrottles);
  yield* appendAudit(proof.audit);
  return 'recorded';
}

type Begin = Extract<ProofRecord['session'], { kind: 'begin' }>;
type Append = Extract<ProofRecord['session'], { kind: 'append' }>;

const insertSession = template<RowIn<typeof sessions>>(() => build.insertInto('session').values(sessions.holes));
/** What a proof changes of a session, and nothing else: a column that is set has its indexes written, whether it changes or not. */
type Renewal = Pick<RowIn<typeof sessions>, 'id' | 'secret_hash' | 'rotated_at' | 'events' | 'last_seen_at'>;

const renewSession = template<Renewal>((hole) =>
  build
    .updateTable('session')
    .set({
      secret_hash: hole('secret_hash'),
      rotated_at: hole('rotated_at'),
      events: hole('events'),
      last_seen_at: hole('last_seen_at'),
    })
    .where('id', '=', hole('id')),
);

function* begin({ event }: ProofRecord, { session, endSessionId }: Begin): Operation<Session> {
  if (!session.events.some((known) => isDeepStrictEqual(known, event))) {
    throw new Error('A session must begin with the event that is recorded.');
  }
  if (endSessionId !== null) yield* endSession(endSessionId, event.at, []);
  yield* runOnOne(insertSession(sessions.row(session)));
  return session;
}

function* append({ event }: ProofRecord, { id, secretHash, newSecretHash }: Append): Operation<Session | undefined> {
  const found = yield* findSession(id);
  if (found === undefined || found.endedAt !== null || found.secretHash !== secretHash) return undefined;
  const session: Session = {
    ...found,
    secretHash: newSecretHash,
    rotatedAt: event.at,
    // What was dated by a clock that has been set back since would one day count as fresher than it is.
    events: withoutOutdone([...countingProofs(found.events, event.at), event]),
    lastSeenAt: latest(event.at, found.lastSeenAt),
  };
  const { secret_hash, rotated_at, events, last_seen_at } = sessions.row(session);
  yield* runOnOne(renewSession({ id, secret_hash, rotated_at, events, last_seen_at }));
  return session;
}
