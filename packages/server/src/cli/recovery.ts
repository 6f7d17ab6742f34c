/** The recovery of people who have lost what they prove themselves with: tickets for it, those under way, and an end to them. */
import {
  isReady,
  issueRecoveryTicket,
  openRecoveryOf,
  readyAt,
  reportedAt,
  stopRecovery,
} from '../recovery/lost-factor.ts';
import type { Store } from '../store/ports.ts';
import type { Ceremony } from '../store/records.ts';
import { systemRandom } from '../system.ts';
import type { CommandLine, StoreCommand } from './command.ts';
import { moment } from './moment.ts';
import { withUser } from './people.ts';

/** `stile recovery <username>` */
export const issueRecovery: StoreCommand = (store, words, { config, now, print }) => {
  const [username] = words.filter((word) => word !== '--anyway');
  return withUser(store, username, print, async (user) => {
    const reported = await reportedAt(user.id, { store });
    if (reported !== undefined && !words.includes('--anyway')) {
      print(`Nothing was issued: on ${moment(reported)} ${user.username} said that the last recovery was not theirs.`);
      print(`Talk to them first. If all is well: stile recovery ${user.username} --anyway`);
      return 1;
    }
    const ticket = await issueRecoveryTicket(user, { store, config, now, randomBytes: systemRandom });
    print(`Recovery ticket for ${user.username}: ${ticket}`);
    print(
      'It works once, together with their password. Hand it over in a way that somebody who knows the password does not share.',
    );
    const { waiting } = config.recovery;
    print(
      waiting === 0
        ? 'They can set up something new as soon as they show it; whoever reads their addresses is told.'
        : `When they show it, ${hours(waiting)} begin in which whoever reads their addresses can stop it. Then they show it again.`,
    );
    return 0;
  });
};

const hours = (seconds: number): string => {
  if (seconds < 3600) return `${Math.ceil(seconds / 60)} minutes`;
  return seconds === 3600 ? '60 minutes' : `${Math.ceil(seconds / 3600)} hours`;
};

/** `stile recovery list` */
export const listRecoveries: StoreCommand = async (store, _words, line) => {
  const open = await store.ceremonies.ofPurpose('recover', line.now());
  if (open.length === 0) line.print('No recovery is under way.');
  for (const recovery of open) line.print(await describe(recovery, store, line));
  return 0;
};

const describe = async (recovery: Ceremony, store: Store, { now }: CommandLine): Promise<string> => {
  const user = recovery.userId === null ? undefined : await store.users.find(recovery.userId);
  const ready = readyAt(recovery);
  const runsOut = `runs out ${moment(recovery.expiresAt)}`;
  const name = user?.username ?? 'somebody who is gone';
  if (ready === undefined) return `${name}  issued ${moment(recovery.createdAt)}, not shown yet  ${runsOut}`;
  const state = isReady(recovery, now()) ? `ready since ${moment(ready)}` : `waits until ${moment(ready)}`;
  return `${name}  issued ${moment(recovery.createdAt)}, ${state}  ${runsOut}`;
};

/** `stile recovery cancel <username>` */
export const cancelRecovery: StoreCommand = (store, [username], { now, print }) =>
  withUser(store, username, print, async (user) => {
    const recovery = await openRecoveryOf(user.id, { store, now });
    const random = { store, now, randomBytes: systemRandom };
    if (!recovery || !(await stopRecovery(recovery, 'administrator', random))) {
      print(`${user.username} has no recovery under way.`);
      return 1;
    }
    print(`The recovery of ${user.username} is stopped, and its ticket worth nothing.`);
    return 0;
  });
