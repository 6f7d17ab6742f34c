/** What a person proves who they are with: listed, and taken away when it is lost. */
import { auditRecord } from '../audit/audit.ts';
import { wouldProve } from '../factors/authenticators.ts';
import { recoveryCodeOnce, recoveryCodesOf } from '../factors/recovery-code-factor.ts';
import type { Store } from '../store/ports.ts';
import type { Authenticator, User } from '../store/records.ts';
import { systemRandom } from '../system.ts';
import type { CommandLine, StoreCommand } from './command.ts';
import { moment } from './moment.ts';
import { withUser } from './people.ts';

/** `stile authenticators list <username>` */
export const listAuthenticators: StoreCommand = (store, [username], { print }) =>
  withUser(store, username, print, async (user) => {
    const theirs = await store.authenticators.ofUser(user.id);
    if (theirs.length === 0) print(`${user.username} has none.`);
    for (const authenticator of theirs) print(await describe(authenticator, store));
    return 0;
  });

const describe = async (authenticator: Authenticator, store: Store): Promise<string> => {
  const { id, factor, name, createdAt, lastUsedAt } = authenticator;
  const used = lastUsedAt === null ? 'never used' : `last used ${moment(lastUsedAt)}`;
  const left = factor === 'recovery-code' ? `  ${await codesLeft(authenticator, store)} codes left` : '';
  return `${id}  ${factor}  "${name}"  since ${moment(createdAt)}  ${used}${left}`;
};

const codesLeft = async (authenticator: Authenticator, store: Store): Promise<number> => {
  const keys = recoveryCodesOf(authenticator).map(({ id }) => recoveryCodeOnce(authenticator, id).key);
  return keys.length - (await store.authenticators.usedOf('recovery-code', keys)).length;
};

/** `stile authenticators remove <username> <authenticator>` */
export const removeAuthenticator: StoreCommand = (store, [username, id], line) =>
  withUser(store, username, line.print, async (user) => {
    if (id === undefined) {
      line.print(`Say which one comes last: stile authenticators list ${user.username}`);
      return 2;
    }
    const theirs = await store.authenticators.ofUser(user.id);
    const authenticator = theirs.find((one) => one.id === id);
    if (!authenticator) {
      line.print(`${user.username} has no such authenticator: stile authenticators list ${user.username}`);
      return 1;
    }
    return isOnlyWayIn(authenticator, theirs) ? onlyWayIn(user, line) : remove(authenticator, user, store, line);
  });

const mayBegin = (authenticator: Authenticator): boolean => wouldProve(authenticator)?.first === true;

const isOnlyWayIn = (authenticator: Authenticator, theirs: readonly Authenticator[]): boolean =>
  mayBegin(authenticator) && theirs.filter(mayBegin).length === 1;

const onlyWayIn = ({ username }: User, { print }: CommandLine): number => {
  print(`Nothing was changed: without it ${username} could not sign in at all.`);
  print(`To keep somebody out: stile block ${username}`);
  return 1;
};

const remove = async (
  { id, factor, name }: Authenticator,
  user: User,
  store: Store,
  { print, now }: CommandLine,
): Promise<number> => {
  const record = auditRecord({ now, randomBytes: systemRandom }, 'authenticator.removed', {
    userId: user.id,
    details: { authenticator: id, factor, reason: 'administrator' },
  });
  const lost = await store.authenticators.remove(user.id, id, now(), [record], null);
  if (typeof lost === 'string') {
    print('Somebody else removed it a moment ago.');
    return 1;
  }
  print(`"${name}" of ${user.username} is removed. What was proven with it counts no more:`);
  print(`${lost.sessions} sessions lost their elevation, ${lost.grants} grants with their tokens are revoked.`);
  print('Tokens that APIs check by themselves stay good until they expire: minutes, for those that demanded a proof.');
  print(`Is the device in somebody else's hands? End their sessions as well: stile sign-out ${user.username}`);
  print(`To let them connect another one: stile ticket ${user.username}`);
  return 0;
};
