import type { OwnerGuard } from '../../ports.ts';
import type { Operation } from '../operation.ts';
import { consumedOf } from './consume.ts';
import { findGrant } from './grants.ts';
import { findSession } from './sessions.ts';

/**
 * Whether a change of what is a person's still rests on something. Asked in the transaction of every such change, before it writes anything.
 *
 * @param guard null when an administrator makes the change
 */
export function* stands(userId: string, guard: OwnerGuard | null): Operation<boolean> {
  if (guard === null) return true;
  const session = yield* findSession(guard.sessionId);
  if (session === undefined || session.endedAt !== null || session.userId !== userId) return false;
  if (guard.grantId !== undefined) {
    const grant = yield* findGrant(guard.grantId);
    if (grant === undefined || grant.revokedAt !== null || grant.userId !== userId) return false;
  }
  return (yield* consumedOf('authenticator', guard.restsOn)).length === 0;
}
