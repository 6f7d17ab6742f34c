import type { Instant } from '@stile/core';
import { secondsAfter } from '@stile/core';
import type { Judgement, Standing } from '../../ports.ts';
import type { Code, Grant, RefreshToken } from '../../records.ts';
import { isReused } from '../../refresh-reuse.ts';
import { build } from '../build.ts';
import type { Operation } from '../operation.ts';
import { runOnOne } from '../operation.ts';
import { refreshTokens } from '../tables/grants.ts';
import type { RowIn } from '../tables/table.ts';
import { template } from '../template.ts';
import { appendAudit } from './audit.ts';
import { consume } from './consume.ts';
import { findCode, findGrant, findRefreshToken, markRevoked } from './grants.ts';
import { CODE_MEMORY_SECONDS } from './memory.ts';
import { findUser } from './people.ts';
import { findSession } from './sessions.ts';

type Redemption<T> =
  | { readonly outcome: 'judged'; readonly value: T }
  | { readonly outcome: 'reused'; readonly grantId: string }
  | { readonly outcome: 'unknown' };

/** The judge of a code threw; the code is consumed all the same, and what was thrown goes on afterwards. */
interface Thrown {
  readonly outcome: 'threw';
  readonly error: unknown;
}

/** A code is consumed before anything else is asked of it (RFC 6749, section 4.1.2: it is used once). */
export function* redeemCode<T>(
  codeHash: string,
  now: Instant,
  judge: (found: Standing & { code: Code }) => Judgement<T>,
): Operation<Redemption<T> | Thrown> {
  const code = yield* findCode(codeHash);
  if (code === undefined) return { outcome: 'unknown' };
  const expiresAt = secondsAfter(code.expiresAt, CODE_MEMORY_SECONDS);
  if (!(yield* consume({ kind: 'code', key: codeHash, expiresAt }))) {
    return yield* refuseReuse(code.grantId, now, 'code-reused');
  }
  const standing = yield* findStanding(code.grantId);
  let judgement: Judgement<T>;
  try {
    judgement = check(judge({ code, ...standing }), standing.grant);
  } catch (error) {
    return { outcome: 'threw', error };
  }
  if (judgement.refreshToken !== null) yield* insertRefreshToken(judgement.refreshToken);
  return yield* conclude(code.grantId, now, judgement);
}

const rotate = template<{ now: Instant; successorHash: string; tokenHash: string }>((hole) =>
  build
    .updateTable('refresh_token')
    .set({ rotated_at: hole('now'), successor_hash: hole('successorHash') })
    .where('token_hash', '=', hole('tokenHash')),
);

/** One generation of a refresh token gives way to the next (RFC 9700, section 4.14.2). */
export function* rotateRefreshToken<T>(
  tokenHash: string,
  successorHash: string,
  now: Instant,
  graceSeconds: number,
  judge: (found: Standing & { refreshToken: RefreshToken }) => Judgement<T>,
): Operation<Redemption<T>> {
  const refreshToken = yield* findRefreshToken(tokenHash);
  if (refreshToken === undefined) return { outcome: 'unknown' };
  const { grantId, rotatedAt } = refreshToken;
  const successor = rotatedAt === null ? undefined : yield* findRefreshToken(successorHash);
  if (isReused(refreshToken, successor, now, graceSeconds)) {
    return yield* refuseReuse(grantId, now, 'refresh-token-reused');
  }
  const standing = yield* findStanding(grantId);
  const judgement = check(judge({ refreshToken, ...standing }), standing.grant);
  if (judgement.refreshToken !== null && rotatedAt === null) {
    if (judgement.refreshToken.tokenHash !== successorHash) throw new Error('A judge granted another successor.');
    yield* insertRefreshToken(judgement.refreshToken);
    yield* runOnOne(rotate({ now, successorHash, tokenHash }));
  }
  return yield* conclude(grantId, now, judgement);
}

function* refuseReuse(
  grantId: string,
  now: Instant,
  reason: string,
): Operation<{ readonly outcome: 'reused'; readonly grantId: string }> {
  yield* markRevoked(grantId, now, reason);
  return { outcome: 'reused', grantId };
}

function* findStanding(grantId: string): Operation<Standing> {
  const grant = yield* findGrant(grantId);
  if (grant === undefined) throw new Error('A code or token has no grant.');
  const session = grant.sessionId === null ? undefined : yield* findSession(grant.sessionId);
  const user = grant.userId === null ? undefined : yield* findUser(grant.userId);
  return { grant, session, user };
}

/** The judge decides; but whatever it says, nothing grows from a grant that is revoked, nor from another one. */
const check = <T>(judgement: Judgement<T>, grant: Grant): Judgement<T> => {
  if (judgement.refreshToken === null) return judgement;
  if (judgement.refreshToken.grantId !== grant.id) throw new Error('A judge granted a refresh token of another grant.');
  if (grant.revokedAt !== null) throw new Error('A judge granted a refresh token of a revoked grant.');
  return judgement;
};

const insertToken = template<RowIn<typeof refreshTokens>>(() =>
  build.insertInto('refresh_token').values(refreshTokens.holes),
);

const insertRefreshToken = (token: RefreshToken): Operation<void> => runOnOne(insertToken(refreshTokens.row(token)));

function* conclude<T>(
  grantId: string,
  now: Instant,
  judgement: Judgement<T>,
): Operation<{ readonly outcome: 'judged'; readonly value: T }> {
  if (judgement.revoke !== undefined) yield* markRevoked(grantId, now, judgement.revoke);
  yield* appendAudit(judgement.audit);
  return { outcome: 'judged', value: judgement.value };
}
