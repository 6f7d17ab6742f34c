import type { Instant } from '@stile/core';
import type { AuthorizationOutcome, NewAuthorization } from '../../ports.ts';
import type { AuditRecord, Code, Grant, RefreshToken } from '../../records.ts';
import { build } from '../build.ts';
import type { Operation } from '../operation.ts';
import { first, run, runOnOne } from '../operation.ts';
import { codes, grants, refreshTokens } from '../tables/grants.ts';
import type { RowIn } from '../tables/table.ts';
import { template } from '../template.ts';
import { appendAudit } from './audit.ts';
import { finishInteraction } from './interactions.ts';
import { rememberConsents } from './people.ts';
import { keepMetadata } from './profiles.ts';
import { amendSession, findSession, touchSession } from './sessions.ts';

const grantById = template<{ id: string }>((hole) =>
  build.selectFrom('grant').selectAll().where('id', '=', hole('id')),
);
const codeByHash = template<{ codeHash: string }>((hole) =>
  build.selectFrom('code').selectAll().where('code_hash', '=', hole('codeHash')),
);
const refreshTokenByHash = template<{ tokenHash: string }>((hole) =>
  build.selectFrom('refresh_token').selectAll().where('token_hash', '=', hole('tokenHash')),
);
const insertGrant = template<RowIn<typeof grants>>(() => build.insertInto('grant').values(grants.holes));
const insertCode = template<RowIn<typeof codes>>(() => build.insertInto('code').values(codes.holes));

export const findGrant = (id: string): Operation<Grant | undefined> => first(grantById({ id }), grants);

export const findCode = (codeHash: string): Operation<Code | undefined> => first(codeByHash({ codeHash }), codes);

export const findRefreshToken = (tokenHash: string): Operation<RefreshToken | undefined> =>
  first(refreshTokenByHash({ tokenHash }), refreshTokens);

export function* authorize(authorization: NewAuthorization): Operation<AuthorizationOutcome> {
  const { grant, code, interactionId, consents, touchSession: touched, audit } = authorization;
  if (code.grantId !== grant.id) throw new Error('A code belongs to another grant than the one it is made with.');
  if (!(yield* isStillShown(grant))) return 'proofs-gone';
  if (interactionId !== null && !(yield* finishInteraction(interactionId, code.createdAt))) return 'already-answered';
  yield* runOnOne(insertGrant(grants.row(grant)));
  yield* runOnOne(insertCode(codes.row(code)));
  yield* rememberConsents(consents);
  if (touched !== null) yield* touchSession(touched.id, touched.at);
  yield* keepForActions(authorization);
  yield* appendAudit(audit);
  return 'authorized';
}

function* keepForActions({ grant, metadata, amendSession: change }: NewAuthorization): Operation<void> {
  if (metadata !== undefined && grant.userId !== null) yield* keepMetadata(grant.userId, metadata);
  if (change !== undefined && grant.sessionId !== null) yield* amendSession(grant.sessionId, change);
}

/**
 * Whether what a grant rests on is there, as it was when the grant was decided. The removal of an authenticator takes its proofs out of
 * every session for ever, and what it revokes are the grants that it finds. That a later proof has taken the place of one
 * that the grant remembers takes nothing away.
 */
function* isStillShown({ sessionId, events }: Grant): Operation<boolean> {
  if (sessionId === null) return true;
  const session = yield* findSession(sessionId);
  if (session === undefined || session.endedAt !== null) return false;
  return events.every(({ authenticator }) => session.events.some((event) => event.authenticator === authenticator));
}

/** Marks a grant revoked. False when it was revoked before: the first reason stands. */
export function* markRevoked(id: string, now: Instant, reason: string): Operation<boolean> {
  const revoked = yield* run(
    build
      .updateTable('grant')
      .set({ revoked_at: now, revoked_reason: reason })
      .where('id', '=', id)
      .where('revoked_at', 'is', null),
  );
  return revoked === 1;
}

export function* revokeGrant(
  id: string,
  now: Instant,
  reason: string,
  audit: readonly AuditRecord[],
): Operation<boolean> {
  if (!(yield* markRevoked(id, now, reason))) return false;
  yield* appendAudit(audit);
  return true;
}

/** Revokes every living grant of a user. The answer is how many. */
export const revokeAllGrants = (userId: string, now: Instant, reason: string): Operation<number> =>
  run(
    build
      .updateTable('grant')
      .set({ revoked_at: now, revoked_reason: reason })
      .where('user_id', '=', userId)
      .where('revoked_at', 'is', null),
  );
