import type { Instant } from '@stile/core';
import { instant, secondsBefore } from '@stile/core';
import { build } from '../build.ts';
import type { Operation } from '../operation.ts';
import { rows, run, runOnOne } from '../operation.ts';
import { codes, refreshTokens } from '../tables/grants.ts';
import { arrivals } from '../tables/people.ts';
import { forgetCached } from './action-records.ts';
import { forgetConsumptions } from './consume.ts';
import * as memory from './memory.ts';

/**
 * Writes to the database and leaves it as it was. A row comes and goes, for an update that changes nothing is not written at all,
 * and would succeed on a full disk.
 */
export function* writeAndForget(): Operation<void> {
  const key = 'store.check';
  yield* runOnOne(build.insertInto('throttle').values({ key, free_at: instant(0) }));
  yield* runOnOne(build.deleteFrom('throttle').where('key', '=', key));
}

/**
 * The steps of forgetting, in order: each removes a limited number of things and is repeated until it finds fewer.
 * Codes go before the memory that they were used; sessions after their grants.
 */
export const forgettings = (now: Instant, atMost: number): readonly (() => Operation<number>)[] => [
  () => forgetCodes(secondsBefore(now, memory.CODE_MEMORY_SECONDS), atMost),
  () => forgetRefreshTokens(secondsBefore(now, memory.REFRESH_TOKEN_MEMORY_SECONDS), atMost),
  () => forgetEndedSessions(secondsBefore(now, memory.ENDED_SESSION_MEMORY_SECONDS), atMost),
  () => forgetUnseenSessions(secondsBefore(now, memory.UNSEEN_SESSION_MEMORY_SECONDS), atMost),
  () => forgetInteractions(secondsBefore(now, memory.INTERACTION_MEMORY_SECONDS), atMost),
  () => forgetTickets(now, atMost),
  () => forgetCeremonies(now, atMost),
  () => forgetDevices(now, atMost),
  () => forgetArrivals(secondsBefore(now, memory.ARRIVAL_MEMORY_SECONDS), atMost),
  () => forgetThrottles(now, atMost),
  () => forgetCached(now, atMost),
  () => forgetConsumptions(secondsBefore(now, memory.CONSUMPTION_MEMORY_SECONDS), atMost),
];

function* forgetCodes(until: Instant, atMost: number): Operation<number> {
  const old = yield* rows(build.selectFrom('code').selectAll().where('expires_at', '<=', until).limit(atMost), codes);
  for (const { codeHash } of old) yield* run(build.deleteFrom('code').where('code_hash', '=', codeHash));
  yield* forgetEmptyGrants(old);
  return old.length;
}

function* forgetRefreshTokens(until: Instant, atMost: number): Operation<number> {
  const old = yield* rows(
    build.selectFrom('refresh_token').selectAll().where('expires_at', '<=', until).limit(atMost),
    refreshTokens,
  );
  for (const { tokenHash } of old) yield* run(build.deleteFrom('refresh_token').where('token_hash', '=', tokenHash));
  yield* forgetEmptyGrants(old);
  return old.length;
}

/** A grant goes with the last of its codes and refresh tokens. Their memory is longer than the life of an access token. */
function* forgetEmptyGrants(gone: readonly { readonly grantId: string }[]): Operation<void> {
  for (const grantId of new Set(gone.map((token) => token.grantId))) {
    const code = build.selectFrom('code').select('code_hash').where('grant_id', '=', grantId);
    const refreshToken = build.selectFrom('refresh_token').select('token_hash').where('grant_id', '=', grantId);
    yield* run(
      build
        .deleteFrom('grant')
        .where('id', '=', grantId)
        .where((grant) => grant.not(grant.exists(code)))
        .where((grant) => grant.not(grant.exists(refreshToken))),
    );
  }
}

/** A session is remembered while a grant refers to it: no token may outlive the memory that its session has ended. */
const sessionsWithoutGrant = (atMost: number) =>
  build
    .selectFrom('session')
    .select('id')
    .where((session) => {
      const itsGrant = session.selectFrom('grant').select('grant.id').whereRef('grant.session_id', '=', 'session.id');
      return session.not(session.exists(itsGrant));
    })
    .limit(atMost);

const forgetEndedSessions = (until: Instant, atMost: number) =>
  run(build.deleteFrom('session').where('id', 'in', sessionsWithoutGrant(atMost).where('ended_at', '<=', until)));

/** The first comparison follows from the second; it is there because the time of creation never changes and has an index. */
const forgetUnseenSessions = (until: Instant, atMost: number) =>
  run(
    build
      .deleteFrom('session')
      .where(
        'id',
        'in',
        sessionsWithoutGrant(atMost).where('created_at', '<=', until).where('last_seen_at', '<=', until),
      ),
  );

const forgetInteractions = (until: Instant, atMost: number) => {
  const old = build.selectFrom('interaction').select('id').where('expires_at', '<=', until).limit(atMost);
  return run(build.deleteFrom('interaction').where('id', 'in', old));
};

const forgetTickets = (until: Instant, atMost: number) => {
  const old = build.selectFrom('enrolment_ticket').select('ticket_hash').where('expires_at', '<=', until).limit(atMost);
  return run(build.deleteFrom('enrolment_ticket').where('ticket_hash', 'in', old));
};

const forgetCeremonies = (until: Instant, atMost: number) => {
  const old = build.selectFrom('ceremony').select('id').where('expires_at', '<=', until).limit(atMost);
  return run(build.deleteFrom('ceremony').where('id', 'in', old));
};

const forgetDevices = (until: Instant, atMost: number) => {
  const old = build.selectFrom('remembered_device').select('id').where('expires_at', '<=', until).limit(atMost);
  return run(build.deleteFrom('remembered_device').where('id', 'in', old));
};

/** One by one, for a row has no name of its own. */
function* forgetArrivals(until: Instant, atMost: number): Operation<number> {
  const old = yield* rows(
    build.selectFrom('arrival').selectAll().where('last_at', '<=', until).orderBy('last_at').limit(atMost),
    arrivals,
  );
  for (const { userId, browserHash, country } of old) {
    yield* run(
      build
        .deleteFrom('arrival')
        .where('user_id', '=', userId)
        .where('browser_hash', '=', browserHash)
        .where('country', '=', country),
    );
  }
  return old.length;
}

const forgetThrottles = (until: Instant, atMost: number) => {
  const old = build.selectFrom('throttle').select('key').where('free_at', '<=', until).limit(atMost);
  return run(build.deleteFrom('throttle').where('key', 'in', old));
};
