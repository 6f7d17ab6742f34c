import { auditRecord } from '../audit/audit.ts';
import { normaliseUsername } from '../session/username.ts';
import type { Store } from '../store/ports.ts';
import type { AuditRecord, User } from '../store/records.ts';
import { systemNow, systemRandom } from '../system.ts';
import type { CommandLine } from './commands.ts';

type Print = CommandLine['print'];

/** Does something for one person, named as they sign in. Returns the exit code. */
export const withUser = async (
  store: Store,
  username: string | undefined,
  print: Print,
  act: (user: User) => Promise<void>,
): Promise<number> => {
  if (username === undefined) {
    print('Say for whom: their username comes last.');
    return 2;
  }
  const user = await store.users.findByUsername(normaliseUsername(username));
  if (!user) {
    print('There is no such user.');
    return 1;
  }
  await act(user);
  return 0;
};

const byAdministrator = (type: string, user: User): AuditRecord =>
  auditRecord({ now: systemNow, randomBytes: systemRandom }, type, {
    userId: user.id,
    details: { reason: 'administrator' },
  });

const endSessions = (store: Store, user: User): Promise<number> =>
  store.sessions.endAllOf(user.id, systemNow(), [byAdministrator('session.ended', user)]);

/** `stile sign-out <username>` */
export const signOut = (store: Store, username: string | undefined, { print }: CommandLine): Promise<number> =>
  withUser(store, username, print, async (user) => {
    const ended = await endSessions(store, user);
    print(`${user.username} is signed out: ${ended === 1 ? 'one session' : `${ended} sessions`} ended.`);
  });

/** `stile block <username>` */
export const block = (store: Store, username: string | undefined, { print }: CommandLine): Promise<number> =>
  withUser(store, username, print, async (user) => {
    await store.users.setBlocked(user.id, systemNow(), [byAdministrator('user.blocked', user)]);
    await endSessions(store, user);
    print(`${user.username} can sign in no more, and is signed out.`);
  });

/** `stile unblock <username>` */
export const unblock = (store: Store, username: string | undefined, { print }: CommandLine): Promise<number> =>
  withUser(store, username, print, async (user) => {
    await store.users.setBlocked(user.id, null, [byAdministrator('user.unblocked', user)]);
    print(`${user.username} can sign in again.`);
  });
