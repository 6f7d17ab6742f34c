import { secondsBefore } from '@stile/core';
import { auditRecord } from '../audit/audit.ts';
import { isAlive } from '../session/current-session.ts';
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

/** `stile sign-out <username>`, or `stile sign-out --all` */
export const signOut: StoreCommand = async (store, words, line) => {
  const [username] = words.filter((word) => word !== '--all');
  if (words.includes('--all')) return username === undefined ? signEverybodyOut(store, line) : notBoth(line);
  return withUser(store, username, line.print, async (user) => {
    const theirs = await store.sessions.ofUser(user.id);
    const ended = theirs.filter((session) => isAlive(session, line.now(), line.config)).length;
    await endSessions(store, user, line);
    line.print(`${user.username} is signed out: ${ended === 1 ? 'one session' : `${ended} sessions`} ended.`);
    return 0;
  });
};

const notBoth = ({ print }: CommandLine): number => {
  print('Nothing was changed: it is either a username or --all, which means everybody.');
  return 2;
};

const signEverybodyOut = async (store: Store, { config, print, now }: CommandLine): Promise<number> => {
  const record = (type: string, details: AuditRecord['details']): AuditRecord =>
    auditRecord({ now, randomBytes: systemRandom }, type, {
      details: { reason: 'administrator', of: 'everybody', ...details },
    });
  const standing = {
    begunAfter: secondsBefore(now(), config.sessions.absolute),
    seenAfter: secondsBefore(now(), config.sessions.idle),
  };
  const { sessions, grants } = await store.sessions.endEverything(now(), standing, (ended) => [
    record('session.ended', { sessions: ended.sessions }),
    record('token.revoked', { grants: ended.grants }),
  ]);
  print(
    `Everybody is signed out: ${sessions === 1 ? '1 session' : `${sessions} sessions`} ended, ${grants} grants with their codes and refresh tokens are revoked.`,
  );
  print(
    'Access tokens that APIs check by themselves stay good until they expire, unless the key that signed them is withdrawn:',
  );
  print('stile keys withdraw <kid>');
  return 0;
};

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
