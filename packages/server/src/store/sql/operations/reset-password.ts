import type { Instant } from '@stile/core';
import type { PasswordReset } from '../../ports.ts';
import type { Operation } from '../operation.ts';
import { forgetArrivals } from './arrivals.ts';
import { appendAudit } from './audit.ts';
import { consume } from './consume.ts';
import { forgetDevicesOf } from './forget-devices.ts';
import { revokeAllGrants } from './grants.ts';
import { authenticatorsOf, enrol, findUser } from './people.ts';
import { removeAuthenticator } from './remove-authenticator.ts';
import { endAllSessions } from './sessions.ts';
import { clearThrottles } from './throttles.ts';

type ResetOutcome = 'reset' | 'already-used' | 'gone';

/**
 * Puts a new password in the place of a forgotten one, and ends all that whoever knew the old one may have begun. The new one is another
 * authenticator: a login with the old one that was checked a moment ago is not recorded any more. Whoever runs it must keep nothing unless
 * it says `reset`.
 */
export function* resetPassword(reset: PasswordReset, now: Instant): Operation<ResetOutcome> {
  const { userId } = reset;
  const user = yield* findUser(userId);
  if (user === undefined || user.blockedAt !== null) return 'gone';
  const former = (yield* authenticatorsOf(userId)).filter(({ factor }) => factor === 'password');
  if (former.length === 0) return 'gone';
  for (const once of reset.consume) {
    if (!(yield* consume(once))) return 'already-used';
  }
  for (const { id } of former) yield* removeAuthenticator(userId, id, now, [], null);
  yield* endAllSessions(userId, now, []);
  yield* revokeAllGrants(userId, now, 'password-reset');
  yield* forgetDevicesOf(userId, now);
  yield* forgetArrivals(userId);
  yield* enrol(userId, [reset.password]);
  yield* clearThrottles(reset.clearThrottles);
  yield* appendAudit(reset.audit);
  return 'reset';
}
