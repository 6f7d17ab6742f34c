import { auditRecord } from '../audit/audit.ts';
import { normaliseUsername } from '../session/username.ts';
import type { Store } from '../store/ports.ts';
import type { AuditRecord, User } from '../store/records.ts';
import { systemRandom } from '../system.ts';
import type { CommandLine, StoreCommand } from './command.ts';

/** Does something for one person, named as they sign in. Returns the exit code. */
export const withUser = async (
  store: Store,
  username: string | undefined,
  print: CommandLine['print'],
  act: (user: User) => Promise<number>,
): Promise<number> => {
  if (username === undefined) {
    print('Say for whom: their username comes next.');
    return 2;
  }
  const user = await store.users.findByUsername(normaliseUsername(username));
  if (!user) {
    print('There is no such user.');
    return 1;
  }
  return act(user);
};

const byAdministrator = (type: string, user: User, { now }: CommandLine): AuditRecord =>
  auditRecord({ now, randomBytes: systemRandom }, type, {
    userId: user.id,
    details: { reason: 'administrator' },
  });

const endSessions = (store: Store, user: User, line: CommandLine): Promise<number> =>
  store.sessions.endAllOf(user.id, line.now(), [byAdministrator('session.ended', user, line)]);

/** `stile sign-out <username>` */
export const signOut: StoreCommand = (store, [username], line) =>
  withUser(store, username, line.print, async (user) => {
    const ended = await endSessions(store, user, line);
    line.print(`${user.username} is signed out: ${ended === 1 ? 'one session' : `${ended} sessions`} ended.`);
    return 0;
  });

/** `stile block <username>` */
export const block: StoreCommand = (store, [username], line) =>
  withUser(store, username, line.print, async (user) => {
    await store.users.setBlocked(user.id, line.now(), [byAdministrator('user.blocked', user, line)]);
    await endSessions(store, user, line);
    line.print(`${user.username} can sign in no more, and is signed out.`);
    return 0;
  });

/** `stile unblock <username>` */
export const unblock: StoreCommand = (store, [username], line) =>
  withUser(store, username, line.print, async (user) => {
    await store.users.setBlocked(user.id, null, [byAdministrator('user.unblocked', user, line)]);
    line.print(`${user.username} can sign in again.`);
    return 0;
  });
