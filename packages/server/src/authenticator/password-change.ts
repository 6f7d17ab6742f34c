import { secondsAfter } from '@stile/core';
import { auditRecord } from '../audit/audit.ts';
import type { Deps } from '../deps.ts';
import { randomId } from '../deps.ts';
import { usableAuthenticators } from '../factors/authenticators.ts';
import type { NewPasswordProblem } from '../factors/new-password.ts';
import { judgeNewPassword } from '../factors/new-password.ts';
import { knownBrowser } from '../session/known-browser.ts';
import type { AuthenticatorStore, Once } from '../store/ports.ts';
import type { Authenticator } from '../store/records.ts';
import { passwordLimits } from '../throttle/limits.ts';
import { takeTry } from '../throttle/take-try.ts';
import { changeRecord, tellOwner } from './notices.ts';
import type { Owner } from './owner.ts';

export type PasswordChange =
  | { readonly outcome: 'changed' }
  | { readonly outcome: 'throttled'; readonly retryAfterSeconds: number }
  | { readonly outcome: 'wrong' }
  | { readonly outcome: 'refused'; readonly problem: NewPasswordProblem | 'unchanged' }
  /** It was changed by another request meanwhile. */
  | { readonly outcome: 'over' }
  /** What the change rests on has ended meanwhile. */
  | { readonly outcome: 'session-gone' };

/** The password of a person, if they have one. */
export const passwordOf = async (userId: string, { store }: Pick<Deps, 'store'>): Promise<Authenticator | undefined> =>
  (await store.authenticators.ofUser(userId)).find(({ factor }) => factor === 'password');

/** Whether they have something besides, so that their password is not all that there is. */
const mayBeShorter = async (userId: string, deps: Deps): Promise<boolean> =>
  (await usableAuthenticators(userId, deps)).some(({ proof }) => proof.kinds.some((kind) => kind !== 'knowledge'));

/** The least length of a new password of this person. */
export const leastLength = async (userId: string, deps: Deps): Promise<number> => {
  const { minimumLength, minimumLengthWithSecondFactor } = deps.config.passwords;
  return (await mayBeShorter(userId, deps)) ? minimumLengthWithSecondFactor : minimumLength;
};

/**
 * Gives a person another password, for the one they have: whoever sits in front of an open session does not know it. Every other
 * session ends, for it may have been begun with the old one.
 *
 * @throws PasswordHasherBusy when too many passwords are being checked
 */
export const changePassword = async (
  owner: Owner,
  typed: { readonly current: string; readonly next: string },
  deps: Deps,
): Promise<PasswordChange> => {
  const { user, request, caller } = owner;
  const password = await passwordOf(user.id, deps);
  if (password) {
    const throttle = await takeTry(
      passwordLimits(user.username, caller.address, await knownBrowser(user.id, request, deps)),
      deps,
    );
    if (!throttle.allowed) return { outcome: 'throttled', retryAfterSeconds: throttle.retryAfterSeconds };
    const { hash } = password.material;
    const verdict = await deps.passwords.verify(typeof hash === 'string' ? hash : undefined, typed.current);
    if (!verdict.valid) return wrong(owner, deps);
    if (typed.current.normalize('NFKC') === typed.next.normalize('NFKC')) {
      return { outcome: 'refused', problem: 'unchanged' };
    }
  }
  const hasSecondFactor = await mayBeShorter(user.id, deps);
  const judged = await judgeNewPassword(typed.next, { username: user.username, hasSecondFactor }, deps);
  if (!judged.ok) return { outcome: 'refused', problem: judged.error };
  // What the password before it rested on, this one does too: a proof of something else ends that, not a password (T9).
  const material = { ...password?.material, hash: await deps.passwords.hash(judged.value) };
  const kept = await keep(owner, password, material, deps);
  if (kept !== 'enrolled') return { outcome: kept === 'session-gone' ? kept : 'over' };
  tellOwner(owner, 'password.changed', deps);
  return { outcome: 'changed' };
};

const wrong = async (owner: Owner, deps: Deps): Promise<PasswordChange> => {
  deps.metrics.failed('password', 'wrong');
  const { user, guard, clientId, caller } = owner;
  const facts = { userId: user.id, sessionId: guard.sessionId, clientId, requestId: caller.requestId };
  const details = { factor: 'password', reason: 'wrong' };
  await deps.store.audit.append([auditRecord(deps, 'proof.refused', { ...facts, details })]);
  return { outcome: 'wrong' };
};

const FIRST_PASSWORD_SECONDS = 60;

/** The new password, and the end of every other session, together or not at all; and not for a session that has ended meanwhile. */
const keep = (
  owner: Owner,
  former: Authenticator | undefined,
  material: Authenticator['material'],
  deps: Deps,
): ReturnType<AuthenticatorStore['enrol']> => {
  const { user, guard, t } = owner;
  const password: Authenticator = {
    id: randomId(deps, 'auth'),
    userId: user.id,
    factor: 'password',
    name: t.login.password,
    material,
    lookup: null,
    createdAt: deps.now(),
    lastUsedAt: null,
    preferredAt: null,
  };
  // Two that are set at once would both be passwords of this person.
  const once: Once = {
    kind: 'ceremony',
    key: `first password of ${user.id}`,
    expiresAt: secondsAfter(deps.now(), FIRST_PASSWORD_SECONDS),
  };
  const enrolment = {
    userId: user.id,
    guard,
    signOutElsewhereAt: deps.now(),
    authenticators: [password],
    ...(former && { inPlaceOf: former }),
    consume: former ? [] : [once],
    audit: [
      changeRecord(owner, 'password.changed', {}, deps),
      changeRecord(owner, 'sessions.ended', { reason: 'owner' }, deps),
    ],
  };
  return deps.store.authenticators.enrol(enrolment);
};
