import type { Deps } from '../deps.ts';
import { isAlive } from '../session/current-session.ts';
import type { Changed } from '../store/ports.ts';
import type { Session } from '../store/records.ts';
import { changeRecord, tellOwner } from './notices.ts';
import type { Owner } from './owner.ts';

/** The sessions of a person that stand, the one they are in first, then the newest. */
export const standingSessions = async (
  userId: string,
  here: string | null,
  deps: Deps,
): Promise<readonly Session[]> => {
  const all = await deps.store.sessions.ofUser(userId);
  return all
    .filter((session) => isAlive(session, deps.now(), deps.config))
    .toSorted((one, other) => Number(other.id === here) - Number(one.id === here));
};

/** Ends one session of this person with what was granted in it. */
export const signOutOf = async (owner: Owner, sessionId: string, deps: Deps): Promise<Changed> => {
  const record = changeRecord(owner, 'session.ended', { reason: 'owner', session: sessionId }, deps);
  const { user, guard } = owner;
  const ended = await deps.store.sessions.signOut(user.id, { only: sessionId }, deps.now(), [record], guard);
  if (ended === 'session-gone') return ended;
  if (ended.sessions === 0) return 'unknown';
  tellOwner(owner, 'session.ended', deps);
  return 'done';
};

/** Ends every session of this person but the one they are in, with all that was granted in them, and forgets every remembered device. */
export const signOutElsewhere = async (owner: Owner, deps: Deps): Promise<Changed> => {
  const record = changeRecord(owner, 'sessions.ended', { reason: 'owner' }, deps);
  const { user, guard } = owner;
  const ended = await deps.store.sessions.signOut(user.id, { except: guard.sessionId }, deps.now(), [record], guard);
  if (ended === 'session-gone') return ended;
  tellOwner(owner, 'sessions.ended', deps);
  return 'done';
};

/** Forgets a device that was remembered. */
export const forgetDevice = async (owner: Owner, deviceId: string, deps: Deps): Promise<Changed> => {
  const record = changeRecord(owner, 'device.forgotten', { device: deviceId }, deps);
  const { user, guard } = owner;
  const forgotten = await deps.store.devices.revoke(user.id, deviceId, deps.now(), [record], guard);
  if (forgotten === 'done') tellOwner(owner, 'device.forgotten', deps);
  return forgotten;
};
