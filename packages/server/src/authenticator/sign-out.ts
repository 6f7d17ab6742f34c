import type { Deps } from '../deps.ts';
import { isAlive } from '../session/current-session.ts';
import type { Session } from '../store/records.ts';
import { changeRecord, tellOwner } from './notices.ts';
import type { Owner } from './owner.ts';

/** The sessions of a person that stand, the one they are in first, then the newest. */
export const standingSessions = async (userId: string, here: string, deps: Deps): Promise<readonly Session[]> => {
  const all = await deps.store.sessions.ofUser(userId);
  return all
    .filter((session) => isAlive(session, deps.now(), deps.config))
    .toSorted((one, other) => Number(other.id === here) - Number(one.id === here));
};

/** Ends one session of this person with what was granted in it. False when they have no such session. */
export const signOutOf = async (owner: Owner, sessionId: string, deps: Deps): Promise<boolean> => {
  const record = changeRecord(owner, 'session.ended', { reason: 'owner', session: sessionId }, deps);
  const ended = await deps.store.sessions.signOut(owner.user.id, { only: sessionId }, deps.now(), [record]);
  if (ended.sessions === 0) return false;
  tellOwner(owner, 'session.ended', deps);
  return true;
};

/** Ends every session of this person but the one they are in, with all that was granted in them, and forgets every remembered device. */
const endElsewhere = async (owner: Owner, deps: Deps): Promise<void> => {
  const record = changeRecord(owner, 'sessions.ended', { reason: 'owner' }, deps);
  await deps.store.sessions.signOut(owner.user.id, { except: owner.sessionId }, deps.now(), [record]);
  await deps.store.devices.revokeAllOf(owner.user.id, deps.now(), []);
};

/** The same, as all that its owner wanted. */
export const signOutElsewhere = async (owner: Owner, deps: Deps): Promise<void> => {
  await endElsewhere(owner, deps);
  tellOwner(owner, 'sessions.ended', deps);
};

/** Forgets a device that was remembered. False when this person has no such device. */
export const forgetDevice = async (owner: Owner, deviceId: string, deps: Deps): Promise<boolean> => {
  const record = changeRecord(owner, 'device.forgotten', { device: deviceId }, deps);
  const forgotten = await deps.store.devices.revoke(owner.user.id, deviceId, deps.now(), [record]);
  if (forgotten) tellOwner(owner, 'device.forgotten', deps);
  return forgotten;
};
